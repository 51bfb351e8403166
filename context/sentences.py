"""Whole sentences that must not be lost: standing instructions, promises, questions.

They are found by their words, in the languages most written to us. What is quoted, and code,
says nothing of the one who quotes it. Of a very long text only the beginning and the end are
read.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from context.fact_names import SMALL_WORDS, Naming
from context.fact_patterns import FactKind
from context.promise_patterns import (
    DONE,
    NOT_SETTLING,
    PAST_OR_OTHER,
    PROMISE,
    PROMISING_END,
    UNWANTED,
)
from context.sentence_patterns import (
    ABOUT,
    ASIDE,
    CLAUSE_BEGIN,
    CONDITION,
    FREE_CUE,
    REQUEST,
    STRICT_CUE,
    WORD,
)

LONGEST_SENTENCE = 400
"""Characters of a sentence that are kept; a longer one is cut at a word."""

MOST_SENTENCES = 40
"""As many are taken from one text."""

WITHDRAWN = "withdrawn"
"""The subject of a settlement by which something is no longer wanted."""

_READ_CHARS = 24_576
_BEFORE_CHARS = 40
_LONGEST_READ = 1_000
_MOST_CUES = 3
_WORD_CHARS = 24
_SHORT_WORD_CHARS = 8
_SETTLEMENT_CHARS = 160
_SUBJECT_WORDS = 6

_SENTENCE_END = re.compile(
    r"[.!?…]{1,8}+[\"'”\u2019»)\]*_]{0,4}(?=\s|\Z)|[。\uff01\uff1f।؟]{1,8}+|\n\s*"
)
_QUESTION_END = re.compile(r"[?\uff1f؟][\"'”\u2019»)\]*_!.]{0,6}\s*\Z")
_NO_END = re.compile(
    r"(?<!\w)(?:\w|\d\d|dr|mr|mrs|ms|st|no|nr|sr|sra|bzw|ca|vs|approx|tel|usw|inkl|prof)\Z"
)
_MARKS_BEFORE = re.compile(r"(?:[\s*_~•#-]|\d{1,2}[.)]\s)*")
_NOT_OWN = frozenset('>["“„«`')
_QUOTED = re.compile(
    r"```(?s:.*?)(?:```|\Z)|\"[^\"\n]{2,400}\"|“[^“”\n]{2,400}”|„[^„“”\n]{2,400}[“”]"
    r"|«[^«»\n]{2,400}»"
)
_LAST_WORD = re.compile(rf"{WORD.pattern}\Z")
_CLAUSE_END = re.compile(r"[,.;:!?\n()\u2013—।؟،。\uff01\uff1f]|\Z")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a text, word for word.

    Attributes:
        subject: What a later one must be about to take its place; empty where nothing tells.
            Of a settlement: `WITHDRAWN` where something is no longer wanted.
    """

    kind: FactKind
    start: int
    end: int
    subject: str = ""

    @property
    def naming(self) -> Naming:
        """What it is called as a fact; only what is about something takes a place."""
        return Naming(self.subject, is_stated=self.subject != "")


def by_person(text: str) -> Iterator[Sentence]:
    """Find what a person instructs, promises and settles, in the order of the text."""
    return _found(text, _instructions, _promises, _settlements)


def by_assistant(text: str) -> Iterator[Sentence]:
    """Find what the assistant promises and settles; it instructs nobody."""
    return _found(text, _promises, _settlements)


def questions(text: str) -> Iterator[Sentence]:
    """Find the sentences that ask, in the order of the text."""
    return _found(text, _questions)


