"""What commands share: the database they ask, and how they stop."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import NoReturn, TypeVar

import typer

from bot.addresses import existing_database, secret_key_file
from bot.admin.pseudonyms import Pseudonyms
from bot.cli.audited import deed
from bot.clock import SystemClock
from bot.settings import Settings, read
from context.errors import StoreUnavailable
from context.messages import UserId
from storage.audit import Audit, Deed
from storage.database import Address, Database, open_database
from storage.migrate import pending_revision
from storage.people import People
from storage.server import ensure_admitted

T = TypeVar("T")


def ask(question: Callable[[Database], Awaitable[T]]) -> T:
    """Open the configured database, or dev's own, and ask it something; it is written down.

    Raises:
        ConfigError: There is no database, or it does not let us in.
        StoreUnavailable: It is out of reach.
        typer.Exit: It is not migrated; the person has been told.
    """
    with existing_database(read(Settings)) as (pooled, _):
        return asyncio.run(_asked(pooled, question, deed(SystemClock().now())))


async def _asked(where: Address, question: Callable[[Database], Awaitable[T]], done: Deed) -> T:
    await ensure_admitted(where, variable="DATABASE_URL")
    async with open_database(where, connections=2) as database:
        if await pending_revision(database) is not None:
            stop("the database is not migrated: run `bot migrate`")
        await _write_down(database, done)
        return await question(database)


async def _write_down(database: Database, done: Deed) -> None:
    """Keep in the audit log what is about to be done.

    Where that cannot be kept nothing can be changed either; looking goes on.
    """
    subjects = dict(done.subjects)
    try:
        if "user_id" in subjects:
            subjects["user_id"] = await person(database, subjects["user_id"])
        await Audit(database).begin(replace(done, subjects=subjects))
    except StoreUnavailable:
        sys.stderr.write("bot: this could not be written into the audit log\n")


async def person(database: Database, given: str) -> UserId:
    """Read how an operator names a person: by an identity, or by the digest in the logs.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    return await Pseudonyms(People(database), secret_key=secret_key()).meant(UserId(given))


def secret_key() -> str | None:
    """Give the service's key: the one that is set, or dev's own; None if there is none."""
    settings = read(Settings)
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    kept = secret_key_file(settings)
    return kept.read_text().strip() if kept.exists() else None


def stop(text: str, *, code: int = 1) -> NoReturn:
    """Say why what was asked for cannot be done, and end the command."""
    sys.stderr.write(f"bot: {text}\n")
    raise typer.Exit(code)
