"""The model server's prompt cache: which part of a prompt is read, written or neither.

A marker keeps the prefix that ends with it, for five minutes or an hour since its last use.
A prompt reads the longest kept prefix that ends at one of its markers or at most 20 blocks
before it, pays for writing what lies between that and its last marker, and in full for the
rest. A prefix under the minimum is not kept and nobody says so (prompt caching guide, read
2026-11). The parts add up to the prompt exactly.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import CacheControl
from bot.emulator.servers.tokens import Segment

_LIVES = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1)}
_MOST_MARKERS = 4
_LOOK_BACK = 20


@dataclass(slots=True)
class _Entry:
    life: timedelta
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a prompt where a prefix ends: its digest, its tokens, its own marker."""

    digest: bytes
    tokens: int
    mark: CacheControl | None


@dataclass(frozen=True, slots=True)
class MarkedPrompt:
    """A prompt as the cache sees it: the places up to its last marker, and all its tokens."""

    places: tuple[_Place, ...]
    tokens: int


def marked(pieces: Sequence[Segment], automatic: CacheControl | None) -> MarkedPrompt:
    """Find the markers of a prompt.

    Args:
        pieces: The prompt.
        automatic: The request's own marker, for its last block that can carry one.

    Raises:
        ApiError: Too many markers, or in an order that the API refuses.
    """
    marks = [piece.mark for piece in pieces]
    last = max((i for i, piece in enumerate(pieces) if piece.markable), default=None)
    if automatic is not None and last is not None:
        marks[last] = marks[last] or automatic
    lives = [mark.ttl for mark in marks if mark is not None]
    if len(lives) > _MOST_MARKERS:
        raise ApiError(
            400,
            f"A maximum of {_MOST_MARKERS} blocks with cache_control may be provided. "
            f"Found {len(lives)}.",
        )
    if lives != sorted(lives):  # "1h" sorts before "5m"
        raise ApiError(400, "cache_control with ttl='1h' must not come after ttl='5m'")
    return MarkedPrompt(_places(pieces, marks), sum(piece.tokens for piece in pieces))


class PromptCache:
    """Prefixes kept for every model; models share nothing."""

    def __init__(self, now: Callable[[], datetime], *, minimum_tokens: int) -> None:
        self._now = now
        self._minimum_tokens = minimum_tokens
        self._entries: dict[tuple[str, bytes], _Entry] = {}
        self._tidy_at = 1_024

    def use(self, model: str, prompt: MarkedPrompt) -> BilledUsage:
        """Read and write the cache for a prompt; the usage has no output yet."""
        read = self._read(model, prompt.places)
        written = self._write(model, prompt.places, read)
        return BilledUsage(
            input_tokens=prompt.tokens - read - sum(written.values()),
            cache_read_tokens=read,
            cache_write_5m_tokens=written["5m"],
            cache_write_1h_tokens=written["1h"],
        )

    def _read(self, model: str, places: Sequence[_Place]) -> int:
        """Tokens of the longest kept prefix; using it renews its life."""
        for end in range(len(places) - 1, -1, -1):
            if places[end].mark is None:
                continue
            for place in reversed(places[max(0, end - _LOOK_BACK + 1) : end + 1]):
                if self._renew(model, place):
                    return place.tokens
        return 0

    def _renew(self, model: str, place: _Place) -> bool:
        now = self._now()
        entry = self._entries.get((model, place.digest))
        if entry is None or entry.expires_at <= now:
            return False
        entry.expires_at = now + entry.life
        return True

    def _write(self, model: str, places: Sequence[_Place], read: int) -> dict[str, int]:
        """Keep every marked prefix; returns the tokens to pay for by life."""
        written = dict.fromkeys(_LIVES, 0)
        paid = read
        for place in places:
            if place.mark is None or place.tokens < self._minimum_tokens:
                continue
            written[place.mark.ttl] += max(0, place.tokens - paid)
            paid = max(paid, place.tokens)
            if not self._renew(model, place):
                life = _LIVES[place.mark.ttl]
                self._entries[model, place.digest] = _Entry(life, self._now() + life)
        self._tidy()
        return written

    def _tidy(self) -> None:
        """Drop what has expired, now and then."""
        if len(self._entries) < self._tidy_at:
            return
        now = self._now()
        self._entries = {
            k: entry for k, entry in self._entries.items() if entry.expires_at > now
        }
        self._tidy_at = 2 * len(self._entries) + 1_024


def _places(
    pieces: Sequence[Segment], marks: Sequence[CacheControl | None]
) -> tuple[_Place, ...]:
    """Every place up to the last marker; none in a prompt without markers."""
    last = max((i for i, mark in enumerate(marks) if mark is not None), default=-1)
    digest, tokens, places = hashlib.blake2b(digest_size=16), 0, []
    for piece, mark in zip(pieces[: last + 1], marks, strict=False):
        digest.update(len(piece.content).to_bytes(8, "big"))
        digest.update(piece.content)
        tokens += piece.tokens
        places.append(_Place(digest.digest(), tokens, mark))
    return tuple(places)
