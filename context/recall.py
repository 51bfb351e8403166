"""Finding things again: which messages of a person's whole past a question is about.

Rare terms count more than common ones, per person, and long messages no more than short ones
(BM25). A message is weighed with the two around it, because an answer seldom repeats the words
of its question. Measured on long conversations: `tests/bench/recalling.py`.

Nothing here reads a message: a store says where each term stands, and how long messages are.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from math import log

from context.terms import asked_terms, words

_SATURATION = 1.2
_LENGTH_SHARE = 0.75
"""BM25's k1 and b, at their usual values."""

_OWN_SHARE = 0.6
_WINDOW_SHARE = 0.4
_NEIGHBOUR_SHARE = 0.2
_PERSON_PRIOR = 0.15
_NAMED_BOOST = 0.1

# "What did you recommend?", "your suggestion": the assistant is asked for its own words.
_MEANS_ASSISTANT = re.compile(
    r"""\b(?:
      you \s+ (?: (?:have|had|also|just|once|originally) \s+ )*
        (?: advised? | answered? | explain(?:ed)? | gave | listed | mention(?:ed)? | offered?
          | promised? | propose[d]? | provided? | recommend(?:ed)? | said | sent | suggest(?:ed)?
          | told | wrote | written | given )
      | your \s+ (?: advice | answer | explanation | list | offer | promise | proposal
          | recommendation | reply | response | suggestion )s?
      | (?: assistant | bot ) (?:'s)?
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who speaks: a person under the name they show, if known, or the assistant."""

    name: str | None = None
    is_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Where a term stands: one entry for each passage that holds it, in columns.

    Attributes:
        passages: How many hold it; more than there are entries where only some are given.
        messages: The message of each, as its number in the `Archive`.
        parts: Which passage of the message it is, from 0.
        counts: How often the term stands in it.
        lengths: How many terms it has.
    """

    passages: int
    messages: Sequence[int] = field(repr=False)
    parts: Sequence[int] = field(repr=False)
    counts: Sequence[int] = field(repr=False)
    lengths: Sequence[int] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What is searched, without its words: messages by number, each conversation oldest first.

    A gap, a number of no message, stands before the first conversation, between any two and
    after the last, so that a message's neighbours are always the numbers beside it.

    Attributes:
        lengths: How many terms each message has; 0 for a gap.
        voices: Who said each, as a place in `speakers`; any for a gap.
        gaps: The numbers that are none of a message.
        passages: How many passages all messages have together.
    """

    lengths: Sequence[int] = field(repr=False)
    voices: Sequence[int] = field(repr=False)
    gaps: Sequence[int] = field(repr=False)
    passages: int
    speakers: tuple[Voice, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for, and by whom it may have been said, as places in `speakers`."""

    terms: tuple[str, ...] = field(repr=False)
    named: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A message that was found; `part` is its best passage, `score` 1 for the best message."""

    message: int
    part: int
    score: float


def question(text: str, speakers: Sequence[Voice]) -> Question:
    """Read what a question looks for.

    Args:
        text: In anybody's words.
        speakers: Those who spoke.
    """
    said = frozenset(words(text))
    named = frozenset(
        place for place, speaker in enumerate(speakers) if _is_named(speaker, said, text)
    )
    names = [speaker.name for speaker in speakers if speaker.name is not None]
    return Question(terms=asked_terms(text, names=names), named=named)


def ranked(
    asked: Question, archive: Archive, found: Mapping[str, Term], *, limit: int
) -> tuple[Ranked, ...]:
    """Give the messages that a question is most likely about, best first.

    Args:
        asked: The question.
        archive: What is searched.
        found: Where the question's terms stand; those that stand nowhere may be missing.
        limit: Most messages given, at least 1.
    """
    present = {term: found[term] for term in asked.terms if term in found}
    own, parts = _own_scores(archive, present)
    if not own:
        return ()
    scores = _smoothed(_summed(own, _window_scores(archive, present)))
    best = max(scores.values())
    priors = _priors(archive, asked)
    weighed = {
        number: score / best + priors[archive.voices[number]]
        for number, score in scores.items()
    }
    top = nlargest(limit, weighed.items(), key=lambda one: (one[1], one[0]))
    return tuple(
        Ranked(message=number, part=parts.get(number, 0), score=score / top[0][1])
        for number, score in top
    )


def _is_named(speaker: Voice, said: frozenset[str], text: str) -> bool:
    if not speaker.is_person and _MEANS_ASSISTANT.search(text) is not None:
        return True
    return speaker.name is not None and not said.isdisjoint(words(speaker.name))


def _rarity(archive: Archive, term: Term) -> float:
    return log(1 + (archive.passages - term.passages + 0.5) / (term.passages + 0.5))


def _weight(count: int, length: int, *, average: float) -> float:
    """How much a term says about a text in which it stands so often, 0 to 1 + k1."""
    share = 1 - _LENGTH_SHARE + _LENGTH_SHARE * length / average
    return count * (_SATURATION + 1) / (count + _SATURATION * share)


def _own_scores(
    archive: Archive, found: Mapping[str, Term]
) -> tuple[dict[int, float], dict[int, int]]:
    """Score each message by its best passage, and say which that is."""
    average = max(sum(archive.lengths) / max(archive.passages, 1), 1)
    passages: defaultdict[tuple[int, int], float] = defaultdict(float)
    for term in found.values():
        rarity = _rarity(archive, term)
        places = zip(term.messages, term.parts, strict=True)
        for place, count, length in zip(places, term.counts, term.lengths, strict=True):
            passages[place] += rarity * _weight(count, length, average=average)
    scores: dict[int, float] = {}
    parts: dict[int, int] = {}
    for (message, part), score in passages.items():
        if score > scores.get(message, 0):
            scores[message], parts[message] = score, part
    return scores, parts


def _window_scores(archive: Archive, found: Mapping[str, Term]) -> dict[int, float]:
    """Score each message together with the ones before and after it."""
    lengths = archive.lengths
    messages = max(len(lengths) - len(archive.gaps), 1)
    average = max(3 * sum(lengths) / messages, 1)
    scores: defaultdict[int, float] = defaultdict(float)
    for term in found.values():
        rarity = _rarity(archive, term)
        for number, count in _window_counts(term).items():
            length = sum(lengths[number - 1 : number + 2])
            scores[number] += rarity * _weight(count, length, average=average)
    for gap in archive.gaps:
        scores.pop(gap, None)
    return scores


def _window_counts(term: Term) -> Mapping[int, int]:
    counts: defaultdict[int, int] = defaultdict(int)
    for number, count in zip(term.messages, term.counts, strict=True):
        counts[number - 1] += count
        counts[number] += count
        counts[number + 1] += count
    return counts


def _summed(own: Mapping[int, float], windows: Mapping[int, float]) -> dict[int, float]:
    most_own, most_window = max(own.values()), max(windows.values())
    return {
        number: _OWN_SHARE * own.get(number, 0) / most_own + _WINDOW_SHARE * score / most_window
        for number, score in windows.items()
    }


def _smoothed(scores: Mapping[int, float]) -> dict[int, float]:
    """Let every message share in the better of its neighbours."""
    return {
        number: score
        + _NEIGHBOUR_SHARE * max(scores.get(number - 1, 0.0), scores.get(number + 1, 0.0))
        for number, score in scores.items()
    }


def _priors(archive: Archive, asked: Question) -> Sequence[float]:
    """What speaks for each speaker's messages, whatever they say.

    What is asked for stands mostly in what a person said, unless it is the assistant's own.
    """
    means_assistant = any(not archive.speakers[one].is_person for one in asked.named)
    return [
        _NAMED_BOOST * (place in asked.named)
        + _PERSON_PRIOR * (speaker.is_person and not means_assistant)
        for place, speaker in enumerate(archive.speakers)
    ]
