"""What a transcript itself says of the categories, drawn from it without a model."""

from collections.abc import Iterator, Sequence

from context.categories import OriginalRequest
from context.entries import Commitment, ErrorNote, FileNote, PendingCall, RecentTurn
from context.fact_finding import facts_in, questions_in
from context.facts import Fact, Origin
from context.prompt import Block, Item
from context.replay import newest_turn, replayable
from context.text import one_line
from context.truncation import SMALLEST_BYTES, clipped
from context.usage import BYTES_PER_TOKEN

_REQUEST_BYTES = 8_192
_OPEN_BYTES = 4_096
_ERROR_BYTES = 512
_MOST_LINES = 128
_MOST_ERRORS = 10
_MOST_FILES = 50
_SUMMARY_WORDS = 400
_SUMMARY_CHARS = 3_000
_SUMMARY_LINE_CHARS = 160

_OVERHEARD = "<overheard>"
_QUOTING = (_OVERHEARD, "[in reply to: ")
_SIDES = (Origin.USER, Origin.MODEL)
FILE_MARKS = ("[photo: ", "[audio: ", "[video: ", "[file: ")


def original_request(items: Sequence[Item]) -> OriginalRequest:
    """The first thing the person said."""
    for item in items:
        if text := _person_text(item):
            first = item.message_ids[0] if item.message_ids else None
            return OriginalRequest(text=_shortened(text, _REQUEST_BYTES), message_id=first)
    return OriginalRequest()


def recent_turns(items: Sequence[Item], *, max_tokens: int) -> tuple[RecentTurn, ...]:
    """The newest turns that fit, whole; the newest alone, cut, where not even that one fits."""
    whole = replayable(items, max_tokens=max_tokens)
    if whole or not items:
        turns: dict[str, list[Item]] = {}
        for item in whole:
            turns.setdefault(item.turn_id, []).append(item)
        return tuple(_turn(turn) for turn in turns.values())
    half_bytes = int(max_tokens * BYTES_PER_TOKEN) // 2
    cut = _turn(newest_turn(items))
    return (
        cut.model_copy(
            update={
                "person": _shortened(cut.person, half_bytes),
                "assistant": _shortened(cut.assistant, half_bytes),
                "is_whole": False,
            }
        ),
    )


def facts(items: Sequence[Item]) -> Iterator[Fact]:
    """Everything that looks like a fact, in the order it was said, then the open questions."""
    for item in items:
        message_id = item.message_ids[-1] if item.message_ids else None
        for origin, text in sayings(item):
            yield from facts_in(
                text, message_id=message_id, said_at=item.said_at, origin=origin
            )
    yield from open_questions(items)


def open_questions(items: Sequence[Item]) -> tuple[Fact, ...]:
    """What was asked last: by the person since the last answer, else by the assistant in it.

    Whatever the other side says after a question answers it.
    """
    found: list[Fact] = []
    side: Origin | None = None
    for item in reversed(items):
        said = [one for one in sayings(item) if one[0] in _SIDES and one[1].strip()]
        if not said:
            continue
        side = side or said[0][0]
        if side is not said[0][0]:
            break
        message_id = item.message_ids[-1] if item.message_ids else None
        for origin, text in reversed(said):
            found[:0] = questions_in(
                text, message_id=message_id, said_at=item.said_at, origin=origin
            )
    return tuple(found)


def unanswered(items: Sequence[Item]) -> tuple[Commitment, ...]:
    """What the person said since the last answer."""
    found: list[Commitment] = []
    for item in reversed(items):
        if item.role == "assistant" and _text(item.blocks):
            break
        if text := _person_text(item):
            found.append(
                Commitment(
                    kind="unanswered",
                    text=_shortened(text, _OPEN_BYTES),
                    sources=item.message_ids,
                )
            )
    return tuple(reversed(found))


