import asyncio
import time
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from context.errors import StoreUnavailable
from storage.database import Address, Database, address, connected, driver, open_database
from storage.mailbox import Mailbox
from storage.sessions import Sessions
from tests.builders import NOON, an_agent, an_inbound
from tests.storage.wire import wired

NOWHERE = address("postgresql://someone:secret-word@127.0.0.1:1/nothing")


@pytest.mark.parametrize(
    ("url", "dsn"),
    [
        ("postgres://u:p@db.example/bot", "postgresql://u:p@db.example/bot"),
        ("postgresql://u:p@db.example:6432/bot", "postgresql://u:p@db.example:6432/bot"),
        (
            "postgres://u:p@db.example/bot?sslmode=require&channel_binding=require",
            "postgresql://u:p@db.example/bot?sslmode=require",
        ),
        (
            "postgresql:///bot?host=/run/pg",
            "postgresql:///bot?host=%2Frun%2Fpg",
        ),
        ("postgres://u@one:1,two:2/bot", "postgresql://u@one:1,two:2/bot"),
        ("postgres://u:p@[::1]:5432/bot", "postgresql://u:p@[::1]:5432/bot"),
        ("postgres://u:p%23%2F%40%3F@h/bot", "postgresql://u:p%23%2F%40%3F@h/bot"),
        ("postgres://u:p@h/bot?sslmode=", "postgresql://u:p@h/bot"),
        (
            "postgres://u:p@h/bot?application_name=our bot&connect_timeout=3",
            "postgresql://u:p@h/bot?application_name=our%20bot",
        ),
    ],
)
def test_an_address_is_read_as_hosting_providers_give_it(url: str, dsn: str) -> None:
    assert address(url) == Address(dsn=dsn, pooled=False)


@pytest.mark.parametrize(
    ("url", "pooled"),
    [
        ("postgres://h/bot?pgbouncer=true", True),
        ("postgres://h/bot?pgbouncer=false", False),
        ("postgres://h/bot", False),
    ],
)
def test_an_address_may_say_that_a_pooler_is_in_between(url: str, *, pooled: bool) -> None:
    assert address(url).pooled is pooled
    assert address(url, pooled=True).pooled is True


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret-word@h/bot",
        "secret-word",
        "postgres://u:secret-word[1]@h/bot",
        "postgres://u:[secret-word@h/bot",
        "postgres://u:secret-word\u2100@h/bot",
        "postgres://u:secret-word#1@h/bot",
        "postgres://u:secret/word@h/bot",
        "postgres://u:p@h:secret-word/bot",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must ") as refused:
        address(url)

    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_an_address_does_not_show_in_print() -> None:
    assert repr(NOWHERE) == "Address(pooled=False)"


async def test_a_pooled_address_leaves_no_prepared_statement(database_url: str) -> None:
    pooled = address(database_url, pooled=True)

    async with open_database(pooled, connections=2) as database:
        await Mailbox(database).put([an_inbound()], now=NOON)
        await Sessions(database).current(an_agent().session_id)
        async with database.hot() as connection:
            hot = await connection.fetchval("select count(*) from pg_prepared_statements")
        async with database.transaction() as transaction:
            await transaction.execute(text("select 1"))
            other = await transaction.scalar(
                text("select count(*) from pg_prepared_statements")
            )

    assert (hot, other) == (0, 0)


async def test_a_direct_address_prepares_what_is_used_often(database: Database) -> None:
    await Mailbox(database).put([an_inbound()], now=NOON)

    async with database.hot() as connection:
        assert await connection.fetchval("select count(*) from pg_prepared_statements") > 0


async def test_text_statements_share_a_transaction_with_expressions(database: Database) -> None:
    with pytest.raises(RuntimeError, match="rolled back"):
        await _interrupted_write(database)

    async with database.hot() as connection:
        assert await connection.fetchval("select count(*) from person") == 0


