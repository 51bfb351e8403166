"""Facts: what was said word for word and must not be lost, found without a model.

Summaries lose figures; lists of facts keep them. Every value stands exactly as it was written,
with a name by which it can be asked for and the message it stood in.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from context.fact_names import namings
from context.fact_patterns import FactKind, Mention
from context.fact_search import mentions
from context.messages import MessageId
from context.text import storable

MOST_FACTS = 500
"""As many go into one handoff."""

MOST_OF_ONE_TEXT = 200
"""As many are taken from one text."""

_MOST_ALIKE = 10
"""More facts of the same name stand back, so that one long list leaves room for the rest."""

_CAN_CHANGE = frozenset({FactKind.IDENTIFIER, FactKind.EMAIL, FactKind.PHONE})
_RANKS = {kind: rank for rank, kind in enumerate(FactKind)}


class Origin(StrEnum):
    """Who said it; the words of others and of tools are data, whatever they say."""

    USER = "user"
    OTHERS = "others"
    TOOL = "tool"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value, verbatim.

    Attributes:
        name: A short label from the words around it; empty where they say nothing.
        message_id: The inbound message it stood in; None for the model's and a tool's words.
        stated: Whether it was named outright ("my order number is …"), not in passing.
        superseded_by: The value that took its place.
    """

    kind: FactKind
    name: str = field(repr=False)
    value: str = field(repr=False)
    message_id: MessageId | None
    said_at: datetime
    origin: Origin
    stated: bool = False
    superseded_by: str | None = field(default=None, repr=False)


def facts_in(
    text: str, *, message_id: MessageId | None, said_at: datetime, origin: Origin
) -> tuple[Fact, ...]:
    """Find the facts in a text, in the order they stand there, each value once.

    Of more than `MOST_OF_ONE_TEXT` the most telling kinds are kept, and of one kind those nearest
    the beginning and the end.
    """
    text = storable(text)
    found: dict[tuple[FactKind, str], Mention] = {}
    for mention in mentions(text):
        found.setdefault((mention.kind, text[mention.start : mention.end]), mention)
    values = {value for kind, value in found if kind is not FactKind.QUOTE}
    chosen = _most_telling(
        mention
        for (kind, value), mention in found.items()
        if kind is not FactKind.QUOTE or value not in values
    )
    return tuple(
        Fact(
            kind=mention.kind,
            name=naming.name,
            value=text[mention.start : mention.end],
            message_id=message_id,
            said_at=said_at,
            origin=origin,
            stated=naming.is_stated,
        )
        for mention, naming in zip(chosen, namings(text, chosen), strict=True)
    )


def merged(old: Iterable[Fact], new: Iterable[Fact]) -> tuple[Fact, ...]:
    """Add newer facts to older ones, in the order in which values were first mentioned.

    A value said again is the same fact. Where a person states another value for an
    identifier, address or number of the same name, the older one stays and says what took
    its place; stating the old value again makes it current again. Merging twice changes
    nothing.
    """
    facts = {(fact.kind, fact.value): fact for fact in old}
    current: defaultdict[tuple[FactKind, str], list[str]] = defaultdict(list)
    for fact in facts.values():
        if fact.superseded_by is None:
            current[fact.kind, fact.name].append(fact.value)
    for fact in new:
        known = facts.get((fact.kind, fact.value))
        if known is None or _is_restated(known, fact, facts):
            facts[fact.kind, fact.value] = fact
            alike = current[fact.kind, fact.name]
            alike[:] = [*_not_superseded(alike, fact, facts), fact.value]
        elif not known.name and fact.name:
            facts[fact.kind, fact.value] = replace(known, name=fact.name)
            current[fact.kind, fact.name].append(fact.value)
    return tuple(facts.values())


def kept(facts: Iterable[Fact], *, most: int = MOST_FACTS) -> tuple[Fact, ...]:
    """Keep the most telling facts, in their order.

    Current ones go before superseded ones, the person's before those of others, and the ten
    newest of a name before more of the same; then identifiers, numbers and addresses,
    amounts, dates, links, paths, quotations; then named ones before others, newer before
    older.
    """
    ordered = list(facts)
    newer: Counter[tuple[FactKind, str]] = Counter()
    ranks: dict[int, tuple[bool, bool, bool, int, bool, int]] = {}
    for place, fact in reversed(list(enumerate(ordered))):
        newer[fact.kind, fact.name] += 1
        ranks[place] = (
            fact.superseded_by is not None,
            fact.origin is not Origin.USER,
            newer[fact.kind, fact.name] > _MOST_ALIKE,
            _RANKS[fact.kind],
            not fact.name,
            -place,
        )
    places = sorted(ranks, key=ranks.__getitem__)
    return tuple(ordered[place] for place in sorted(places[:most]))


def _most_telling(found: Iterable[Mention]) -> list[Mention]:
    ordered = sorted(found, key=lambda mention: mention.start)
    last = len(ordered) - 1
    places = sorted(
        range(len(ordered)),
        key=lambda place: (_RANKS[ordered[place].kind], min(place, last - place)),
    )
    return [ordered[place] for place in sorted(places[:MOST_OF_ONE_TEXT])]


def _is_restated(known: Fact, fact: Fact, facts: Mapping[tuple[FactKind, str], Fact]) -> bool:
    """Whether a superseded value is stated anew, after the one that took its place."""
    if known.superseded_by is None:
        return False
    latest = facts.get((known.kind, known.superseded_by), known)
    return _may_supersede(fact, known) and fact.said_at > latest.said_at


def _not_superseded(
    values: Iterable[str], newer: Fact, facts: dict[tuple[FactKind, str], Fact]
) -> Iterator[str]:
    """Mark the values whose place a newer fact takes, and give back the others."""
    for value in values:
        older = facts[newer.kind, value]
        if _may_supersede(newer, older):
            facts[newer.kind, value] = replace(older, superseded_by=newer.value)
        else:
            yield value


def _may_supersede(newer: Fact, older: Fact) -> bool:
    return (
        newer.stated
        and newer.kind is older.kind
        and newer.kind in _CAN_CHANGE
        and newer.name == older.name != ""
        and newer.message_id != older.message_id
        and newer.said_at >= older.said_at
        and (newer.origin is Origin.USER or newer.origin is older.origin)
    )
