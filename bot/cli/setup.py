"""The commands that prepare a deployment: the schema, an examination, Slack's manifest."""

import asyncio
from typing import Annotated

import typer

from bot.addresses import existing_database
from bot.cli.output import say
from bot.cli.progress import going_on
from bot.settings import Settings, read, required
from channels.slack_manifest import slack_manifest as manifest
from storage.database import Address, address
from storage.migrate import migrate as upgrade
from storage.server import ensure_admitted


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (migrate, doctor, slack_manifest):
        app.command()(command)


def migrate() -> None:
    """Bring the database to the newest schema; safe to run twice and by two hosts at once."""
    settings = read(Settings)
    if (direct := settings.database_direct_url) is not None:
        where = address(direct.get_secret_value())
        asyncio.run(_migrate(where, variable="DATABASE_DIRECT_URL"))
    else:
        with existing_database(settings) as (_, where):
            asyncio.run(_migrate(where, variable="DATABASE_URL"))
    say("The database has the newest schema.")


async def _migrate(where: Address, *, variable: str) -> None:
    await ensure_admitted(where, variable=variable)
    async with going_on("migrating the database"):
        await upgrade(where)


def doctor() -> None:
    """Look at all that a deployment needs, and say how to mend it."""
    # Platforms' SDKs take seconds to import, which no other command should wait for.
    from bot.cli.examination import examine  # noqa: PLC0415 - see above

    if not examine():
        raise typer.Exit(1)


def slack_manifest(
    *,
    public_url: Annotated[
        str | None, typer.Option(help="Where Slack reaches the bot; PUBLIC_URL if not given.")
    ] = None,
) -> None:
    """Print the manifest that the Slack app is created from."""
    reached = public_url or read(Settings).public_url
    required({"PUBLIC_URL": reached})
    say(manifest(reached or ""))
