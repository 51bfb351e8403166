"""How an answer stands on the wire: one JSON body, or the events of a stream.

Shapes: Anthropic SDK 2.11, `types.Message`, `types.RawMessageStreamEvent`; order of events
and the line `event:` on each: streaming page and SDK `_streaming` (read 2026-11).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from pydantic import JsonValue

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model_answer import Answer, AnswerBlock
from bot.emulator.servers.model_request import (
    CompactionBlock,
    Json,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
)

_DELTA_CHARS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An answer with what only the server knows about it.

    Attributes:
        usage: What the answer cost.
        compaction: What a summary cost that was made on the way; it is told apart
            (`types.beta.BetaUsage.iterations`, read 2026-11).
    """

    message_id: str
    model: str
    answer: Answer
    usage: BilledUsage
    compaction: BilledUsage | None = None

    @property
    def billed(self) -> BilledUsage:
        """All that it cost."""
        return self.usage if self.compaction is None else self.usage + self.compaction

    @property
    def iterations(self) -> Json:
        """The calls it took, where there was more than the one; a summary alone is the only."""
        if self.compaction is None:
            return {}
        told: list[JsonValue] = [{"type": "compaction", **_counts(self.compaction)}]
        if self.answer.stop_reason != "compaction":
            told.append({"type": "message", "model": self.model, **_counts(self.usage)})
        return {"iterations": told}

    @property
    def body(self) -> Json:
        """All of it, as one JSON body."""
        return {
            **_envelope(self.message_id, self.model),
            "content": [_block(block) for block in self.answer.content],
            "usage": {**_usage(self.usage), **self.iterations},
            **_stop(self.answer),
        }


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream; `delta` is the piece of content it carries, if it does."""

    data: Json
    delta: str | None = None

    @property
    def wire(self) -> bytes:
        """Its bytes; the SDK drops an event without the line `event:`."""
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return f"event: {self.data['type']}\ndata: {data}\n\n".encode()


def deltas(text: str) -> int:
    """How many pieces a text comes in."""
    return -(-len(text) // _DELTA_CHARS)


def events(sent: Sent) -> Iterator[Event]:
    """The stream of an answer, from `message_start` to `message_stop`."""
    start = replace(sent.usage, output_tokens=1)
    empty: Json = {"content": [], "stop_reason": None, "stop_sequence": None}
    message: Json = {**_envelope(sent.message_id, sent.model), **empty, "usage": _usage(start)}
    yield Event({"type": "message_start", "message": message})
    yield Event({"type": "ping"})
    for index, block in enumerate(sent.answer.content):
        yield from _block_events(index, block)
    delta = _stop(sent.answer)
    # Cumulative: it overwrites what `message_start` said (`types.MessageDeltaUsage`).
    yield Event(
        {
            "type": "message_delta",
            "delta": delta,
            "usage": {**_counts(sent.usage), **sent.iterations},
        }
    )
    yield Event({"type": "message_stop"})


def _block_events(index: int, block: AnswerBlock) -> Iterator[Event]:
    if isinstance(block, CompactionBlock):
        yield from _compaction_events(index, block)
        return
    opening, kind, field, content = _opening(block)
    yield Event({"type": "content_block_start", "index": index, "content_block": opening})
    for start in range(0, len(content), _DELTA_CHARS):
        piece = content[start : start + _DELTA_CHARS]
        yield Event(_delta(index, {"type": kind, field: piece}), piece)
    if isinstance(block, ThinkingBlock):
        seal: Json = {"type": "signature_delta", "signature": block.signature}
        yield Event(_delta(index, seal))
    yield Event({"type": "content_block_stop", "index": index})


def _compaction_events(index: int, block: CompactionBlock) -> Iterator[Event]:
    """A summary comes in one piece (`types.beta.BetaCompactionContentBlockDelta`)."""
    opening: Json = {**_block(block), "content": None}
    yield Event({"type": "content_block_start", "index": index, "content_block": opening})
    delta: Json = {"type": "compaction_delta", "content": block.content}
    yield Event(_delta(index, delta), block.content or "")
    yield Event({"type": "content_block_stop", "index": index})


def _opening(
    block: TextBlock | ThinkingBlock | ToolUseBlock,
) -> tuple[Json, str, str, str]:
    """The empty block that a stream begins with, and the kind, field and text of its deltas."""
    match block:
        case TextBlock():
            return {"type": "text", "text": ""}, "text_delta", "text", block.text
        case ThinkingBlock():
            opening: Json = {"type": "thinking", "thinking": "", "signature": ""}
            return opening, "thinking_delta", "thinking", block.thinking
        case ToolUseBlock():
            content = json.dumps(block.input, ensure_ascii=False) if block.input else ""
            opening = {**_block(block), "input": {}}
            return opening, "input_json_delta", "partial_json", content
        case never:
            assert_never(never)


def _delta(index: int, delta: Json) -> Json:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _envelope(message_id: str, model: str) -> Json:
    return {"id": message_id, "type": "message", "role": "assistant", "model": model}


def _stop(answer: Answer) -> Json:
    refused: Json = {"type": "refusal", "category": None, "explanation": None}
    return {
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "stop_details": refused if answer.stop_reason == "refusal" else None,
    }


def _block(block: AnswerBlock) -> Json:
    body: Json = block.model_dump(mode="json", exclude_none=True)
    return body


def _usage(usage: BilledUsage) -> Json:
    written: Json = {
        "ephemeral_5m_input_tokens": usage.cache_write_5m_tokens,
        "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens,
    }
    return {**_counts(usage), "cache_creation": written, "service_tier": "standard"}


def _counts(usage: BilledUsage) -> Json:
    return {
        "input_tokens": usage.input_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
    }
