"""What one model call is given and what it gives back, free of any vendor's types."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, assert_never

from context.messages import (
    Command,
    Deleted,
    Edited,
    InboundMessage,
    MediaReference,
    MessageId,
    Said,
    TurnId,
)
from context.text import one_line, storable, unfenced
from context.usage import Usage

Role = Literal["user", "assistant"]

Block = Mapping[str, object]
"""A content block exactly as the model's API takes and gives it: `{"type": "text", "text": …}`."""

_FILE_KINDS = {"image": "photo", "audio": "audio", "video": "video"}
_LABEL_CHARS = 120
_QUOTED_CHARS = 300

_NOT_THE_PERSONS = frozenset({"tool_use", "thinking", "redacted_thinking"})
_NOT_THE_MODELS = frozenset({"tool_result", "image", "document"})
_NOT_CALLED_FOR = _NOT_THE_PERSONS | {"tool_result"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a session's transcript, kept as raw content blocks, never changed.

    Attributes:
        position: Its place in the session, from 0, without gaps.
        turn_id: The turn that added it.
        message_ids: The inbound messages it holds; empty for the assistant's.
    """

    position: int
    role: Role
    blocks: tuple[Block, ...] = field(repr=False)
    turn_id: TurnId
    message_ids: tuple[MessageId, ...] = ()
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool as the model is offered it; `input_schema` is a JSON schema."""

    name: str
    description: str
    input_schema: Mapping[str, object]


# Made anew by the thousand for each call; frozen, making them takes twice as long.
@dataclass(slots=True, kw_only=True)
class PromptMessage:
    """One message of a prompt; nobody changes it."""

    role: Role
    blocks: tuple[Block, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Everything one model call is given.

    Attributes:
        system: Instructions; the same bytes for every turn of a session.
        messages: Oldest first, beginning with the person's side.
        stable_messages: How many leading messages never change while this agent lives
            (the briefing), so that the cache may be cut after them.
        max_output_tokens: Longest answer wanted.
        tools: What the model may call.
        answer_schema: A JSON schema that the answer's text is to keep to.
    """

    system: str = field(repr=False)
    messages: tuple[PromptMessage, ...]
    stable_messages: int = 0
    max_output_tokens: int
    tools: tuple[Tool, ...] = ()
    answer_schema: Mapping[str, object] | None = field(default=None, repr=False)


class StopReason(StrEnum):
    """Why the model stopped (Anthropic SDK, `types.StopReason`, read 2026-11)."""

    END_TURN = "end_turn"
    MAX_TOKENS = "max_tokens"
    STOP_SEQUENCE = "stop_sequence"
    TOOL_USE = "tool_use"
    PAUSE_TURN = "pause_turn"
    REFUSAL = "refusal"
    WINDOW_EXCEEDED = "model_context_window_exceeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One model response, whole."""

    blocks: tuple[Block, ...] = field(repr=False)
    stop: StopReason
    usage: Usage
    model: str

    @property
    def text(self) -> str:
        """What the person is to read: the text blocks, in order."""
        return "".join(str(block["text"]) for block in self.blocks if block["type"] == "text")


def assembled(
    *,
    instructions: str,
    briefing: str | None,
    items: tuple[Item, ...],
    max_output_tokens: int,
) -> Prompt:
    """Put a prompt together so that the API accepts it, whatever the transcript holds.

    It begins with the person's side. Every tool call has its result right behind it, made up
    as "interrupted" where there is none; a result without its call, blank text and blocks on
    the wrong side are left out.

    Args:
        instructions: The system prompt.
        briefing: What an earlier agent left; the first message then, and stable.
        items: The transcript, oldest first, the message to answer last.
        max_output_tokens: Longest answer wanted.
    """
    head: tuple[PromptMessage, ...] = ()
    if briefing is not None:
        head = (PromptMessage(role="user", blocks=({"type": "text", "text": briefing},)),)
    return Prompt(
        system=instructions,
        messages=(*head, *_normalised(items, begun=bool(head))),
        stable_messages=len(head),
        max_output_tokens=max_output_tokens,
    )


def mail_blocks(
    messages: Sequence[InboundMessage],
    *,
    overheard: Sequence[tuple[str, str]] = (),
    quoted: Mapping[MessageId, str] | None = None,
) -> tuple[Block, ...]:
    """Lay a turn's messages out as the blocks of one user item, at least one.

    What others said comes first, fenced as a quotation; then each message in order, with
    what it answers before it and a line for each file after it.

    Args:
        messages: What the person sent, oldest first.
        overheard: Speaker and words of what others said in the thread since, oldest first.
        quoted: The words of messages that are answered, where they are known.
    """
    texts = [_overheard(overheard)] if overheard else []
    for message in messages:
        texts.extend(_told(message, quoted or {}))
    said = tuple(_text(storable(text)) for text in texts if storable(text).strip())
    return said or (_text("[a message without text]"),)


def _text(text: str) -> Block:
    return {"type": "text", "text": text}


def _overheard(lines: Sequence[tuple[str, str]]) -> str:
    """Quote each speaker; further lines are indented, so that none passes for a speaker's."""
    quoted = "\n".join(
        f"{one_line(speaker, max_chars=_LABEL_CHARS)}: " + "\n  ".join(text.splitlines())
        for speaker, text in lines
    )
    return f"<overheard>\n{unfenced(quoted)}\n</overheard>"


def _told(message: InboundMessage, quoted: Mapping[MessageId, str]) -> Iterator[str]:
    match message.content:
        case Said(text=text, media=media, answers=answers):
            if answers is not None and answers in quoted:
                line = one_line(quoted[answers], max_chars=_QUOTED_CHARS)
                yield f"[in reply to: {line}]"
            yield text
            yield from map(_file, media)
        case Edited(text=text, media=media):
            yield f"[changed an earlier message to:]\n{text}"
            yield from map(_file, media)
        case Deleted():
            yield "[took an earlier message back]"
        case Command():
            pass  # is for the bot, not for the model
        case never:
            assert_never(never)


def _file(media: MediaReference) -> str:
    """Stand in for a file, whose content is not fetched."""
    kind = media.content_type.partition("/")[0]
    label = f"{_FILE_KINDS.get(kind, 'file')}: {media.content_type}"
    named = f"{label}, {media.name}" if media.name else label
    return f"[{one_line(named, max_chars=_LABEL_CHARS)}]"


def _normalised(items: Iterable[Item], *, begun: bool) -> list[PromptMessage]:
    """The items as messages; neighbours of one role are read by the API as one message."""
    messages: list[PromptMessage] = []
    # Calls without their results yet, and what the person's side says behind them: collected
    # to its end, because a result may stand in any of its items.
    calls: list[str] = []
    answering: list[tuple[Block, ...]] = []
    for item in items:
        role = item.role
        if role == "assistant":
            if not begun or not (blocks := _without(item.blocks, _NOT_THE_MODELS)):
                continue
            if answering:
                messages += _answered(answering, calls)
                calls, answering = [], []
            calls += [str(block["id"]) for block in blocks if block["type"] == "tool_use"]
        elif calls:
            if blocks := _without(item.blocks, _NOT_THE_PERSONS):
                answering.append(blocks)
            continue
        elif not (blocks := _without(item.blocks, _NOT_CALLED_FOR)):
            continue
        begun = True
        messages.append(PromptMessage(role=role, blocks=blocks))
    return messages + _answered(answering, calls)


def _without(blocks: tuple[Block, ...], strange: frozenset[str]) -> tuple[Block, ...]:
    """An item's blocks without blank text and what its side cannot say."""
    for block in blocks:
        if _is_left_out(block, strange):
            return tuple(one for one in blocks if not _is_left_out(one, strange))
    return blocks


def _is_left_out(block: Block, strange: frozenset[str]) -> bool:
    kind = block["type"]
    if kind != "text":
        return kind in strange
    text = str(block["text"])
    return not text or text.isspace()


def _answered(said: list[tuple[Block, ...]], calls: list[str]) -> list[PromptMessage]:
    """The person's side behind calls: one result for each in front, and no other result."""
    results: dict[object, Block] = {}
    plain: list[tuple[Block, ...]] = []
    for blocks in said:
        plain.append(tuple(block for block in blocks if block["type"] != "tool_result"))
        for block in blocks:
            if block["type"] == "tool_result":
                results.setdefault(block["tool_use_id"], block)
    front = tuple(results.get(call) or _interrupted(call) for call in calls)
    first, *others = plain or [()]
    merged = (front + first, *others)
    return [PromptMessage(role="user", blocks=blocks) for blocks in merged if blocks]


def _interrupted(call_id: str) -> Block:
    return {
        "type": "tool_result",
        "tool_use_id": call_id,
        "content": "interrupted",
        "is_error": True,
    }