async def _interrupted_write(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("select 1"))
        bare = await driver(connection)
        await bare.execute("insert into person (id, created_at) values ('p', $1)", NOON)
        raise RuntimeError("rolled back")


async def test_no_more_connections_are_held_than_allowed(address: Address) -> None:
    async with (
        open_database(address, connections=2) as database,
        database.hot() as one,
        database.transaction() as other,
    ):
        held = await one.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database()"
        )
        await other.execute(text("select 1"))

    assert held == 2


async def test_what_a_borrower_leaves_begun_is_undone_for_the_next(address: Address) -> None:
    async with open_database(address, connections=2) as database:
        async with database.hot() as connection:
            await connection.execute("begin")
            await connection.execute("delete from alembic_version")

        async with database.hot() as connection:
            assert not connection.is_in_transaction()
            assert await connection.fetchval("select count(*) from alembic_version") == 1


async def test_a_database_that_nobody_answers_for_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable) as failed:
        async with open_database(NOWHERE, connections=2):
            pass

    assert str(failed.value) == "ConnectionRefusedError"


async def test_a_lone_connection_to_nowhere_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        async with connected(NOWHERE):
            pass


async def test_a_database_that_does_not_exist_is_no_outage(postgres: str) -> None:
    nowhere = urlsplit(postgres)._replace(path="/nowhere").geturl()

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        async with connected(address(nowhere)):
            pass


async def test_what_cannot_be_encoded_is_a_bug_and_no_outage(database: Database) -> None:
    with pytest.raises(asyncpg.DataError):
        async with database.hot() as connection:
            await connection.fetchval("select $1::text", "\ud83d")


async def test_a_wrong_statement_is_a_bug_and_no_outage(database: Database) -> None:
    with pytest.raises(ProgrammingError):
        async with database.transaction() as connection:
            await connection.execute(text("select nothing from nowhere"))


@pytest.mark.slow
async def test_both_pools_outlive_a_database_that_went_away(database_url: str) -> None:
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=2) as database,
    ):
        await _answers(database)
        await wire.cut()
        with pytest.raises(StoreUnavailable):
            await _hot_answers(database)
        with pytest.raises(StoreUnavailable):
            await _other_answers(database)

        await wire.mend()

        await _answers(database)


async def test_connections_that_were_terminated_are_replaced(database: Database) -> None:
    await _answers(database)
    async with database.hot() as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    with pytest.raises(StoreUnavailable):
        await _other_answers(database)

    await _answers(database)


@pytest.mark.slow
async def test_a_pool_that_stays_empty_is_an_outage(address: Address) -> None:
    async with (
        open_database(address, connections=2) as database,
        database.hot(),
        database.transaction(),
    ):
        outcomes = await asyncio.gather(
            _hot_answers(database), _other_answers(database), return_exceptions=True
        )

    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 2


@pytest.mark.slow
async def test_closing_does_not_wait_for_a_database_that_is_silent(database_url: str) -> None:
    async with wired(database_url) as wire:
        async with open_database(wire.address, connections=2) as database:
            await _answers(database)
            wire.freeze()
            began = time.monotonic()
        took = time.monotonic() - began

    assert took < 8


@pytest.mark.slow
async def test_giving_up_does_not_wait_for_a_database_that_is_silent(
    database_url: str,
) -> None:
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=2) as database,
    ):
        await _answers(database)
        wire.freeze()
        began = time.monotonic()
        for answers in (_hot_answers, _other_answers):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await answers(database)
        took = time.monotonic() - began
        await wire.cut()

    assert took < 6


async def _answers(database: Database) -> None:
    await _hot_answers(database)
    await _other_answers(database)


async def _hot_answers(database: Database) -> None:
    async with database.hot() as connection:
        assert await connection.fetchval("select 1") == 1


async def _other_answers(database: Database) -> None:
    async with database.transaction() as connection:
        assert await connection.scalar(text("select 1")) == 1
