"""What was said before there was an index is found once the database is migrated."""

import json
from collections.abc import AsyncIterator

import pytest
from alembic import command
from sqlalchemy import Connection

from context.messages import SLACK, person_id, session_id
from storage.database import Address, Database, address, open_database
from storage.migrate import _config, migrate
from storage.recall import Recall
from tests.builders import NOON, USER
from tests.postgres import new_database
from tests.storage.scenes import run, value

PERSON, SESSION = person_id(SLACK, USER), session_id(SLACK, USER, "D0001")
LONG = "There is much to be told of gardens. " * 60


@pytest.fixture
async def before(postgres: str) -> AsyncIterator[Address]:
    """A database from before there was an index."""

    def upgrade(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")

    async with new_database(postgres) as url:
        async with (
            open_database(address(url), connections=2) as database,
            database.transaction() as connection,
        ):
            await connection.run_sync(upgrade)
        yield address(url)


async def _say(database: Database, position: int, text: str) -> None:
    await run(
        database,
        "insert into content_item (session_id, position, person_id, agent_id, turn_id, role,"
        " blocks, message_ids, said_at) values ($1, $2, $3, 'a', 't', $4, $5::jsonb, '{}', $6)",
        SESSION,
        position,
        PERSON,
        "assistant" if position % 2 else "user",
        json.dumps({"schema": 1, "blocks": [{"type": "text", "text": text}]}),
        NOON,
    )


@pytest.mark.slow
async def test_what_was_said_before_is_indexed(before: Address) -> None:
    async with open_database(before, connections=2) as database:
        await run(database, "insert into person (id, created_at) values ($1, $2)", PERSON, NOON)
        await run(
            database,
            "insert into session (id, person_id, user_id, platform, provider, conversation,"
            " shared, created_at, updated_at)"
            " values ($1, $2, $3, 'slack', 'slack', 'D0001', false, $4, $4)",
            SESSION,
            PERSON,
            USER,
            NOON,
        )
        for position, text in enumerate(["A blue lamp", f"{LONG}A parrot. {LONG}", " ", " "]):
            await _say(database, position, text)
        for position in range(4, 1_030):
            await _say(database, position, f"Day {position}")

    await migrate(before)

    async with open_database(before, connections=2) as database:
        lamp, *_ = await Recall(database).found(PERSON, "lamp", limit=1)
        parrot, *_ = await Recall(database).found(PERSON, "parrot", limit=1)
        assert (lamp.position, parrot.position) == (0, 1)
        assert "parrot" in parrot.passage
        assert await value(database, "select count(distinct position) from passage") == 1_028
