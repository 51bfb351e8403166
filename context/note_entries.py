"""How a model's entries become those of the notes: held against the transcript, then merged.

What the model leaves out stays as it was, because a model that forgets must lose nothing. What
it changes or ends needs a place in the transcript that bears it out; else it is dropped, and
only counted, because it may be anybody's words.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

from context.entries import Sourced, Todo
from context.evidence import Evidence, bare
from context.note_schema import Withdrawal, Written
from context.notes import MOST_ENTRIES, Notes, key_of

_LONGEST_CHARS = 2_000
_MOST_SOURCES = 20
_NOT_SAID = {"sources", "positions", "since", "at"}
"""What an entry has from the transcript, not from the model."""


class Voice(Enum):
    """Whose words an entry may rest on."""

    PERSON = "person"
    """The person's own: nothing that a tool or others said becomes their wish."""

    OURS = "ours"
    """The person's or the assistant's, beside whatever else."""

    ANY = "any"
    """A tool's as well."""


_W = TypeVar("_W", bound=Written)
_E = TypeVar("_E", bound=Sourced)


@dataclass(frozen=True, slots=True)
class Shelf(Generic[_W, _E]):
    """One list of the notes.

    Attributes:
        category: Its name towards the model.
        build: Makes an entry of what a model wrote and when its newest source was said.
        voice: Whose words an entry must rest on.
    """

    category: str
    build: Callable[[_W, datetime | None], _E]
    voice: Voice = Voice.OURS


class Entries:
    """Reads a model's lists one after the other, and counts what it drops.

    Attributes:
        evidence: The transcript.
        dropped: A reason for each entry that was dropped: its list, and what was wrong.
    """

    def __init__(
        self, evidence: Evidence, previous: Notes, withdrawn: Iterable[Withdrawal]
    ) -> None:
        """Begin with the transcript, the notes before, and what the model took back."""
        self.dropped: list[str] = []
        self.evidence = evidence
        self._withdrawn = frozenset(self._borne_out(previous, withdrawn))

    def merged(
        self, shelf: Shelf[_W, _E], before: tuple[_E, ...], written: Iterable[_W]
    ) -> tuple[_E, ...]:
        """The entries before, changed, ended and added to as the model wrote and may.

        Args:
            shelf: Which list.
            before: The list as it was.
            written: What the model wrote for it.
        """
        kept = {key_of(shelf.category, place): entry for place, entry in enumerate(before)}
        replaced: set[str] = set()
        for number, one in enumerate(written):
            key = _key(kept, one, shelf) or f"new {number}"
            entry = self._entry(kept.get(key), one, shelf)
            if entry is not None:
                kept[key] = entry
                replaced.add(key)
        gone = self._withdrawn - replaced
        return _bounded([entry for key, entry in kept.items() if key not in gone])

    def drop(self, category: str, reason: str) -> None:
        """Count something that was dropped."""
        self.dropped.append(f"{category}: {reason}")

    def _borne_out(self, previous: Notes, withdrawn: Iterable[Withdrawal]) -> Iterable[str]:
        """The keys of entries that the transcript says are over."""
        of = {
            key_of(category, place): category
            for category, entries in previous.lists
            for place in range(len(entries))
        }
        for one in withdrawn:
            category = of.get(one.key, "")
            said = self._said(_VOICES.get(category, Voice.OURS), one.positions)
            if category and said:
                yield one.key
            else:
                self.drop("withdrawn", "no source" if category else "no such entry")

    def _entry(self, before: _E | None, one: _W, shelf: Shelf[_W, _E]) -> _E | None:
        """The entry, if the transcript bears it out; None where it is dropped."""
        positions = self.evidence.real(one.positions)
        entry = shelf.build(one, self.evidence.said_at(positions))
        if before is not None and _says_the_same(before, entry):
            return before
        reason = self._fault(before, one, shelf.voice) if entry.gist.strip() else "empty"
        if reason is not None:
            self.drop(shelf.category, reason)
            return None
        sources = self.evidence.sources(positions)
        if before is not None:
            sources, positions = (*before.sources, *sources), (*before.positions, *positions)
        return entry.model_copy(
            update={
                "sources": tuple(dict.fromkeys(sources))[-_MOST_SOURCES:],
                "positions": tuple(dict.fromkeys(positions))[-_MOST_SOURCES:],
            }
        )

    def _fault(self, before: Sourced | None, one: Written, voice: Voice) -> str | None:
        """What is wrong with what a model wrote, without its words."""
        words, positions = one.words, self.evidence.real(one.positions)
        known = "\n".join(map(str, before.model_dump().values())) if before else ""
        if not positions:
            return "no source"
        if len(words) > _LONGEST_CHARS:
            return "too long"
        if not self._said(voice, positions):
            return "not the speaker's words"
        if not self.evidence.holds(words, positions, beside=known):
            return "not in its source"
        if voice is Voice.PERSON and self.evidence.is_foreign(words, positions):
            return "somebody else's words"
        return None

    def _said(self, voice: Voice, positions: Iterable[int]) -> bool:
        said_at = {
            Voice.PERSON: self.evidence.persons,
            Voice.OURS: self.evidence.voiced,
            Voice.ANY: self.evidence.real,
        }
        return bool(said_at[voice](positions))


_VOICES = dict.fromkeys(("standing_instructions", "preferences", "constraints"), Voice.PERSON)
"""Whose words can end an entry of a list, where not anybody's of the two can."""


def _key(kept: dict[str, _E], one: _W, shelf: Shelf[_W, _E]) -> str | None:
    """Which of the entries this is: by its key, else by saying the same."""
    if one.key in kept:
        return one.key
    gist = bare(shelf.build(one, None).gist)
    return next((key for key, entry in kept.items() if bare(entry.gist) == gist), None)


def _says_the_same(before: Sourced, entry: Sourced) -> bool:
    return _said(before) == _said(entry)


def _said(entry: Sourced) -> dict[str, object]:
    said = entry.model_dump(exclude=_NOT_SAID)
    return {name: bare(text) if isinstance(text, str) else text for name, text in said.items()}


def _bounded(entries: Sequence[_E]) -> tuple[_E, ...]:
    """The newest entries; of to-dos the done ones go first."""
    surplus = len(entries) - MOST_ENTRIES
    done = [
        place
        for place, entry in enumerate(entries)
        if isinstance(entry, Todo) and entry.status == "done"
    ]
    gone = set(done[: max(surplus, 0)])
    left = [entry for place, entry in enumerate(entries) if place not in gone]
    return tuple(left[-MOST_ENTRIES:])
