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
)

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
    """

    past: tuple[str, ...]
    new: str
    results: tuple[str, ...]
    has_begun: bool


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
    answered = any(message.role == "assistant" for message in before)
    return Reading(
        past=(*state, *past),
        new="\n".join([plain for _, plain in parts if plain] or texts),
        results=tuple(text for block in _blocks(now) for text in _results(block)),
        has_begun=answered or any(map(_is_from_earlier, [*state, *past])),
    )


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
