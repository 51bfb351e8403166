"""The probe gate: whether what the next agent is told holds every fact, word for word.

Before an agent hands over, the text its successor will have is asked for each fact. What is
missing can then be put in, and the share that was found is kept with the handoff.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from context.fact_patterns import FactKind
from context.facts import Fact
from context.text import unfenced

_MOST_LOOKS = 1_000
"""So often is a short value looked for among longer ones before it counts as missing."""


@dataclass(frozen=True, slots=True)
class Probing:
    """What came of asking a text for facts.

    Attributes:
        score: Share of the questions that the text answers, 0 to 1; 1 where none are asked.
        missing: The current facts that do not stand in it, in order.
        unmarked: Superseded facts that stand in it without what took their place, in order:
            whoever reads it would take them for current.
    """

    score: float
    missing: tuple[Fact, ...] = ()
    unmarked: tuple[Fact, ...] = ()


def probes(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts that a text is asked for: the current ones, settlements left out."""
    return tuple(
        fact
        for fact in facts
        if fact.superseded_by is None and fact.kind is not FactKind.SETTLEMENT
    )


def probed(facts: Sequence[Fact], *, told: str) -> Probing:
    """Ask a text for every current fact, and whether superseded ones are marked in it.

    A value stands in a text where the same words do, in any white space, and not as a part of
    a longer word or number. A superseded value is marked where what took its place stands in
    the text too.

    Args:
        facts: What is known.
        told: All that the next agent will have: its briefing and the turns replayed to it.
    """
    told = _spaced(told)
    current = probes(facts)
    missing = tuple(fact for fact in current if not _holds(told, fact.value))
    old = [fact for fact in facts if fact.superseded_by is not None]
    seen = [fact for fact in old if _holds(told, fact.value)]
    successors = {(fact.kind, fact.value): fact.superseded_by for fact in old}
    unmarked = tuple(
        fact
        for fact in seen
        if not any(_holds(told, value) for value in _successors(fact, successors))
    )
    asked = len(current) + len(seen)
    failed = len(missing) + len(unmarked)
    return Probing(
        score=1 - failed / asked if asked else 1.0, missing=missing, unmarked=unmarked
    )


def _successors(
    fact: Fact, successors: dict[tuple[FactKind, str], str | None]
) -> Iterator[str]:
    """What took a fact's place, and what took the place of that."""
    seen = {fact.value}
    value = fact.superseded_by
    while value is not None and value not in seen:
        seen.add(value)
        yield value
        value = successors.get((fact.kind, value))


def _holds(told: str, value: str) -> bool:
    """Whether a value stands in a text, as it is or as a briefing writes it."""
    value = _spaced(value)
    written = unfenced(value)
    return _stands(told, value) or (written != value and _stands(told, written))


def _stands(told: str, value: str) -> bool:
    place = told.find(value)
    for _ in range(_MOST_LOOKS):
        if place < 0:
            return False
        end = place + len(value)
        if not (
            _goes_on(told[place - 1 : place], value[:1])
            or _goes_on(value[-1:], told[end : end + 1])
        ):
            return True
        place = told.find(value, place + 1)
    return False


def _goes_on(one: str, other: str) -> bool:
    """Whether two characters belong to one word; those of scripts without spaces do not."""
    return _is_of_word(one) and _is_of_word(other)


def _is_of_word(char: str) -> bool:
    return char.isalnum() and char < "\u0530"


def _spaced(text: str) -> str:
    return " ".join(text.split())
