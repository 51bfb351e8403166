"""Two accounts made one: what patterns found in a transcript, and what a model noted of it.

The patterns' word counts. Where a model says otherwise, it is not believed, and the conflict
is kept for whoever looks into it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from context.entries import Commitment, Conflict, ErrorNote, Statement, fact_line
from context.evidence import bare, canonical
from context.fact_patterns import FactKind
from context.facts import SENTENCES, Fact, Origin
from context.notes import Notes

_COMMITMENTS: dict[FactKind, Literal["promise", "question"]] = {
    FactKind.PROMISE: "promise",
    FactKind.QUESTION: "question",
}

_MOST_NOTES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What both say together, in the categories in which both have a say."""

    key_facts: tuple[Fact, ...] = field(repr=False)
    instructions: tuple[str, ...] = field(repr=False)
    commitments: tuple[Commitment, ...] = field(repr=False)
    errors: tuple[ErrorNote, ...] = field(repr=False)
    conflicts: tuple[Conflict, ...] = field(repr=False)


def reconciled(
    tracked: Sequence[Fact],
    noted: Notes,
    *,
    questions: Iterable[Fact] = (),
    unanswered: Sequence[Commitment] = (),
    failures: Iterable[ErrorNote] = (),
) -> Account:
    """Make one account of both.

    Args:
        tracked: Found by pattern, in this transcript or before: the ledger.
        noted: What a model noted, or what a document before said.
        questions: Those that are open at the transcript's end.
        unanswered: What the person said since the last answer.
        failures: What tools gave back.
    """
    facts, on_facts = key_facts(tracked, noted.key_facts)
    always, on_instructions = instructions(tracked, noted.standing_instructions)
    lasting = [fact for fact in tracked if fact.kind is not FactKind.QUESTION]
    open_ones, on_commitments = commitments(
        (*lasting, *questions), noted.open_commitments, unanswered
    )
    return Account(
        key_facts=facts,
        instructions=always,
        commitments=open_ones,
        errors=errors(failures, noted.errors),
        conflicts=(*on_facts, *on_instructions, *on_commitments),
    )


def key_facts(
    tracked: Iterable[Fact], noted: Iterable[Fact]
) -> tuple[tuple[Fact, ...], tuple[Conflict, ...]]:
    """The facts that are values: those found, and those that only a model named.

    A value that was found gets at most a name; whether another took its place was seen when
    it was found. Only of words that no pattern knows is the model the judge.

    Args:
        tracked: Found by pattern, in this transcript or before.
        noted: Named by a model.
    """
    facts = {fact.value: fact for fact in tracked if fact.kind not in SENTENCES}
    conflicts: list[Conflict] = []
    for fact in noted:
        known = facts.setdefault(fact.value, fact)
        if known.superseded_by != fact.superseded_by:
            if known.kind is FactKind.QUOTE:
                known = replace(known, superseded_by=fact.superseded_by)
            else:
                conflicts.append(_conflict("key_facts", fact_line(known), fact_line(fact)))
        facts[fact.value] = known if known.name else replace(known, name=fact.name)
    return tuple(facts.values()), tuple(conflicts)


def instructions(
    tracked: Iterable[Fact], noted: Iterable[Statement]
) -> tuple[tuple[str, ...], tuple[Conflict, ...]]:
    """What is to be observed always, word for word, each once.

    Args:
        tracked: The ledger; only what the person themselves said counts.
        noted: What a model noted, or a document before said.
    """
    told = [
        fact
        for fact in tracked
        if fact.kind is FactKind.INSTRUCTION and fact.origin is Origin.USER
    ]
    current = [fact.value for fact in told if fact.superseded_by is None]
    conflicts: list[Conflict] = []
    for one in noted:
        if any(_is_part(one.text, text) for text in current):
            continue
        over = _ended(told, one.text)
        if over is None:
            current.append(one.text)
        elif one.positions:  # else it is the ledger's own, from an earlier document
            conflicts.append(_conflict("standing_instructions", fact_line(over), one.line))
    return tuple(current), tuple(conflicts)


def commitments(
    tracked: Iterable[Fact], noted: Iterable[Commitment], unanswered: Sequence[Commitment]
) -> tuple[tuple[Commitment, ...], tuple[Conflict, ...]]:
    """Promises and questions that are open, the oldest first, what is unanswered last.

    Args:
        tracked: The ledger, and the open questions; in their words where both say the same.
        noted: What a model noted, or a document before said.
        unanswered: What the person said last, which may hold the questions.
    """
    told = [fact for fact in tracked if fact.kind in _COMMITMENTS]
    found = [_commitment(fact) for fact in told if fact.superseded_by is None]
    conflicts: list[Conflict] = []
    for one in noted:
        place = next((n for n, known in enumerate(found) if _are_one(known, one)), None)
        if place is not None:
            due = found[place].due or one.due
            found[place] = found[place].model_copy(update={"due": due})
            continue
        over = _ended(told, one.text)
        if over is None:
            found.append(one)
        elif one.positions:
            conflicts.append(_conflict("open_commitments", fact_line(over), one.line))
    still_open = (
        one for one in found if not any(_is_part(one.text, last.text) for last in unanswered)
    )
    return (*still_open, *unanswered), tuple(conflicts)


def errors(tracked: Iterable[ErrorNote], noted: Iterable[ErrorNote]) -> tuple[ErrorNote, ...]:
    """What went wrong, in the words of the tools, with what a model says has helped."""
    found = list(tracked)
    others: list[ErrorNote] = []
    for one in noted:
        alike = [n for n, error in enumerate(found) if _is_part(one.message, error.message)]
        for place in alike:
            known = found[place]
            found[place] = known.model_copy(
                update={"fix": known.fix or one.fix, "resolved": known.resolved or one.resolved}
            )
        if not alike:
            others.append(one)
    return newest(others, found)


_Note = TypeVar("_Note")


def newest(*notes: Iterable[_Note]) -> tuple[_Note, ...]:
    """Old and new notes, each once: turns that were replayed are seen by two agents."""
    return tuple(dict.fromkeys(one for some in notes for one in some))[-_MOST_NOTES:]


def _commitment(fact: Fact) -> Commitment:
    sources = fact.sources or (() if fact.message_id is None else (fact.message_id,))
    return Commitment(kind=_COMMITMENTS[fact.kind], text=fact.value, sources=sources)


def _are_one(known: Commitment, noted: Commitment) -> bool:
    return _is_part(noted.text, known.text) or _is_part(known.text, noted.text)


def _ended(told: Iterable[Fact], text: str) -> Fact | None:
    """The fact of the ledger that says the same, and is over."""
    over = (fact for fact in told if fact.superseded_by is not None)
    return next((fact for fact in over if _is_part(text, fact.value)), None)


def _is_part(text: str, whole: str) -> bool:
    """Whether a text says the same as another or a part of it."""
    plain = bare(text)
    return bool(plain) and plain in canonical(whole)


def _conflict(category: str, tracked: str, noted: str) -> Conflict:
    return Conflict(category=category, tracked=tracked, noted=noted)
