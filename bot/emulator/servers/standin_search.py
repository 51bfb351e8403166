"""Finds the sentence of a conversation that answers a question, by its rare words.

A sentence counts by how rare the words are that it shares with the question, a little more
where they stand together, where it holds a figure, and where it corrects something. The
newest of the best wins; a later one that names its figure and puts another in its place wins
over that. A sentence that shares too little is no answer.
"""

import heapq
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.emulator.servers.standin_words import (
    Term,
    corrects,
    fold,
    identifiers,
    is_outdated,
    is_question,
    terms,
)

_SENTENCE_CHARS = 80  # a usual length: rarity needs the number of sentences, roughly
_WINDOW_CHARS = 400
_LEAST_COVERAGE = 0.35
_NEARLY_AS_GOOD = 0.05
# What speaks for a sentence besides its words, which together count 1, and against it.
_TOGETHER, _DIGITS, _FIGURE, _CORRECTION = 0.15, 0.1, 0.1, 0.25
_LENGTH, _OUTDATED = -0.1, -0.3
_MOST_CANDIDATES = 200
_MOST_CORRECTIONS = 5
_MOST_MENTIONS = 20
_END = re.compile(
    r"[.!?…][\"'\u2019\u201d)\]]*\s+(?![a-z0-9])"
    r"|[\u3002\uff01\uff1f]+"  # full-width
    r"|\n+"
)
# A letter, or two of which the first is a capital or that are known: Dr., nr.
_ABBREVIATED = re.compile(r"(?<![\w-])(?:[^\W\d]|[A-Z][a-z]|bd|bl|ca|no|nr|st|vs)$")
# When something was said is no part of it: "quote: 2026-11-20: Where is it?"
_DATED = re.compile(r"^(?:[-*•]\s+)?(?:\w{1,20}: )?\d{4}-\d\d-\d\d(?: \d\d:\d\d)?(?: UTC)?: ")
_DIGIT = re.compile(r"\d")
_BULLET = re.compile(r"^(?:[-*•]|\d+[.)])\s+")

_Place = tuple[int, int, int]
"""A sentence: the text it is in, its begin, its end; newer ones are greater."""


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences and lines of a text begin and end."""
    start = 0
    for match in _END.finditer(text):
        dot = match.start()
        if text[dot] == "." and _ABBREVIATED.search(text[max(0, dot - 3) : dot]):
            continue
        if text[start : match.end()].strip():
            yield start, match.end()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    terms: Sequence[Term]


@dataclass(slots=True)
class _Hits:
    """What a sentence holds of a question: terms, and those right behind the one before."""

    terms: set[int] = field(default_factory=set)
    pairs: set[int] = field(default_factory=set)


class Sources:
    """What can be quoted."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Take the texts, oldest first."""
        self._texts = [_Text(text) for text in texts]

    def quote(self, question: str) -> str | None:
        """The sentence that answers a question, or None."""
        asked = _Question(question, terms(question))
        best = self._best(asked, self._matches(asked))
        return None if best is None else _tidy(self._sentence(self._corrected(best)))

    def is_about(self, question: str) -> bool:
        """Whether the answer there is holds the rarest word of the question, so is about it."""
        asked = _Question(question, terms(question))
        matched = self._matches(asked)
        best = self._best(asked, matched)
        if best is None:
            return False
        weights = self._weights(asked, matched)
        words = [number for number, term in enumerate(asked.terms) if term.is_word]
        rarest = max(words, key=weights.__getitem__, default=None)
        return rarest is None or rarest in matched[best].terms

    def _matches(self, question: _Question) -> dict[_Place, _Hits]:
        """The sentences that hold a term, with what they hold."""
        matched: dict[_Place, _Hits] = {}
        for index, text in enumerate(self._texts):
            ends: set[int] = set()
            for number, term in enumerate(question.terms):
                before, ends = ends, set()
                for begin, end in text.spans(term):
                    ends.add(end)
                    # Behind the term before, over a space; pairs of characters overlap.
                    pairs = not before.isdisjoint((begin - 1, begin, begin + 1))
                    for sentence in text.at(begin):
                        hits = matched.setdefault((index, *sentence), _Hits())
                        hits.terms.add(number)
                        if pairs:
                            hits.pairs.add(number)
        return matched

    def _best(self, question: _Question, matched: Mapping[_Place, _Hits]) -> _Place | None:
        """The newest of the sentences that score best."""
        weights = self._weights(question, matched)
        least = min(2, len(question.terms))
        covered = (
            (sum(weights[number] for number in hits.terms), place)
            for place, hits in matched.items()
            if len(hits.terms) >= least
        )
        likely = heapq.nlargest(
            _MOST_CANDIDATES,
            (
                (coverage + self._look(place, matched[place], question), place)
                for coverage, place in covered
                if coverage >= _LEAST_COVERAGE
            ),
        )
        scored = [
            (score + _bearing(self._sentence(place), question), place)
            for score, place in likely
            if not _only_asks(self._sentence(place))
        ]
        top = max((score for score, _ in scored), default=0.0)
        good = (place for score, place in scored if score >= top - _NEARLY_AS_GOOD)
        return max(good, default=None)

    def _weights(self, question: _Question, matched: Mapping[_Place, _Hits]) -> list[float]:
        """How much each term counts by its rarity; all together 1."""
        frequency = Counter(number for hits in matched.values() for number in hits.terms)
        total = sum(len(text.folded) for text in self._texts) / _SENTENCE_CHARS + 1
        numbers = range(len(question.terms))
        rarity = [math.log1p(total / (frequency[number] + 0.5)) for number in numbers]
        return [value / sum(rarity) for value in rarity]

    def _look(self, place: _Place, hits: _Hits, question: _Question) -> float:
        """What can be seen of a sentence at once: terms together, brevity, a digit."""
        text, start, end = place
        digit = _DIGIT.search(self._texts[text].text, start, end)
        return (
            _TOGETHER * len(hits.pairs) / max(1, len(question.terms) - 1)
            + _LENGTH * (end - start) / _WINDOW_CHARS
            + (_DIGITS if digit else 0.0)
        )

    def _corrected(self, place: _Place) -> _Place:
        """Follow later sentences that put another figure in the place of a sentence's own."""
        for _ in range(_MOST_CORRECTIONS):
            figures = set(identifiers(self._sentence(place)))
            later = max(self._corrections(place, figures), default=None)
            if later is None:
                break
            place = later
        return place

    def _corrections(self, place: _Place, figures: set[str]) -> Iterator[_Place]:
        for figure in figures:
            for index in range(place[0], len(self._texts)):
                text = self._texts[index]
                for mention in _mentions(figure, text.text):
                    for start, end in text.at(mention):
                        later = (index, start, end)
                        if later > place and _replaces(figure, text.text[start:end], figures):
                            yield later

    def _sentence(self, place: _Place) -> str:
        text, start, end = place
        return self._texts[text].text[start:end]


