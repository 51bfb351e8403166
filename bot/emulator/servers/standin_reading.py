"""How the stand-in reads a prompt: what was said before, and what is said now.

Only the person's side is a source: their messages, tool results, and state that stands fenced
in them (`<handoff …>…</handoff>`). The system prompt and the model's own words are none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.emulator.servers.model_request import (
    Block,
    DocumentBlock,
    Message,
    Prompt,
    TextBlock,
    ToolResultBlock,
    ToolUseBlock,
)

RECALL = "recall"
"""The tool that looks into what was said before."""

_FENCE = re.compile(r"\s*<([a-z][\w-]*)(?:\s[^>]*)?>")
_OF_EARLIER_AGENTS = ("briefing", "handoff", "summary")


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt, read.

    Attributes:
        past: What can be quoted, oldest first.
        new: What the person says now; empty when only tools have spoken.
        results: What tools gave back just now.
        has_begun: Whether the person has had answers in this conversation.
        asked_for: What the person said before the model looked something up for them, which
            has come back just now; empty when nothing was looked up.
    """

    past: tuple[str, ...]
    new: str
    results: tuple[str, ...]
    has_begun: bool
    asked_for: str = ""


def reading(prompt: Prompt) -> Reading:
    """Read a prompt."""
    spoken = [message for message in prompt.messages if message.role != "system"]
    newest = len(list(takewhile(lambda message: message.role == "user", reversed(spoken))))
    before, now = spoken[: len(spoken) - newest], spoken[len(spoken) - newest :]
    texts = [text for block in _blocks(now) for text in _texts(block)]
    parts = [_parted(text) for text in texts]
    # State around the new message comes from further back than the messages before it.
    state = [fenced for fenced, _ in parts if fenced]
    past = [text for block in _blocks(before) for text in (*_texts(block), *_results(block))]
    answered = any(message.role == "assistant" and not _looks_up(message) for message in before)
    return Reading(
        past=(*state, *past),
        new="\n".join([plain for _, plain in parts if plain] or texts),
        results=tuple(text for block in _blocks(now) for text in _results(block)),
        has_begun=answered or any(map(_is_from_earlier, [*state, *past])),
        asked_for=_asked_for(before, now),
    )


def _asked_for(before: Sequence[Message], now: Sequence[Message]) -> str:
    """What the person last said, if all that came since are results of `recall`."""
    results = {b.tool_use_id for b in _blocks(now) if isinstance(b, ToolResultBlock)}
    calls = (block for message in before for block in message.content)
    recalls = {b.id for b in calls if isinstance(b, ToolUseBlock) and b.name == RECALL}
    if not results & recalls:
        return ""
    for message in reversed(before):
        if message.role == "user" and (
            texts := [t for b in message.content for t in _texts(b)]
        ):
            return "\n".join(plain for _, plain in map(_parted, texts) if plain)
    return ""


def _looks_up(message: Message) -> bool:
    """Whether a message of the model's says nothing, but calls `recall`."""
    return all(isinstance(b, ToolUseBlock) and b.name == RECALL for b in message.content)


def _blocks(messages: Sequence[Message]) -> Iterator[Block]:
    for message in messages:
        if message.role == "user":
            yield from message.content


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, TextBlock):
        yield block.text
    elif isinstance(block, DocumentBlock) and block.source.get("type") == "text":
        yield str(block.source.get("data", ""))


def _results(block: Block) -> Iterator[str]:
    if isinstance(block, ToolResultBlock):
        for inner in block.content:
            yield from _texts(inner)


def _parted(text: str) -> tuple[str, str]:
    """Part the fenced state at the begin of a text from what follows it."""
    end = 0
    while opening := _FENCE.match(text, end):
        closing = f"</{opening[1]}>"
        begin = text.find(closing, opening.end())
        if begin < 0:
            break
        end = begin + len(closing)
    return text[:end], text[end:].strip()


def _is_from_earlier(text: str) -> bool:
    """Whether a text begins with what an earlier agent left."""
    opening = _FENCE.match(text)
    return opening is not None and any(word in opening[1] for word in _OF_EARLIER_AGENTS)
