"""Summaries that the server makes of a conversation: on demand, or once a prompt is long.

A block with a summary stands for everything before it, which the server drops; one without is
passed over. On demand (beta `compact-2026-09-04`) the answer is the block alone, and it has to
be the first that later prompts hold. At a threshold (beta `compact-2026-01-12`) it leads the
answer, or is all of it where a pause is wanted. Rules and error codes: Anthropic SDK 2.11,
`types.beta`; compaction pages (read 2026-11). What the summary says is the stand-in's.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import (
    Block,
    CompactionBlock,
    Message,
    Prompt,
    TextBlock,
    ToolUseBlock,
)

ON_DEMAND, AT_THRESHOLD = "compact-2026-09-04", "compact-2026-01-12"
LEAST_TRIGGER_TOKENS = 50_000

_USUAL_TRIGGER_TOKENS = 150_000
_SEAL = "stand-in-"
_Read = TypeVar("_Read", bound=Prompt)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a compaction block stands: the message, and the block in it."""

    message: int
    block: int


def shown(prompt: _Read, betas: Collection[str]) -> _Read:
    """The prompt as the model is shown it: a summary in place of what it stands for.

    Args:
        prompt: What was sent.
        betas: Those the request asks for.

    Raises:
        ApiError: It uses what it did not ask for, or a block that is not as it was.
    """
    _check_betas(prompt, betas)
    places = _places(prompt)
    for place in places:
        _check_block(prompt, place)
    if ON_DEMAND in betas and AT_THRESHOLD not in betas:
        _check_first(places)
    if not places:
        return prompt
    summary = max((p for p in places if _at(prompt, p).content), default=None, key=_order)
    return prompt.model_copy(update={"messages": _following(prompt, summary)})


def due_tokens(prompt: Prompt, *, least_trigger_tokens: int) -> int | None:
    """From how many tokens on the prompt is to be compacted; None if it never is.

    Raises:
        ApiError: It names fewer than the least.
    """
    if (edit := prompt.edit) is None:
        return None
    value = (
        edit.trigger.value if edit.trigger else max(_USUAL_TRIGGER_TOKENS, least_trigger_tokens)
    )
    if value < least_trigger_tokens:
        raise ApiError(
            400,
            "context_management.edits.0.trigger.value: must be at least "
            f"{least_trigger_tokens}",
        )
    return value


def check_complete(prompt: Prompt) -> None:
    """Refuse to summarise a conversation that stands in the middle of a turn.

    Raises:
        ApiError: A tool call waits for its result, or there is nothing to summarise.
    """
    last = prompt.messages[-1]
    if any(isinstance(block, ToolUseBlock) for block in last.content):
        raise _fault("incomplete_turn", "a tool call has no result yet")
    if all(_is_summary(message) for message in prompt.messages):
        raise _fault("nothing_to_summarize", "there are no messages to summarize")


def sealed(summary: str) -> CompactionBlock:
    """The block of a summary, so that the server knows it again; blank is a failure."""
    if not summary.strip():
        return CompactionBlock(content=None)
    return CompactionBlock(content=summary, signature=_signature(summary))


def compacted(prompt: _Read, block: CompactionBlock) -> _Read:
    """A prompt with a summary of it in place of all but what is to be answered.

    A failed one changes nothing.
    """
    if block.content is None:
        return prompt
    newest = _newest_said(prompt.messages)
    messages = (*_told(block), *prompt.messages[newest:])
    return prompt.model_copy(update={"messages": messages})


def _check_betas(prompt: Prompt, betas: Collection[str]) -> None:
    has_blocks = bool(_places(prompt))
    wanted = (
        ("compaction", prompt.compaction is not None, {ON_DEMAND}),
        ("context_management", prompt.context_management is not None, {AT_THRESHOLD}),
        ("messages: compaction blocks", has_blocks, {ON_DEMAND, AT_THRESHOLD}),
    )
    for name, is_used, any_of in wanted:
        if is_used and any_of.isdisjoint(betas):
            raise ApiError(400, f"{name}: Extra inputs are not permitted")
    if prompt.compaction is not None and prompt.context_management is not None:
        raise ApiError(400, "compaction: cannot be combined with context_management")


def _places(prompt: Prompt) -> list[Place]:
    return [
        Place(number, position)
        for number, message in enumerate(prompt.messages)
        for position, block in enumerate(message.content)
        if isinstance(block, CompactionBlock)
    ]


def _at(prompt: Prompt, place: Place) -> CompactionBlock:
    block = prompt.messages[place.message].content[place.block]
    return block if isinstance(block, CompactionBlock) else CompactionBlock()


def _order(place: Place) -> tuple[int, int]:
    return place.message, place.block


def _check_block(prompt: Prompt, place: Place) -> None:
    block = _at(prompt, place)
    if prompt.messages[place.message].role != "assistant":
        where = f"messages.{place.message}.content.{place.block}"
        raise ApiError(400, f"{where}: `compaction` blocks belong in assistant messages")
    if block.content is None:
        return
    if not (block.signature or "").startswith(_SEAL):
        raise _fault("signature_invalid", "the block is not signed by this server")
    if block.signature != _signature(block.content):
        raise _fault("content_mismatch", "the summary is not the one that was signed")


def _check_first(places: list[Place]) -> None:
    """Summaries on demand stand in place of what they summarise, so at the very begin."""
    if len(places) > 1:
        raise _fault("block_ambiguous", "more than one compaction block")
    if places and places[0] != Place(0, 0):
        raise _fault("block_misplaced", "the compaction block must come first")


def _following(prompt: Prompt, summary: Place | None) -> tuple[Message, ...]:
    """What a summary leaves: its words, and all that stands behind it."""
    if summary is None:
        return _without_blocks(prompt.messages)
    own = prompt.messages[summary.message]
    rest = own.model_copy(update={"content": own.content[summary.block + 1 :]})
    behind = (rest, *prompt.messages[summary.message + 1 :])
    return (*_told(_at(prompt, summary)), *_without_blocks(behind))


def _without_blocks(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Messages without compaction blocks, and none that held nothing else."""
    said = (
        (message, tuple(b for b in message.content if not isinstance(b, CompactionBlock)))
        for message in messages
    )
    return tuple(
        message.model_copy(update={"content": content}) for message, content in said if content
    )


def _told(block: CompactionBlock) -> tuple[Message, ...]:
    """How the model is shown a summary: fenced, on the person's side."""
    if block.content is None:
        return ()
    text: Block = TextBlock(text=f"<summary>\n{block.content}\n</summary>")
    return (Message(role="user", content=(text,)),)


def _is_summary(message: Message) -> bool:
    return all(
        isinstance(block, TextBlock) and block.text.startswith("<summary>")
        for block in message.content
    )


def _newest_said(messages: tuple[Message, ...]) -> int:
    """The number of the message to be answered: the last in which the person says something."""
    return max(
        number
        for number, message in enumerate(messages)
        if message.role == "user"
        and (number == 0 or any(isinstance(block, TextBlock) for block in message.content))
    )


def _signature(summary: str) -> str:
    return _SEAL + hashlib.blake2b(summary.encode(), digest_size=24).hexdigest()


def _fault(code: str, message: str) -> ApiError:
    return ApiError(400, f"compaction: {message}", error_code=f"compaction_{code}")
