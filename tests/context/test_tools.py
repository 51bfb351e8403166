from context.prompt import Tool
from context.tools import (
    ToolCall,
    ToolResult,
    estimated_tool_tokens,
    result_block,
    tool_calls,
)
from tests.builders import a_text, a_tool_use

TOOL = Tool(name="recall", description="Finds it.", input_schema={"type": "object"})


def test_the_calls_of_a_response_are_read_in_order() -> None:
    calls = tool_calls([a_text("Let me see."), a_tool_use("t1"), a_tool_use("t2", "track")])

    assert [(one.call_id, one.name, one.arguments) for one in calls] == [
        ("t1", "recall", {"query": "order"}),
        ("t2", "track", {"query": "order"}),
    ]


def test_arguments_that_are_none_are_empty() -> None:
    (call,) = tool_calls([{**a_tool_use(), "input": "order"}])

    assert call.arguments == {}


def test_a_result_answers_its_call() -> None:
    call = ToolCall(call_id="t1", name="recall", arguments={})

    assert result_block(call, ToolResult(text="found")) == {
        "type": "tool_result",
        "tool_use_id": "t1",
        "content": "found",
    }
    assert result_block(call, ToolResult(text="no", is_error=True))["is_error"] is True


def test_offering_tools_costs_tokens_and_offering_none_costs_none() -> None:
    assert estimated_tool_tokens(()) == 0
    assert estimated_tool_tokens((TOOL, TOOL)) > estimated_tool_tokens((TOOL,)) > 300
