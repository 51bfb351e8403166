"""A prompt as the Messages API takes it: the same bytes for the same prompt, always.

The API caches prompts by prefix (tools, system, then messages), so what one call sends is a
prefix of what the next one sends. Keys have one order, whatever their store made of it; and
the breakpoint that moves along with the conversation is sent beside the messages, not in them.
"""

from collections.abc import Sequence
from typing import TypedDict, cast

from anthropic.types import (
    CacheControlEphemeralParam,
    MessageParam,
    OutputConfigParam,
    TextBlockParam,
    ToolParam,
)

from context.prompt import Block, Prompt, PromptMessage, Role

# At most four breakpoints are taken (Claude docs, prompt caching, read 2026-11). These are
# three: the system's, which covers the tools before it, the briefing's and the moving one,
# which the API sets itself.
BREAKPOINT: CacheControlEphemeralParam = {"type": "ephemeral"}

# They take no breakpoint (Anthropic SDK 2.11, `types.ThinkingBlockParam`, read 2026-11).
_THINKING = frozenset({"thinking", "redacted_thinking"})


class _Message(TypedDict):
    role: Role
    content: list[Block]


def tools(prompt: Prompt) -> list[ToolParam]:
    """The tools by name, so that the order in which they were offered makes no difference."""
    return [
        {
            "name": tool.name,
            "description": tool.description,
            "input_schema": {
                key: _ordered(tool.input_schema[key]) for key in sorted(tool.input_schema)
            },
        }
        for tool in sorted(prompt.tools, key=lambda tool: tool.name)
    ]


def output_config(prompt: Prompt) -> OutputConfigParam | None:
    """The form that the answer is to keep to; None where words will do.

    The schema stays in its own order, because the answer's fields follow it.
    """
    if prompt.answer_schema is None:
        return None
    return {"format": {"type": "json_schema", "schema": dict(prompt.answer_schema)}}


def system(prompt: Prompt) -> list[TextBlockParam]:
    """The instructions as a cached block; none if they are blank, which the API refuses."""
    if not prompt.system.strip():
        return []
    return [{"type": "text", "text": prompt.system, "cache_control": BREAKPOINT}]


def messages(prompt: Prompt) -> list[MessageParam]:
    """The messages, with a breakpoint after those that never change."""
    stable = _messages(prompt.messages[: prompt.stable_messages])
    if stable:
        _mark(stable[-1]["content"])
    changing = _messages(prompt.messages[prompt.stable_messages :])
    # Blocks are kept as the API gave them; the SDK's closed shapes would lose what is newer.
    return cast("list[MessageParam]", stable + changing)


def _messages(said: Sequence[PromptMessage]) -> list[_Message]:
    """Messages without what the API refuses: blank text, and messages that hold nothing else."""
    sent = (
        _Message(
            role=message.role,
            content=[_block(block) for block in message.blocks if not _is_blank(block)],
        )
        for message in said
    )
    return [message for message in sent if message["content"]]


def _is_blank(block: Block) -> bool:
    return block["type"] == "text" and not str(block["text"]).strip()


def _block(block: Block) -> Block:
    """The block without the nulls that answers have and prompts may not (`citations`)."""
    return {name: _ordered(block[name]) for name in sorted(block) if block[name] is not None}


def _ordered(value: object) -> object:
    """The value with every object's keys in order; text is not copied."""
    match value:
        case dict():
            return {name: _ordered(value[name]) for name in sorted(value)}
        case list():
            return [_ordered(item) for item in value]
        case _:
            return value


def _mark(content: list[Block]) -> None:
    """Put a breakpoint on the last block that takes one."""
    for place, block in reversed(list(enumerate(content))):
        if block["type"] not in _THINKING:
            content[place] = {**block, "cache_control": BREAKPOINT}
            return
