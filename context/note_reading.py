"""What a model wrote of a conversation, read as notes: nothing in it is taken on trust.

A model that was asked for notes may give half of them, forget what was there, make figures up,
or repeat what a tool told it to say. So every entry is held against the transcript.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from context.categories import UserProfile
from context.entries import Conflict
from context.evidence import Evidence, bare, canonical
from context.facts import kept
from context.note_entries import Entries
from context.note_facts import noted_facts
from context.note_schema import Withdrawal, WrittenCommitment, WrittenNotes, WrittenStatement
from context.note_shelves import (
    CONSTRAINTS,
    DECISIONS,
    ERRORS,
    OPEN_COMMITMENTS,
    PREFERENCES,
    REJECTED_ALTERNATIVES,
    STANDING_INSTRUCTIONS,
    TASK_PROGRESS,
    TODOS,
    WORK_COMPLETED,
)
from context.notes import Notes, key_of
from context.prompt import Item
from context.text import one_line, storable
from context.trackers import newest_lines

_MOST_FACTS = 200
_SUMMARY_WORDS = 200
_SUMMARY_CHARS = 1_500
_GOAL_CHARS, _LABEL_CHARS = 600, 60

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])|\n+")


class NotesInvalid(ValueError):
    """A model's answer is no notes: what was noted before stays; try again after a while."""

    def __init__(self, reason: str) -> None:
        """Keep what was wrong: `empty`, `not_json`, `wrong_form` or `nothing_holds`."""
        self.reason = reason
        super().__init__(f"notes cannot be used: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Notes as they are after a model's answer.

    Attributes:
        notes: All of them, those of before included.
        dropped: For each entry that the transcript does not bear out, its list and why.
        conflicts: Where the model said otherwise than what was found by pattern.
    """

    notes: Notes = field(repr=False)
    dropped: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = field(default=(), repr=False)


def read_notes(
    text: str,
    items: Sequence[Item],
    *,
    previous: Notes | None = None,
    covers_to: int | None = None,
) -> Reading:
    """Read a model's answer as notes that go on from those before.

    An answer that notes nothing leaves them as they were: not every line is worth a note.

    Args:
        text: The answer, JSON by `context.note_schema.notes_schema`.
        items: The transcript that the model was shown, in the same words; more of it does no
            harm.
        previous: The notes that the model was shown.
        covers_to: How far the model was shown the transcript; to its end by default.

    Raises:
        NotesInvalid: It is cut off, blank, in another form, or nothing in it holds.
    """
    written, before = _written(text), previous or Notes()
    evidence = Evidence(items)
    done = _done_commitments(written.open_commitments, before)
    entries = Entries(evidence, before, (*written.withdrawn, *done))
    facts, conflicts = noted_facts(entries, before.key_facts, written.key_facts)
    if covers_to is None:
        covers_to = items[-1].position if items else before.covers_to
    day = evidence.said_at(() if covers_to is None else (covers_to,))
    notes = before.model_copy(
        update={
            **_labels(entries, before, written),
            **_wishes(entries, before, written),
            **_lists(entries, before, written),
            "key_facts": kept(facts, most=_MOST_FACTS),
            "conversation_summary": _summary(entries, before, written, said_at=day),
            "covers_to": covers_to,
        }
    )
    if entries.dropped and notes.model_copy(update={"covers_to": before.covers_to}) == before:
        raise NotesInvalid("nothing_holds")
    return Reading(notes=notes, dropped=tuple(entries.dropped), conflicts=conflicts)


def _written(text: str) -> WrittenNotes:
    """Parse an answer, which a server that holds it to no schema may put between fences."""
    body = storable(text).strip().removeprefix("```json").removeprefix("```")
    body = body.removesuffix("```").strip()
    if not body:
        raise NotesInvalid("empty")
    try:
        return WrittenNotes.model_validate_json(body)
    except ValidationError as error:
        kinds = {one["type"] for one in error.errors(include_url=False, include_input=False)}
        reason = "not_json" if "json_invalid" in kinds else "wrong_form"
        raise NotesInvalid(reason) from None  # whose text could hold words of the answer


def _done_commitments(
    written: Iterable[WrittenCommitment], before: Notes
) -> Iterator[Withdrawal]:
    """Earlier questions and promises that the model says are settled, by their keys."""
    known = {
        bare(one.gist): key_of("open_commitments", place)
        for place, one in enumerate(before.open_commitments)
    }
    for one in written:
        key = one.key or known.get(bare(one.text))
        if one.status == "done" and key in known.values():
            yield Withdrawal(key=key, positions=one.positions)


def _lists(entries: Entries, before: Notes, written: WrittenNotes) -> dict[str, object]:
    """The lists that both sides call by the same name."""
    still_open = [one for one in written.open_commitments if one.status == "open"]
    merged = entries.merged
    return {
        "open_commitments": merged(OPEN_COMMITMENTS, before.open_commitments, still_open),
        "todos": merged(TODOS, before.todos, written.todos),
        "task_progress": merged(TASK_PROGRESS, before.task_progress, written.task_progress),
        "errors": merged(ERRORS, before.errors, written.errors),
        "decisions": merged(DECISIONS, before.decisions, written.decisions),
        "rejected_alternatives": merged(
            REJECTED_ALTERNATIVES, before.rejected_alternatives, written.rejected_alternatives
        ),
        "work_completed": merged(WORK_COMPLETED, before.work_completed, written.work_completed),
    }


def _wishes(entries: Entries, before: Notes, written: WrittenNotes) -> dict[str, object]:
    """What the person wants always: instructions word for word, all else as a preference."""
    known = {bare(one.gist) for one in before.standing_instructions}
    exact: list[WrittenStatement] = []
    told: list[WrittenStatement] = list(written.preferences)
    for one in written.standing_instructions:
        is_exact = entries.evidence.persons_words(one.text, one.positions)
        (exact if is_exact or bare(one.text) in known else told).append(one)
    profile, single = before.profile, _Single(entries)
    return {
        "standing_instructions": entries.merged(
            STANDING_INSTRUCTIONS, before.standing_instructions, exact
        ),
        "profile": UserProfile(
            name=profile.name,
            language=single.text("language", written.language, profile.language),
            timezone=single.text("timezone", written.timezone, profile.timezone),
            preferences=entries.merged(PREFERENCES, profile.preferences, told),
            constraints=entries.merged(CONSTRAINTS, profile.constraints, written.constraints),
        ),
    }


def _labels(entries: Entries, before: Notes, written: WrittenNotes) -> dict[str, object]:
    """What is one text each."""
    text = _Single(entries).text
    longest = _GOAL_CHARS
    return {
        "restated_goal": text(
            "restated_goal", written.restated_goal, before.restated_goal, most_chars=longest
        ),
        "workflow_type": text("workflow_type", written.workflow_type, before.workflow_type),
        "current_phase": text("current_phase", written.current_phase, before.current_phase),
        "task_status": written.task_status or before.task_status,
        "task_description": text(
            "task_description",
            written.task_description,
            before.task_description,
            most_chars=longest,
        ),
    }


class _Single:
    """Reads texts of which there is one, without positions: all of the transcript counts."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def text(
        self, name: str, written: str, before: str | None, *, most_chars: int = _LABEL_CHARS
    ) -> str | None:
        """What is new, where it is something and holds; else what was known before."""
        line = one_line(written, max_chars=most_chars)
        if not line:
            return before
        fits = len(line) == len(" ".join(written.split()))
        if fits and self._entries.evidence.bears_out(line, beside=before or ""):
            return line
        self._entries.drop(name, "not in the transcript" if fits else "too long")
        return before


def _summary(
    entries: Entries,
    before: Notes,
    written: WrittenNotes,
    *,
    said_at: datetime | None,
) -> str:
    """The summary before, and the sentences about the new lines that hold.

    Prose is never made of prose: what was written of older lines stays as it is until its
    oldest lines make room.
    """
    known, told = before.model_dump_json(), canonical(before.conversation_summary)
    kept_sentences: list[str] = []
    words = chars = 0
    for sentence in filter(None, map(str.strip, _sentences(written.conversation_summary))):
        if canonical(sentence) in told:
            continue
        if not entries.evidence.holds_anywhere(sentence, beside=known):
            entries.drop("conversation_summary", "not in the transcript")
            continue
        words += len(sentence.split())
        chars += len(sentence)
        if words > _SUMMARY_WORDS or chars > _SUMMARY_CHARS:
            break
        kept_sentences.append(sentence)
    if not kept_sentences:
        return before.conversation_summary
    day = f"{said_at:%Y-%m-%d}: " if said_at else ""
    return newest_lines(before.conversation_summary, day + " ".join(kept_sentences))


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)
