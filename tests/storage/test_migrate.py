import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection

from storage.database import Address, Database, address, connected, open_database
from storage.mailbox import Mailbox
from storage.migrate import migrate, pending_revision
from storage.queue import queries
from storage.tables.row import NAMES
from tests.builders import NOON, an_inbound
from tests.postgres import new_database


@pytest.fixture
async def empty(postgres: str) -> AsyncIterator[Address]:
    """A database with nothing in it."""
    async with new_database(postgres) as url:
        yield address(url)


@pytest.mark.slow
async def test_an_empty_database_is_brought_to_the_newest_schema(empty: Address) -> None:
    await migrate(empty)

    async with open_database(empty, connections=2) as database:
        assert await pending_revision(database) is None
        assert await Mailbox(database).put([an_inbound()], now=NOON) == 1


@pytest.mark.slow
async def test_an_empty_database_lacks_the_newest_revision(empty: Address) -> None:
    async with open_database(empty, connections=2) as database:
        assert await pending_revision(database) == "0017"


@pytest.mark.slow
async def test_two_hosts_may_migrate_at_once(empty: Address) -> None:
    async with asyncio.TaskGroup() as hosts:
        for _ in range(2):
            hosts.create_task(migrate(empty))

    async with open_database(empty, connections=2) as database:
        assert await pending_revision(database) is None


async def test_migrating_again_keeps_every_row(address: Address, database: Database) -> None:
    await Mailbox(database).put([an_inbound()], now=NOON)

    await migrate(address)

    assert await pending_revision(database) is None
    async with database.hot() as connection:
        assert await connection.fetchval("select count(*) from inbox") == 1
        assert await connection.fetchval("select count(*) from queue.pgqueuer") == 1


async def test_the_queue_is_installed_whole(address: Address) -> None:
    async with connected(address) as connection:
        plan = await queries(connection).plan_upgrade()

    assert plan.statements == ()


async def test_the_migrated_tables_are_those_of_the_models(database: Database) -> None:
    def difference(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, NAMES))

    async with database.transaction() as connection:
        assert await connection.run_sync(difference) == []


async def test_the_migrated_checks_are_those_of_the_models(database: Database) -> None:
    written = {
        str(check.name)
        for table in NAMES.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }

    async with database.hot() as connection:
        rows = await connection.fetch(
            "select conname from pg_constraint where contype = 'c'"
            " and connamespace = 'public'::regnamespace"
        )

    assert {row["conname"] for row in rows} == written