def pending_calls(items: Sequence[Item]) -> tuple[PendingCall, ...]:
    """Tool calls without a result."""
    blocks = [block for item in items for block in item.blocks]
    answered = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
    return tuple(
        PendingCall(call_id=str(block["id"]), name=str(block["name"]))
        for block in blocks
        if block["type"] == "tool_use" and block["id"] not in answered
    )


def errors(items: Sequence[Item]) -> tuple[ErrorNote, ...]:
    """The last failures that tools gave back."""
    blocks = [block for item in items for block in item.blocks]
    names = {block["id"]: str(block["name"]) for block in blocks if block["type"] == "tool_use"}
    failed = [
        block for block in blocks if block["type"] == "tool_result" and block.get("is_error")
    ]
    return tuple(
        ErrorNote(
            message=_shortened(_result_text(block), _ERROR_BYTES),
            where=names.get(block["tool_use_id"], "a tool"),
        )
        for block in failed[-_MOST_ERRORS:]
    )


def files(items: Sequence[Item]) -> tuple[FileNote, ...]:
    """The files that the person sent, as their lines say."""
    found = [
        FileNote(reference=text.strip("[]"), sources=item.message_ids)
        for item in items
        if item.role == "user"
        for text in _texts(item.blocks)
        if text.startswith(FILE_MARKS)
    ]
    return tuple(found[-_MOST_FILES:])


def summary(items: Sequence[Item]) -> str:
    """One line for each message of the person, the newest kept."""
    return newest_lines(
        *(
            f"{item.said_at:%Y-%m-%d}: {one_line(text, max_chars=_SUMMARY_LINE_CHARS)}"
            for item in items
            if (text := _person_text(item))
        )
    )


def newest_lines(*texts: str) -> str:
    """The last lines of all texts together, each once, up to 400 words."""
    lines = dict.fromkeys(line for text in texts for line in text.splitlines())
    kept: list[str] = []
    words = chars = 0
    for line in reversed(lines):
        words += len(line.split())
        chars += len(line)
        if words > _SUMMARY_WORDS or chars > _SUMMARY_CHARS:
            break
        kept.append(line)
    return "\n".join(reversed(kept))


def _turn(items: Sequence[Item]) -> RecentTurn:
    sides = {"user": "", "assistant": ""}
    for item in items:
        sides[item.role] = "\n".join(filter(None, (sides[item.role], _text(item.blocks))))
    return RecentTurn(
        turn_id=items[0].turn_id,
        said_at=items[0].said_at,
        person=sides["user"],
        assistant=sides["assistant"],
    )


def sayings(item: Item) -> Iterator[tuple[Origin, str]]:
    """What an item says, block by block, and who says it."""
    for block in item.blocks:
        match block:
            case {"type": "text", "text": str(text)} if item.role == "assistant":
                yield Origin.MODEL, text
            case {"type": "text", "text": str(text)} if text.startswith(_QUOTING):
                yield Origin.OTHERS, text
            case {"type": "text", "text": str(text)}:
                yield Origin.USER, text
            case {"type": "tool_result"}:
                yield Origin.TOOL, _result_text(block)
            case _:
                pass


def _person_text(item: Item) -> str:
    """What the person themselves said, without what is only quoted."""
    if item.role == "assistant":
        return ""
    said = (text for text in _texts(item.blocks) if not text.startswith(_OVERHEARD))
    return "\n".join(text for text in said if text.strip())


def _text(blocks: Sequence[Block]) -> str:
    return "\n".join(_texts(blocks))


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    return (str(block["text"]) for block in blocks if block["type"] == "text")


def _result_text(block: Block) -> str:
    match block.get("content"):
        case str(text):
            return text
        case list() | tuple() as inner:
            return "\n".join(_texts([one for one in inner if one["type"] == "text"]))
        case _:
            return ""


def _shortened(text: str, max_bytes: int) -> str:
    return clipped(text, max_bytes=max(max_bytes, SMALLEST_BYTES), max_lines=_MOST_LINES)