class _Text:
    """A text and its sentences, long ones in overlapping windows."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self._starts: list[int] = []
        self._ends: list[int] = []

    def spans(self, term: Term) -> Iterator[tuple[int, int]]:
        """Where a term stands."""
        for hit in term.find.finditer(self.folded):
            begin = hit.start()
            if not (term.is_word and begin and self.folded[begin - 1].isalnum()):
                yield hit.span()

    def at(self, position: int) -> Iterator[tuple[int, int]]:
        """The sentences that a position is in."""
        if not self._starts:
            self._cut()
        last = bisect_right(self._starts, position) - 1
        for place in (last, last - 1):
            if place >= 0 and position < self._ends[place]:
                yield self._starts[place], self._ends[place]

    def _cut(self) -> None:
        step = _WINDOW_CHARS // 2
        for start, end in sentences(self.text):
            for window in range(start, max(start + 1, end - step), step):
                self._starts.append(window)
                self._ends.append(min(end, window + _WINDOW_CHARS))


def _bearing(sentence: str, question: _Question) -> float:
    """What a sentence's meaning adds: a figure, a correction, or that it no longer holds."""
    if is_outdated(sentence):
        return _OUTDATED
    if all(figure in question.text for figure in identifiers(sentence)):
        return 0.0
    return _CORRECTION if corrects(sentence) else _FIGURE


def _replaces(figure: str, sentence: str, figures: Container[str]) -> bool:
    """Whether a sentence puts another figure in the place of one of some."""
    named = identifiers(sentence)
    others = any(other not in figures for other in named)
    return figure in named and others and corrects(sentence)


def _only_asks(sentence: str) -> bool:
    asked = _DATED.sub("", sentence)
    return is_question(asked) and not identifiers(asked, most=1)


def _mentions(figure: str, text: str) -> Iterator[int]:
    """The newest mentions of a figure in a text."""
    end = len(text)
    for _ in range(_MOST_MENTIONS):
        position = text.rfind(figure, 0, end)
        if position < 0:
            return
        yield position
        end = position


def _tidy(sentence: str) -> str:
    """One line, without the mark of a list."""
    return _BULLET.sub("", " ".join(sentence.split()))
