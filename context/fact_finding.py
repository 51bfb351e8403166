"""What a text holds of facts, found without a model: values, and sentences that bind."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import assert_never

from context.fact_names import namings
from context.fact_patterns import FactKind, Mention
from context.fact_search import mentions
from context.facts import RANKS, Fact, Origin, sources_of
from context.messages import MessageId
from context.sentences import Sentence, by_assistant, by_person, questions
from context.text import storable

MOST_OF_ONE_TEXT = 200
"""As many are taken from one text."""

_Found = Mention | Sentence


def facts_in(
    text: str, *, message_id: MessageId | None, said_at: datetime, origin: Origin
) -> tuple[Fact, ...]:
    """Find the facts in a text, in the order they stand there, each value once.

    Only the person instructs, and only the person and the assistant promise. Of more than
    `MOST_OF_ONE_TEXT` the most telling kinds are kept, and of one kind those nearest the
    beginning and the end. Open questions are not among them: `questions_in`.
    """
    text = storable(text)
    found: list[_Found] = [*mentions(text), *_told(text, by=origin)]
    chosen = _most_telling(_once(text, found))
    names = namings(text, [one for one in chosen if isinstance(one, Mention)])
    return tuple(
        Fact(
            kind=one.kind,
            name=naming.name,
            value=text[one.start : one.end],
            message_id=message_id,
            said_at=said_at,
            origin=origin,
            stated=naming.is_stated,
            sources=sources_of(message_id),
        )
        for one in chosen
        for naming in (one.naming if isinstance(one, Sentence) else next(names),)
    )


def questions_in(
    text: str, *, message_id: MessageId | None, said_at: datetime, origin: Origin
) -> tuple[Fact, ...]:
    """Find the questions in a text, in the order they stand there, each once."""
    text = storable(text)
    return tuple(
        Fact(
            kind=asked.kind,
            name="",
            value=text[asked.start : asked.end],
            message_id=message_id,
            said_at=said_at,
            origin=origin,
            sources=sources_of(message_id),
        )
        for asked in _once(text, questions(text))
    )


def _told(text: str, *, by: Origin) -> Iterator[Sentence]:
    match by:
        case Origin.USER:
            return by_person(text)
        case Origin.MODEL:
            return by_assistant(text)
        case Origin.OTHERS | Origin.TOOL:
            return iter(())
        case never:
            assert_never(never)


def _once(text: str, found: Iterable[_Found]) -> Iterator[_Found]:
    """Each value once, and no quotation of what is a fact by itself."""
    first: dict[tuple[FactKind, str], _Found] = {}
    for one in found:
        first.setdefault((one.kind, text[one.start : one.end]), one)
    values = {value for kind, value in first if kind is not FactKind.QUOTE}
    return (
        one
        for (kind, value), one in first.items()
        if kind is not FactKind.QUOTE or value not in values
    )


def _most_telling(found: Iterable[_Found]) -> list[_Found]:
    ordered = sorted(found, key=lambda one: one.start)
    last = len(ordered) - 1
    places = sorted(
        range(len(ordered)),
        key=lambda place: (RANKS[ordered[place].kind], min(place, last - place)),
    )
    return [ordered[place] for place in sorted(places[:MOST_OF_ONE_TEXT])]