class _Page:
    """A text as it is searched: in lower case, without what is quoted, letter for letter."""

    def __init__(self, text: str, first: int) -> None:
        self.first = first
        # Only this letter grows when it is made small.
        lowered = text.replace("İ", "i").lower().replace("\u2019", "'")
        self.words = _QUOTED.sub(_hidden, lowered)

    @cached_property
    def ends(self) -> list[int]:
        """Where sentences end; what never ends is cut."""
        ends = [0]
        found = [end.end() for end in _SENTENCE_END.finditer(self.words) if self._is_end(end)]
        for end in (*found, len(self.words)):
            ends += range(ends[-1] + _LONGEST_READ, end, _LONGEST_READ)
            ends.append(end)
        return ends[1:]

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Where sentences begin and end."""
        start = 0
        for end in self.ends:
            yield self._trimmed(start, end)
            start = end

    def sentence(self, place: int) -> tuple[int, int]:
        """Where the sentence around a place begins and ends."""
        number = bisect_right(self.ends, place)
        return self._trimmed(self.ends[number - 1] if number else 0, self.ends[number])

    def is_own(self, start: int, end: int) -> bool:
        """Whether a sentence is somebody's own, not a quotation or a line of ours."""
        return start < end and self.words[start] not in _NOT_OWN

    def asks(self, start: int, end: int) -> bool:
        """Whether a sentence is a question."""
        mark = _QUESTION_END.search(self.words, start, end)
        return mark is not None and mark.start() > start

    def follows(self, pattern: re.Pattern[str], place: int) -> bool:
        """Whether a pattern that ends at a place stands right before it."""
        return pattern.search(self.words, max(0, place - _BEFORE_CHARS), place) is not None

    def may_promise(self, place: int) -> bool:
        """Whether the word that ends at a place may promise: it is none that only looks so."""
        word = _LAST_WORD.search(self.words, max(0, place - _WORD_CHARS), place)
        return word is not None and word[0] not in PAST_OR_OTHER

    def whole(
        self, kind: FactKind, start: int, end: int, *, cue: int, subject: str = ""
    ) -> Sentence:
        """Give a sentence back, around its cue where it is too long to be whole."""
        if end - start > LONGEST_SENTENCE:
            start = max(start, cue - LONGEST_SENTENCE // 2)
            start = self.words.find(" ", start, cue) + 1 or start
            most = start + LONGEST_SENTENCE
            end = self.words.rfind(" ", cue + LONGEST_SENTENCE // 4, most)
            end = end if end >= 0 else most
        return Sentence(kind, self.first + start, self.first + end, subject)

    def _is_end(self, end: re.Match[str]) -> bool:
        before = max(0, end.start() - _SHORT_WORD_CHARS)
        return end[0] != "." or _NO_END.search(self.words, before, end.start()) is None

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        if self.words[start:end].rstrip().endswith(":"):
            end = self._list_end(end)
        marks = _MARKS_BEFORE.match(self.words, start, end)
        start = marks.end() if marks is not None else start
        return start, max(start, start + len(self.words[start:end].rstrip()))

    def _list_end(self, end: int) -> int:
        """The end of the lines that a line with a colon announces."""
        limit = min(end + LONGEST_SENTENCE // 2, len(self.words))
        blank = self.words.find("\n\n", end, limit)
        return blank if blank >= 0 else max(self.words.rfind("\n", end, limit), end)


def _hidden(quoted: re.Match[str]) -> str:
    return quoted[0][0] + "x" * (len(quoted[0]) - 2) + quoted[0][-1]


def _found(text: str, *finders: Callable[[_Page], Iterator[Sentence]]) -> Iterator[Sentence]:
    found: dict[tuple[FactKind, int], Sentence] = {}
    for page in _pages(text):
        for finder in finders:
            for sentence in finder(page):
                known = found.setdefault((sentence.kind, sentence.start), sentence)
                if not known.subject:
                    found[sentence.kind, sentence.start] = sentence
    ordered = sorted(found.values(), key=lambda sentence: sentence.start)
    half = MOST_SENTENCES // 2
    return iter(ordered if len(ordered) <= MOST_SENTENCES else ordered[:half] + ordered[-half:])


def _pages(text: str) -> Iterator[_Page]:
    if len(text) <= 2 * _READ_CHARS:
        yield _Page(text, 0)
    else:
        yield _Page(text[:_READ_CHARS], 0)
        yield _Page(text[-_READ_CHARS:], len(text) - _READ_CHARS)


def _instructions(page: _Page) -> Iterator[Sentence]:
    strict = (
        cue
        for cue in STRICT_CUE.finditer(page.words)
        if page.follows(CLAUSE_BEGIN, cue.start())
    )
    free = (
        cue for cue in FREE_CUE.finditer(page.words) if not page.follows(ASIDE, cue.start())
    )
    for cue, start, end in _around(page, chain(strict, free)):
        if not page.asks(start, end) or REQUEST.search(page.words, start, end):
            is_general = CONDITION.search(page.words, start, end) is None
            subject = _subject(page, cue, end) if is_general else ""
            yield page.whole(FactKind.INSTRUCTION, start, end, cue=cue.start(), subject=subject)


def _subject(page: _Page, cue: re.Match[str], end: int) -> str:
    """What an instruction is about, where another one about the same undoes it."""
    if (about := ABOUT.search(page.words, cue.start(), end)) is not None:
        return str(about.lastgroup)
    if cue.lastgroup != "always":
        return ""
    clause = _CLAUSE_END.search(page.words, cue.end(), end)
    rest = WORD.findall(page.words, cue.end(), end if clause is None else clause.start())
    words = [word for word in rest if word not in SMALL_WORDS]
    return " ".join(words) if len(words) <= _SUBJECT_WORDS else ""


def _promises(page: _Page) -> Iterator[Sentence]:
    begun = (
        cue for cue in PROMISE.finditer(page.words) if not page.follows(ASIDE, cue.start())
    )
    ended = (cue for cue in PROMISING_END.finditer(page.words) if page.may_promise(cue.end()))
    for cue, start, end in _around(page, chain(begun, ended)):
        if not page.asks(start, end):
            yield page.whole(FactKind.PROMISE, start, end, cue=cue.start())


def _settlements(page: _Page) -> Iterator[Sentence]:
    unwanted = (
        cue for cue in UNWANTED.finditer(page.words) if page.follows(CLAUSE_BEGIN, cue.start())
    )
    for cue, start, end in _around(page, chain(unwanted, DONE.finditer(page.words))):
        is_unwanted = cue.re is UNWANTED
        around = ((start, cue.start()), (cue.end(), end))
        if (
            end - start <= _SETTLEMENT_CHARS
            and not page.asks(start, end)
            and (is_unwanted or not any(NOT_SETTLING.search(page.words, *it) for it in around))
        ):
            subject = WITHDRAWN if is_unwanted else ""
            yield page.whole(FactKind.SETTLEMENT, start, end, cue=cue.start(), subject=subject)


def _questions(page: _Page) -> Iterator[Sentence]:
    for start, end in page.sentences():
        if page.is_own(start, end) and page.asks(start, end):
            yield page.whole(FactKind.QUESTION, start, end, cue=max(start, end - 2))


def _around(
    page: _Page, cues: Iterable[re.Match[str]]
) -> Iterator[tuple[re.Match[str], int, int]]:
    """The sentences around cues, a few times each, if they are somebody's own."""
    times: Counter[int] = Counter()
    for cue in cues:
        start, end = page.sentence(cue.start())
        times[start] += 1
        if times[start] <= _MOST_CUES and page.is_own(start, end):
            yield cue, start, end
