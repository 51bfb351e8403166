"""Results of tools, read again by the ids of their calls."""

import pytest

from context.messages import SessionId, UserId
from context.tools import Output
from storage.database import Database
from storage.tool_outputs import ToolOutputs, keep_outputs
from tests.builders import NOON, USER, a_tool_result, an_agent
from tests.storage.pasts import say

OTHER = UserId("T024BE7LD:U0000OTHER")


async def with_a_result(database: Database, *, user_id: UserId = USER) -> SessionId:
    """A conversation in which a tool gave something back."""
    result = a_tool_result("toolu_1", "found")
    return await say(database, "Look it up", "One moment", ("user", [result]), user_id=user_id)


async def test_a_result_that_stands_in_the_transcript_is_read_from_there(
    database: Database,
) -> None:
    session = await with_a_result(database)

    assert await ToolOutputs(database).read(session, "toolu_1") == "found"


async def test_of_a_result_that_was_cut_all_is_read(database: Database) -> None:
    session = await with_a_result(database)
    whole = Output(call_id="toolu_1", text="found\x00 it all")

    async with database.transaction() as connection:
        await keep_outputs(connection, an_agent(), (whole,), now=NOON)

    assert await ToolOutputs(database).read(session, "toolu_1") == "found it all"


@pytest.mark.parametrize("call_id", ["toolu_2", "toolu", "", "'"])
async def test_what_no_tool_gave_is_not_there(database: Database, call_id: str) -> None:
    session = await with_a_result(database)

    assert await ToolOutputs(database).read(session, call_id) is None


async def test_nobody_reads_what_a_tool_gave_to_others(database: Database) -> None:
    await with_a_result(database, user_id=OTHER)
    session = await say(database, "Hello")

    assert await ToolOutputs(database).read(session, "toolu_1") is None
