from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from context.errors import ConfigError, StoreUnavailable
from storage.database import Database, address
from storage.server import VectorExtension, ensure_admitted, hears, server
from tests.postgres import new_database

NOWHERE = address("postgresql://someone@127.0.0.1:1/nothing")
SOON = timedelta(seconds=5)


async def test_a_server_says_its_version_and_whether_it_has_vectors(database: Database) -> None:
    before = await server(database)
    async with database.hot() as connection:
        await connection.execute("create extension vector")

    after = await server(database)

    assert int(before.version.partition(".")[0]) >= 16
    assert before.vector is VectorExtension.AVAILABLE
    assert after.vector is VectorExtension.INSTALLED


async def test_a_direct_connection_hears(database: Database, database_url: str) -> None:
    assert await hears(address(database_url), database, within=SOON)


async def test_an_address_that_lets_us_in_is_good(database_url: str) -> None:
    await ensure_admitted(address(database_url), variable="DATABASE_URL")


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"netloc": "stranger@"}, "names a user or a password that the server does not take"),
        ({"path": "/nowhere"}, "names a database that the server does not have"),
    ],
)
async def test_a_user_and_a_database_that_are_not_there_are_told(
    postgres: str, wrong: dict[str, str], fault: str
) -> None:
    where = address(urlsplit(postgres)._replace(**wrong).geturl())

    with pytest.raises(ConfigError) as caught:
        await ensure_admitted(where, variable="DATABASE_DIRECT_URL")

    assert caught.value.faults == {"DATABASE_DIRECT_URL": fault}


async def test_nobody_answering_is_an_outage() -> None:
    with pytest.raises(StoreUnavailable):
        await ensure_admitted(NOWHERE, variable="DATABASE_URL")


@pytest.mark.slow
async def test_a_connection_that_notices_do_not_reach_is_found_deaf(
    database: Database, postgres: str
) -> None:
    # Notices stay in their database, as they stay behind a pooler.
    async with new_database(postgres) as elsewhere:
        assert not await hears(address(elsewhere), database, within=timedelta(milliseconds=50))
