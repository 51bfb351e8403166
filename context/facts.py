"""Facts: what was said word for word and must not be lost, and how facts change each other.

Summaries lose figures; lists of facts keep them. Every value stands exactly as it was written,
with a name by which it can be asked for and the messages it stood in. Whole sentences are facts
too, where they instruct, promise or ask.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from context.fact_patterns import FactKind
from context.messages import MessageId
from context.promises import settled
from context.sentences import WITHDRAWN

MOST_FACTS = 500
"""As many go into one handoff."""

SENTENCES = frozenset(
    {FactKind.INSTRUCTION, FactKind.PROMISE, FactKind.QUESTION, FactKind.SETTLEMENT}
)
"""The kinds whose values are whole sentences."""

CAN_CHANGE = frozenset(
    {FactKind.INSTRUCTION, FactKind.IDENTIFIER, FactKind.EMAIL, FactKind.PHONE}
)
"""The kinds of which a value stated later takes an earlier one's place."""

SAID_ANEW = frozenset({FactKind.PROMISE, FactKind.QUESTION})
"""The kinds of which saying the same again counts as saying it now."""

MOST_SOURCES = 8
"""So many messages are known in which one value stood."""

RANKS = {kind: rank for rank, kind in enumerate(FactKind)}
"""The most telling kinds first."""

_MOST_ALIKE = 10
_MOST_SENTENCES_ALIKE = 50
"""More facts of the same name stand back, so that one long list leaves room for the rest."""

_About = tuple[FactKind, str]


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
        name: A short label from the words around it, or what an instruction is about; empty
            where they say nothing.
        message_id: The inbound message it stood in; None for the model's and a tool's words.
        stated: Whether it was named outright ("my order number is …"), not in passing.
        superseded_by: The value that took its place, or the words that settled a promise.
        sources: The first messages it stood in, in order.
    """

    kind: FactKind
    name: str = field(repr=False)
    value: str = field(repr=False)
    message_id: MessageId | None
    said_at: datetime
    origin: Origin
    stated: bool = False
    superseded_by: str | None = field(default=None, repr=False)
    sources: tuple[MessageId, ...] = ()


def merged(old: Iterable[Fact], new: Iterable[Fact]) -> tuple[Fact, ...]:
    """Add newer facts to older ones, in the order in which values were first mentioned.

    A value said again is the same fact; stated again, it goes by the name it then has. Where
    a person states another value for an identifier, address or number of the same name, or
    instructs otherwise about the same, the older one stays and says what took its place;
    stating the old value again makes it current again. Words that settle a promise are said
    of it in the same way. Merging twice changes nothing.
    """
    merging = _Merging(old)
    for fact in new:
        merging.add(fact)
    return tuple(merging.facts.values())


def lasting(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Leave out the questions, which are open only until the next thing is said."""
    return tuple(fact for fact in facts if fact.kind is not FactKind.QUESTION)


def kept(facts: Iterable[Fact], *, most: int = MOST_FACTS) -> tuple[Fact, ...]:
    """Keep the most telling facts, in their order.

    Current ones go before superseded ones; the person's, and anybody's promises and
    questions, before what others said; and the newest of a name before more of the same.
    Then instructions, promises and questions go before identifiers, numbers and addresses,
    amounts, dates, links, paths, quotations; then named ones before others, newer before
    older. Settlements are not kept: what they settle says so itself.
    """
    ordered = [fact for fact in facts if fact.kind is not FactKind.SETTLEMENT]
    newer: Counter[tuple[FactKind, str]] = Counter()
    ranks: dict[int, tuple[bool, bool, bool, int, bool, int]] = {}
    for place, fact in reversed(list(enumerate(ordered))):
        newer[fact.kind, fact.name] += 1
        is_sentence = fact.kind in SENTENCES
        ranks[place] = (
            fact.superseded_by is not None,
            fact.origin is not Origin.USER and not is_sentence,
            newer[fact.kind, fact.name]
            > (_MOST_SENTENCES_ALIKE if is_sentence else _MOST_ALIKE),
            RANKS[fact.kind],
            not fact.name and not is_sentence,
            -place,
        )
    places = sorted(ranks, key=ranks.__getitem__)
    return tuple(ordered[place] for place in sorted(places[:most]))


