"""Calls of tools as the model makes them, and results as it is given them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from context.prompt import Block, Tool
from context.usage import estimated_tokens

# What the API adds to a prompt as soon as it offers a tool (Claude docs, tool use, read
# 2026-11: some 300 to 350 tokens, by model).
_OFFER_TOKENS = 350


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What the model wants done; `arguments` is whatever it wrote, unchecked."""

    call_id: str
    name: str
    arguments: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What came of a call, as the model reads it.

    Attributes:
        whole: All of it, where `text` leaves something out.
    """

    text: str = field(repr=False)
    is_error: bool = False
    whole: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """All that a tool gave back for a call; kept where the transcript has only a part of it."""

    call_id: str
    text: str = field(repr=False)


def tool_calls(blocks: Iterable[Block]) -> Iterator[ToolCall]:
    """Give the calls in a response, in order."""
    for block in blocks:
        if block["type"] == "tool_use":
            arguments = block["input"]
            yield ToolCall(
                call_id=str(block["id"]),
                name=str(block["name"]),
                arguments=arguments if isinstance(arguments, Mapping) else {},
            )


def result_block(call: ToolCall, result: ToolResult) -> Block:
    """Lay a result out as the block that answers its call."""
    block = {"type": "tool_result", "tool_use_id": call.call_id, "content": result.text}
    return {**block, "is_error": True} if result.is_error else block


def estimated_tool_tokens(tools: Iterable[Tool]) -> int:
    """Guess what offering tools adds to a prompt that no call has counted, leaning high."""
    offered = [(tool.name, tool.description, dict(tool.input_schema)) for tool in tools]
    if not offered:
        return 0
    written = json.dumps(offered, ensure_ascii=False, default=dict)
    return _OFFER_TOKENS + estimated_tokens(written)
