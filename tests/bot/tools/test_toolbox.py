"""All tools behind one port: what is offered, and what comes of a call."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from bot.tools.toolbox import Toolbox
from context.calls import Errand
from context.errors import StoreUnavailable, ToolFault
from context.prompt import Tool
from context.shaping import Shaping
from context.tools import ToolCall, ToolResult
from tests.builders import an_errand


@dataclass(frozen=True, slots=True)
class Echo:
    """A tool that gives back what it is given, or fails as it is told to."""

    name: str = "echo"
    fails_with: Exception | None = None

    @property
    def offer(self) -> Tool:
        return Tool(name=self.name, description="Echoes.", input_schema={"type": "object"})

    async def run(self, arguments: Mapping[str, object], errand: Errand) -> str:
        if self.fails_with is not None:
            raise self.fails_with
        return f"{arguments['text']} for {errand.turn_id}"


def a_call(name: str = "echo", text: str = "hi") -> ToolCall:
    return ToolCall(call_id="t1", name=name, arguments={"text": text})


def test_tools_are_offered_by_name_in_whatever_order_they_come() -> None:
    tools = [Echo("b"), Echo("a"), Echo("c")]

    offered = Toolbox(tools, shaping=Shaping()).offered

    assert [tool.name for tool in offered] == ["a", "b", "c"]
    assert offered == Toolbox(tools[::-1], shaping=Shaping()).offered


async def test_a_tool_is_run_on_somebodys_behalf() -> None:
    toolbox = Toolbox([Echo()], shaping=Shaping())

    assert await toolbox.run(a_call(), an_errand()) == ToolResult(text="hi for turn-1")


async def test_a_tool_that_is_not_there_is_an_error_the_model_reads() -> None:
    result = await Toolbox([Echo()], shaping=Shaping()).run(a_call("other"), an_errand())

    assert result == ToolResult(text="There is no such tool.", is_error=True)


async def test_why_a_tool_cannot_do_it_is_told() -> None:
    toolbox = Toolbox([Echo(fails_with=ToolFault("ask for less"))], shaping=Shaping())

    result = await toolbox.run(a_call(), an_errand())

    assert result == ToolResult(text="ask for less", is_error=True)


@pytest.mark.parametrize("error", [StoreUnavailable("secret"), KeyError("secret")])
async def test_a_tool_that_breaks_says_so_and_keeps_its_secrets(error: Exception) -> None:
    toolbox = Toolbox([Echo(fails_with=error)], shaping=Shaping())

    with capture_logs() as logs:
        result = await toolbox.run(a_call(), an_errand())

    assert result.is_error
    assert "secret" not in result.text
    assert logs == [
        {
            "event": "tool.failed",
            "log_level": "warning",
            "tool": "echo",
            "reason": type(error).__name__,
        }
    ]


async def test_what_a_tool_gives_back_is_bounded() -> None:
    shaping = Shaping(tool_output_bytes=400, tool_output_lines=10)
    toolbox = Toolbox([Echo()], shaping=shaping)

    result = await toolbox.run(a_call(text="line\n" * 500), an_errand())

    assert len(result.text.encode()) <= 400
    assert result.text.count("\n") < 10
    assert "left out, id t1 …]" in result.text
    assert result.text.endswith("for turn-1")
    assert result.whole == "line\n" * 500 + " for turn-1"