class _Merging:
    """Facts while others are added to them."""

    def __init__(self, old: Iterable[Fact]) -> None:
        self.facts = {(fact.kind, fact.value): fact for fact in old}
        self._current: defaultdict[_About, dict[str, None]] = defaultdict(dict)
        self._stated: defaultdict[_About, dict[str, None]] = defaultdict(dict)
        for fact in self.facts.values():
            self._count(fact)

    def add(self, fact: Fact) -> None:
        """Add one that is newer, or was said before and is seen again."""
        known = self.facts.get((fact.kind, fact.value))
        if known is None:
            self._put(fact)
        elif self._is_said_anew(known, fact):
            self._forget(known)
            self._put(replace(fact, sources=sources_of(*known.sources, *fact.sources)))
        else:
            self._complete(known, fact)

    def _put(self, fact: Fact) -> None:
        """Put a fact in; it and others about the same take each other's places."""
        about = (fact.kind, fact.name)
        later = (
            value
            for value in self._stated[about]
            for other in (self.facts[fact.kind, value],)
            if other.said_at > fact.said_at and _may_supersede(other, fact)
        )
        if fact.superseded_by is None:
            fact = replace(fact, superseded_by=next(later, None))
        if fact.stated:
            for value in tuple(self._current[about]):
                older = self.facts[fact.kind, value]
                if _may_supersede(fact, older):
                    self._close(older, by=fact)
        self.facts[fact.kind, fact.value] = fact
        self._count(fact)
        if fact.kind is FactKind.SETTLEMENT:
            self._settle(fact)

    def _complete(self, known: Fact, fact: Fact) -> None:
        """Add to a fact what another mention of it says besides."""
        whole = replace(known, sources=sources_of(*known.sources, *fact.sources))
        is_of_this = known.name in {"", fact.name} and fact.said_at >= known.said_at
        if known.superseded_by is None and is_of_this:
            whole = replace(whole, superseded_by=fact.superseded_by)
        self._forget(known)
        if not known.name and fact.name:
            self._put(replace(whole, name=fact.name))
        else:
            self.facts[known.kind, known.value] = whole
            self._count(whole)

    def _is_said_anew(self, known: Fact, fact: Fact) -> bool:
        """Whether a value is stated later than before, and than what took its place."""
        latest = known
        if known.superseded_by is not None:
            kind = FactKind.SETTLEMENT if known.kind is FactKind.PROMISE else known.kind
            latest = self.facts.get((kind, known.superseded_by), known)
        return (
            (fact.kind in SAID_ANEW or (fact.stated and fact.kind in CAN_CHANGE))
            and fact.said_at > max(known.said_at, latest.said_at)
            and (fact.origin is Origin.USER or fact.origin is known.origin)
        )

    def _settle(self, by: Fact) -> None:
        """Close the one promise that a settlement is about, if there is one."""
        is_withdrawn = by.name == WITHDRAWN
        promises = [
            promise
            for value in self._current[FactKind.PROMISE, ""]
            for promise in (self.facts[FactKind.PROMISE, value],)
            if promise.said_at < by.said_at
            and (promise.origin is by.origin or (is_withdrawn and by.origin is Origin.USER))
        ]
        values = (promise.value for promise in promises)
        value = settled(values, by.value, withdrawn=is_withdrawn)
        if value is not None:
            self._close(self.facts[FactKind.PROMISE, value], by=by)

    def _close(self, older: Fact, *, by: Fact) -> None:
        self._forget(older)
        self.facts[older.kind, older.value] = replace(older, superseded_by=by.value)

    def _count(self, fact: Fact) -> None:
        if fact.superseded_by is None:
            self._current[fact.kind, fact.name][fact.value] = None
            if fact.stated:
                self._stated[fact.kind, fact.name][fact.value] = None

    def _forget(self, fact: Fact) -> None:
        self._current[fact.kind, fact.name].pop(fact.value, None)
        self._stated[fact.kind, fact.name].pop(fact.value, None)


def sources_of(*message_ids: MessageId | None) -> tuple[MessageId, ...]:
    """The messages that something stood in, each once, the first few."""
    known = (message_id for message_id in message_ids if message_id is not None)
    return tuple(dict.fromkeys(known))[:MOST_SOURCES]


def _may_supersede(newer: Fact, older: Fact) -> bool:
    return (
        newer.stated
        and newer.kind is older.kind
        and newer.kind in CAN_CHANGE
        and newer.name == older.name != ""
        and newer.message_id != older.message_id
        and newer.said_at >= older.said_at
        and (newer.origin is Origin.USER or newer.origin is older.origin)
    )
