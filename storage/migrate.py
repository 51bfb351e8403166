"""Bring a database to the newest schema, PgQueuer's included."""

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Address, Database, connected, open_database
from storage.queue import ANNOUNCE, queries

# One host migrates at a time; any number that nobody else uses.
_MIGRATE_LOCK = 0x4D69677261


async def migrate(where: Address) -> None:
    """Upgrade to the newest revision; safe to run twice and by two hosts at once.

    Args:
        where: A direct address: locks do not work through a transaction pooler.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    async with open_database(where, connections=2) as database, connected(where) as lock:
        await lock.execute("select pg_advisory_lock($1)", _MIGRATE_LOCK)
        await _migrate_queue(lock)
        async with database.transaction() as connection:
            await connection.run_sync(_upgrade)


async def pending_revision(database: Database) -> str | None:
    """Name the revision the database should be at, or None if it is there.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    async with database.transaction() as connection:
        current = await _current(connection)
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    return None if current == newest else newest


async def _current(connection: AsyncConnection) -> str | None:
    known = await connection.scalar(text("select to_regclass('alembic_version')"))
    if known is None:
        return None
    return await connection.run_sync(
        lambda sync: MigrationContext.configure(sync).get_current_revision()
    )


async def _migrate_queue(connection: asyncpg.Connection) -> None:
    queue = queries(connection)
    if await queue.schema_is_installed():
        await queue.upgrade()
    else:
        await queue.install()
        await queue.optimize_autovacuum()
    await connection.execute(ANNOUNCE)


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
