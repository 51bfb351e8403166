"""Scripted summarisers: what a model may make of a request for notes, good, bad and late.

Each is a function from the request to the answer, or makes one. Installed as `notes` of a
`ModelApi` it answers every request that demands a form; replies stay the stand-in's.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from pydantic import JsonValue

from bot.emulator.servers import standin_notes
from bot.emulator.servers.model import Summariser
from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import Json, MessageRequest
from bot.emulator.servers.standin_findings import sentences_of
from bot.emulator.servers.standin_transcript import SUMMARY

_IDENTITY = frozenset(
    {"key", "keys", "keep", "kind", "lines", "message_ids", "positions", "source_positions"}
    | {"sources", "status"}
)
"""What an entry is and where it came from, as against what it says."""


def perfect(asked: MessageRequest) -> Answer:
    """Note everything the stand-in finds."""
    return Answer.saying(standin_notes.notes(asked))


def forgetful(asked: MessageRequest) -> Answer:
    """Note nothing, in perfect form: every list is empty, and so is the summary."""
    return _saying(_emptied(_noted(asked)))


def lying(asked: MessageRequest) -> Answer:
    """Put another digit in the place of every digit that is said."""
    return _saying(_with_texts(_noted(asked), _wrong))


def silent(_: MessageRequest) -> Answer:
    """End the answer without a word."""
    return Answer(content=(), stop_reason="end_turn")


def cut_off(asked: MessageRequest) -> Answer:
    """Reach the longest answer in the middle of the JSON."""
    whole = standin_notes.notes(asked)
    return Answer.saying(whole[: len(whole) // 2], stop_reason="max_tokens")


def rambling(_: MessageRequest) -> Answer:
    """Answer in prose where JSON was demanded."""
    return Answer.saying("Here are the notes you asked for: it was about an order.")


def slow(seconds: float, inner: Summariser = perfect) -> Summariser:
    """Take time before the first token; the server's connection stays open meanwhile."""
    return lambda asked: replace(inner(asked), thinks_s=seconds)


def failing(status: int, *, retry_after_s: int | None = None) -> Summariser:
    """Answer every request with an error, such as 529 or 500."""

    def refuse(_: MessageRequest) -> Answer:
        raise ApiError(status, "Overloaded", retry_after_s=retry_after_s)

    return refuse


def lossy(kept: float, *, kept_with_figures: float) -> Summariser:
    """Lose a share of the entries and of the summary's sentences, the same ones every time.

    Of a summary one sentence stays, as nobody summarises without a word.

    Args:
        kept: Fraction of those without a digit that stay, 0 to 1.
        kept_with_figures: Fraction of those with one.
    """

    stays = _luck(kept, kept_with_figures)

    def thin(asked: MessageRequest) -> Answer:
        return _saying(_thinned(_noted(asked), stays))

    return thin


def thinned(text: str, *, kept: float, kept_with_figures: float) -> str:
    """Lose a share of the sentences of a text, the same ones every time, but never all."""
    return _some(text, _luck(kept, kept_with_figures))


def _noted(asked: MessageRequest) -> Json:
    return cast("Json", json.loads(standin_notes.notes(asked)))  # notes are an object


def _saying(notes: JsonValue) -> Answer:
    return Answer.saying(json.dumps(notes, ensure_ascii=False))


def _emptied(value: JsonValue) -> JsonValue:
    match value:
        case dict():
            emptied = {name: _emptied(inner) for name, inner in value.items()}
            return {**emptied, SUMMARY: ""} if SUMMARY in emptied else emptied
        case list():
            return []
        case _:
            return value


def _with_texts(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    match value:
        case dict():
            return {
                name: inner if name in _IDENTITY else _with_texts(inner, change)
                for name, inner in value.items()
            }
        case list():
            return [_with_texts(inner, change) for inner in value]
        case str():
            return change(value)
        case _:
            return value


def _wrong(text: str) -> str:
    return "".join(str((int(c) + 1) % 10) if c in "0123456789" else c for c in text)


def _thinned(value: JsonValue, stays: Callable[[str], bool]) -> JsonValue:
    match value:
        case dict():
            return {name: _thinned_field(name, inner, stays) for name, inner in value.items()}
        case list():
            return [inner for inner in value if stays(_said(inner))]
        case _:
            return value


def _thinned_field(name: str, value: JsonValue, stays: Callable[[str], bool]) -> JsonValue:
    if name != SUMMARY:
        return _thinned(value, stays)
    return _some(str(value), stays)


def _some(text: str, stays: Callable[[str], bool]) -> str:
    sentences = list(sentences_of(text))
    return " ".join([one for one in sentences if stays(one)] or sentences[:1])


def _luck(kept: float, kept_with_figures: float) -> Callable[[str], bool]:
    def stays(text: str) -> bool:
        has_digit = any(char.isdigit() for char in text)
        return _drawn(text) < (kept_with_figures if has_digit else kept)

    return stays


def _said(entry: JsonValue) -> str:
    """An entry without where it came from, so that chance falls on what it says."""
    if not isinstance(entry, Mapping):
        return str(entry)
    return " ".join(
        str(value)
        for name, value in sorted(entry.items())
        if name not in _IDENTITY and value is not None
    )


def _drawn(text: str) -> float:
    """A number for a text from 0 to 1, as good as drawn, and always the same."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
