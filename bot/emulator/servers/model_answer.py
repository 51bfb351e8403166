"""What the model server answers: scripted or thought up, then cut to what the request allows."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

from pydantic import JsonValue

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import (
    CompactionBlock,
    MessageRequest,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
)
from bot.emulator.servers.model_rules import signature
from bot.emulator.servers.tokens import Tokenizer

# Anthropic SDK 2.11, `types.StopReason` (read 2026-11).
StopReason = Literal[
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
    "compaction",  # beta, `types.beta.BetaStopReason`
]
AnswerBlock = TextBlock | ThinkingBlock | ToolUseBlock | CompactionBlock


@dataclass(frozen=True, slots=True)
class Whole:
    """The answer arrives."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The body ends in good order, but before the answer does."""

    after_deltas: int = 1


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection breaks in the middle of the answer."""

    after_deltas: int = 1


@dataclass(frozen=True, slots=True)
class Stalled:
    """Nothing more comes, and the connection stays open until the client leaves."""

    after_deltas: int = 1


@dataclass(frozen=True, slots=True)
class Garbled:
    """What comes next is no JSON."""

    after_deltas: int = 1


@dataclass(frozen=True, slots=True)
class Failed:
    """An error after HTTP 200; an answer that is not streamed is the error instead."""

    error: ApiError
    after_deltas: int = 1


Ending = Whole | Cut | Dropped | Stalled | Garbled | Failed
WHOLE = Whole()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says to one request.

    Attributes:
        content: Its blocks, in order.
        stop_reason: Why it stops; None leaves that to the API's own rules and limits.
        stop_sequence: Which one it met, for a stop reason of that name.
        usage: Figures to report and to bill instead of the counted ones, e.g. to pretend
            that a window is nearly full.
        ending: What becomes of it on its way.
        thinks_s: How long it takes to its first token, in seconds, besides the server's
            own latency.
    """

    content: tuple[AnswerBlock, ...]
    stop_reason: StopReason | None = None
    stop_sequence: str | None = None
    usage: BilledUsage | None = None
    ending: Ending = WHOLE
    thinks_s: float = 0.0

    @classmethod
    def saying(
        cls,
        text: str,
        *,
        stop_reason: StopReason | None = None,
        usage: BilledUsage | None = None,
        ending: Ending = WHOLE,
    ) -> Self:
        """Say a text."""
        return cls(
            content=(TextBlock(text=text),), stop_reason=stop_reason, usage=usage, ending=ending
        )

    @classmethod
    def calling(cls, tool: str, tool_input: Mapping[str, JsonValue]) -> Self:
        """Call a tool."""
        return cls(content=(tool_use(tool, tool_input),))

    @property
    def text(self) -> str:
        """What it says, without its thoughts and its calls."""
        return "".join(block.text for block in self.content if isinstance(block, TextBlock))


def tool_use(tool: str, tool_input: Mapping[str, JsonValue]) -> ToolUseBlock:
    """A call of a tool, with an id of its own."""
    return ToolUseBlock(id=f"toolu_{secrets.token_hex(12)}", name=tool, input=dict(tool_input))


def thinking(thought: str) -> ThinkingBlock:
    """A thought, sealed so that the server knows it again."""
    return ThinkingBlock(thinking=thought, signature=signature(thought))


def within(
    answer: Answer, asked: MessageRequest, *, room_tokens: int, tokenizer: Tokenizer
) -> Answer:
    """Cut an answer as the API would and say why it stops; one that has a reason stays.

    A tool call that does not fit is left without its input, and what follows a cut is lost.

    Args:
        answer: What is to be said.
        asked: Says how long it may be and where it stops.
        room_tokens: What the prompt leaves of the window.
        tokenizer: Counts.
    """
    if answer.stop_reason is not None:
        return answer
    answer = _stopped(answer, asked.stop_sequences)
    most = min(asked.max_tokens, room_tokens)
    kept = _kept(answer.content, most, tokenizer)
    if kept != answer.content:
        full = room_tokens < asked.max_tokens
        reason: StopReason = "model_context_window_exceeded" if full else "max_tokens"
        return replace(answer, content=kept, stop_reason=reason, stop_sequence=None)
    if answer.stop_reason is not None:
        return answer
    calls = any(isinstance(block, ToolUseBlock) for block in answer.content)
    return replace(answer, stop_reason="tool_use" if calls else "end_turn")


def output_tokens(content: tuple[AnswerBlock, ...], tokenizer: Tokenizer) -> int:
    """Tokens of an answer; an empty one costs something too (`types.Usage`, read 2026-11)."""
    return max(1, sum(tokenizer.block(block) for block in content))


def _stopped(answer: Answer, sequences: tuple[str, ...]) -> Answer:
    """End the answer before the first stop sequence in its texts."""
    for place, block in enumerate(answer.content):
        if not isinstance(block, TextBlock):
            continue
        found = [(at, s) for s in sequences if (at := block.text.find(s)) >= 0]
        if found:
            at, sequence = min(found)
            text = (TextBlock(text=block.text[:at]),) if at else ()
            return replace(
                answer,
                content=answer.content[:place] + text,
                stop_reason="stop_sequence",
                stop_sequence=sequence,
            )
    return answer


def _kept(
    content: tuple[AnswerBlock, ...], most_tokens: int, tokenizer: Tokenizer
) -> tuple[AnswerBlock, ...]:
    kept: list[AnswerBlock] = []
    left = most_tokens
    for block in content:
        size = tokenizer.block(block)
        if size > left:
            return (*kept, *_start(block, left, tokenizer))
        kept.append(block)
        left -= size
    return tuple(kept)


def _start(
    block: AnswerBlock, most_tokens: int, tokenizer: Tokenizer
) -> tuple[AnswerBlock, ...]:
    """What there is of a block that does not fit: one or none."""
    match block:
        case TextBlock() if text := tokenizer.start(block.text, most_tokens):
            return (TextBlock(text=text),)
        case ToolUseBlock():
            begun = block.model_copy(update={"input": {}})
            return (begun,) if tokenizer.block(begun) <= most_tokens else ()
        case _:
            return ()
