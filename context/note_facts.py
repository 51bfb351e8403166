"""Facts that a model names: exact values that stand where it says.

A model knows what a value is called where the words around it do not tell. Which of its facts
count beside those that patterns found says `context.reconciliation`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from context.entries import Conflict, fact_line
from context.fact_patterns import FactKind
from context.fact_search import mentions
from context.facts import Fact, Origin, sources_of
from context.note_entries import Entries
from context.note_schema import WrittenFact
from context.notes import key_of

KEY_FACTS = "key_facts"

_NAME_CHARS = 60
_VALUE_CHARS = 300


def noted_facts(
    entries: Entries, before: Sequence[Fact], written: Iterable[WrittenFact]
) -> tuple[tuple[Fact, ...], tuple[Conflict, ...]]:
    """Merge what a model named into the facts before; each value stands in its source.

    A new value for an earlier entry takes its place only where whoever said the old one, or
    the person, said the new one later; else both stay, and the conflict is told.

    Args:
        entries: Has the transcript, and counts what is dropped.
        before: The facts of the earlier notes.
        written: What the model wrote.
    """
    facts = {fact.value: fact for fact in before}
    values = {key_of(KEY_FACTS, place): fact.value for place, fact in enumerate(before)}
    conflicts: list[Conflict] = []
    for one in written:
        fact = _fact(entries, one, facts)
        if fact is None:
            continue
        older = facts.get(values.get(one.key, fact.value))
        facts.setdefault(fact.value, fact)
        if older is None or older.value == fact.value or older.superseded_by is not None:
            continue
        if _may_supersede(fact, older):
            facts[older.value] = replace(older, superseded_by=fact.value)
        else:
            conflicts.append(_conflict(older, fact))
    return tuple(facts.values()), tuple(conflicts)


def _fact(entries: Entries, one: WrittenFact, facts: Mapping[str, Fact]) -> Fact | None:
    """The fact that was named; None where it is dropped."""
    evidence = entries.evidence
    value, name = " ".join(one.value.split()), " ".join(one.name.split())
    if value in facts:
        return facts[value]
    if not name or len(name) > _NAME_CHARS or len(value) > _VALUE_CHARS:
        entries.drop(KEY_FACTS, "no fit name or value")
        return None
    if not evidence.real(one.positions):
        entries.drop(KEY_FACTS, "no source")
        return None
    quoted = evidence.quoted(value, one.positions)
    if quoted is None or not evidence.holds(name, one.positions):
        entries.drop(KEY_FACTS, "not in its source")
        return None
    return Fact(
        kind=_kind(value),
        name=name,
        value=quoted.value,
        message_id=quoted.message_id,
        said_at=quoted.said_at,
        origin=quoted.origin,
        stated=True,
        sources=sources_of(quoted.message_id),
    )


def _kind(value: str) -> FactKind:
    """What the patterns take a value for; a quotation where they see nothing in it."""
    whole = (one.kind for one in mentions(value) if (one.start, one.end) == (0, len(value)))
    return next(whole, FactKind.QUOTE)


def _may_supersede(newer: Fact, older: Fact) -> bool:
    of_one = newer.origin is Origin.USER or newer.origin is older.origin
    return of_one and newer.said_at >= older.said_at


def _conflict(kept: Fact, refused: Fact) -> Conflict:
    return Conflict(category=KEY_FACTS, tracked=fact_line(kept), noted=fact_line(refused))
