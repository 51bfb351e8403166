"""The tool that reads a result again which the model was shown shortened."""

from dataclasses import replace

import pytest

from bot.tools.results import OFFER, ReadResultTool
from context.errors import ToolFault
from context.shaping import Shaping
from storage.database import Database
from storage.tool_outputs import ToolOutputs
from tests.builders import a_tool_result, an_errand
from tests.storage.pasts import say

LINES = "".join(f"line {number}\n" for number in range(1_000))
SHAPING = Shaping(tool_output_bytes=1_000, tool_output_lines=50)


async def read(database: Database, arguments: dict[str, object]) -> str:
    """Have the model read a result of its conversation that is a thousand lines long."""
    session = await say(database, "Look", "Yes", ("user", [a_tool_result("toolu_1", LINES)]))
    tool = ReadResultTool(ToolOutputs(database), shaping=SHAPING)
    return await tool.run(arguments, replace(an_errand(), session_id=session))


async def test_a_long_result_is_read_page_by_page(database: Database) -> None:
    told, head, offset = "", "", 0
    session = await say(database, "Look", "Yes", ("user", [a_tool_result("toolu_1", LINES)]))
    tool = ReadResultTool(ToolOutputs(database), shaping=SHAPING)

    while offset < len(LINES):
        page = await tool.run(
            {"id": "toolu_1", "offset": offset}, replace(an_errand(), session_id=session)
        )
        head, _, body = page.partition("\n")
        assert len(page.encode()) <= SHAPING.tool_output_bytes
        assert page.removesuffix("\n").count("\n") < SHAPING.tool_output_lines
        assert head.startswith(f"Characters {offset} to {offset + len(body)} of {len(LINES)}; ")
        told, offset = told + body, offset + len(body)

    assert told == LINES
    assert "this is the end" in head


async def test_no_more_is_read_than_is_asked_for(database: Database) -> None:
    page = await read(database, {"id": "toolu_1", "offset": 7, "limit": 6})

    assert page.endswith("\nline 1")
    assert "go on from 13" in page


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({}, "id: Field required"),
        ({"id": "toolu_1", "offset": -1}, "offset: Input should be greater"),
        ({"id": "toolu_1", "limit": 0}, "limit: Input should be greater"),
        ({"id": "toolu_1", "offset": 8_890}, "offset: the result has 8890 characters"),
        ({"id": "toolu_2"}, "no result with this id"),
    ],
)
async def test_what_cannot_be_read_is_told(
    database: Database, arguments: dict[str, object], fault: str
) -> None:
    with pytest.raises(ToolFault, match=fault):
        await read(database, arguments)


def test_the_model_is_told_the_same_every_time() -> None:
    tool = ReadResultTool(ToolOutputs(None), shaping=SHAPING)  # type: ignore[arg-type] # not asked

    assert tool.offer is OFFER
    assert OFFER.input_schema["required"] == ["id"]
