"""What a transcript says and who said it, by position: what a model's notes are held against.

Figures, identifiers, dates, links and quotations are literal: they stand there, or they do
not. Case, the kind of a dash and the width of a space do not count.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from context.fact_search import mentions
from context.facts import Origin
from context.messages import MessageId, TurnId
from context.prompt import Item
from context.trackers import FILE_MARKS, sayings

_SAME = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc`\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_UNIT_GAP = re.compile(r"(?<=\d) (?=[%€$£¥₹])|(?<=[€$£¥₹]) (?=\d)")
# Of scripts whose words stand apart; in others a figure touches what is round it.
_WORD = r"A-Za-z\u00C0-\u024F\u0370-\u03FF\u0400-\u052F\d_"
_WORD_CHAR = re.compile(f"[{_WORD}]")
# A4 · 17 · 1,250.50
_FIGURE = re.compile(
    rf"(?<![{_WORD}])(?=[{_WORD}]{{0,64}}?\d)[{_WORD}]{{1,128}}+(?:[.,]\d[{_WORD}]{{0,64}}+)*+"
)
_TELLING_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM_CHARS = 6
_FEWEST_STEMS = 2
_FOREIGN_SHARE = 0.6
_LINE = re.compile(r"[.!?;\n]+")


def canonical(text: str) -> str:
    """Text in the one form in which it is compared."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_SAME)
    return _UNIT_GAP.sub("", " ".join(plain.split()))


def bare(text: str) -> str:
    """Canonical text without the marks around it, by which two texts say the same."""
    return canonical(text).strip(" .!?,;:\"'")


def literals(text: str) -> frozenset[str]:
    """What in a text stands elsewhere word for word or not at all, in canonical form."""
    text = unicodedata.normalize("NFKC", text)
    found = {text[mention.start : mention.end] for mention in mentions(text)}
    found.update(match[0] for match in _FIGURE.finditer(text))
    whole = canonical(text)  # of which patterns may have seen only a part
    return frozenset(one for one in map(canonical, found) if one and stands(one, whole))


def stands(literal: str, text: str) -> bool:
    """Whether a text holds a literal as a whole, not as a part of another; both canonical."""
    start = text.find(literal)
    while start >= 0:
        if _is_whole(text, start, start + len(literal)):
            return True
        start = text.find(literal, start + 1)
    return False


def _is_whole(text: str, start: int, end: int) -> bool:
    before, behind = text[max(start - 2, 0) : start], text[end : end + 2]
    joins_before = _are_one(before[-1:], text[start]) or (
        text[start].isdigit() and before[-1:] in {".", ","} and before[:1].isdigit()
    )
    joins_behind = _are_one(text[end - 1], behind[:1]) or (
        text[end - 1].isdigit() and behind[:1] in {".", ","} and behind[1:].isdigit()
    )
    return not joins_before and not joins_behind


def _are_one(left: str, right: str) -> bool:
    return _WORD_CHAR.match(left) is not None and _WORD_CHAR.match(right) is not None


@dataclass(frozen=True, slots=True)
class Quoted:
    """Where a value stands word for word, and who said it there."""

    value: str = field(repr=False)
    origin: Origin
    message_id: MessageId | None
    said_at: datetime


class Evidence:
    """A transcript, as it is asked for what an entry says."""

    def __init__(self, items: Sequence[Item]) -> None:
        """Take a transcript, oldest first."""
        self._items = {item.position: item for item in items}
        self._canonical: dict[int, str] = {}
        self._own: dict[int, str] = {}
        self._asked: dict[TurnId, tuple[MessageId, ...]] = {}
        for item in items:
            if item.message_ids:
                self._asked.setdefault(item.turn_id, item.message_ids)
        self._foreign = _Lines(items)

    def real(self, positions: Iterable[int]) -> tuple[int, ...]:
        """Those that the transcript has, each once."""
        return tuple(one for one in dict.fromkeys(positions) if one in self._items)

    def voiced(self, positions: Iterable[int]) -> tuple[int, ...]:
        """Those at which the person or the assistant themselves say something."""
        ours = {Origin.USER, Origin.MODEL}
        return tuple(
            one
            for one in self.real(positions)
            if any(
                origin in ours and text.strip() for origin, text in sayings(self._items[one])
            )
        )

    def persons(self, positions: Iterable[int]) -> tuple[int, ...]:
        """Those at which the person themselves says something."""
        return tuple(one for one in self.real(positions) if self._own_words(one))

    def sources(self, positions: Iterable[int]) -> tuple[MessageId, ...]:
        """The messages at positions, or those that are answered there."""
        found: dict[MessageId, None] = {}
        for position in self.real(positions):
            item = self._items[position]
            ids = item.message_ids or self._asked.get(item.turn_id, ())
            found.update(dict.fromkeys(ids))
        return tuple(found)

    def said_at(self, positions: Iterable[int]) -> datetime | None:
        """When the newest of them was said."""
        return max((self._items[one].said_at for one in self.real(positions)), default=None)

    def holds(self, words: str, positions: Iterable[int], *, beside: str = "") -> bool:
        """Whether all that is literal in words stands at some positions.

        Args:
            words: What an entry says.
            positions: Where it is said to come from.
            beside: What may be repeated as well: the entry as it was before.
        """
        texts = [self._text(position) for position in self.real(positions)]
        texts.append(canonical(beside))
        return all(any(stands(one, text) for text in texts) for one in literals(words))

    def holds_anywhere(self, words: str, *, beside: str = "") -> bool:
        """Whether all that is literal in words stands anywhere in the transcript."""
        return self.holds(words, self._items, beside=beside)

    def bears_out(self, words: str, *, beside: str = "") -> bool:
        """Whether words hold anywhere, and are nobody's but the person's or the model's own."""
        return self.holds_anywhere(words, beside=beside) and not self.is_foreign(
            words, self._items
        )

    def persons_words(self, words: str, positions: Iterable[int]) -> bool:
        """Whether the person said exactly these words at one of some positions."""
        plain = bare(words)
        return bool(plain) and any(
            stands(plain, self._own_words(one)) for one in self.persons(positions)
        )

    def is_foreign(self, words: str, positions: Iterable[int]) -> bool:
        """Whether words read more like something that a tool or others said than the person."""
        stems = _stems(words)
        if len(stems) < _FEWEST_STEMS:
            return False
        own = _stems("\n".join(self._own_words(one) for one in self.persons(positions)))
        share = self._foreign.most_shared(stems) / len(stems)
        return share >= _FOREIGN_SHARE and share > len(stems & own) / len(stems)

    def quoted(self, value: str, positions: Iterable[int]) -> Quoted | None:
        """Where a value stands exactly as it is written, the person's words before others'."""
        plain = " ".join(value.split())
        found = [
            Quoted(plain, origin, _message_id(item, origin), item.said_at)
            for item in (self._items[one] for one in self.real(positions))
            for origin, text in sayings(item)
            if plain and stands(plain, " ".join(text.split()))
        ]
        return min(found, key=lambda one: _TRUST.index(one.origin), default=None)

    def _text(self, position: int) -> str:
        """Everything that is said at a position, and when."""
        if position not in self._canonical:
            item = self._items[position]
            said = [text for _, text in sayings(item)] + list(_asked_of_tools(item))
            dated = f"{item.said_at:%Y-%m-%d}"
            self._canonical[position] = canonical("\n".join([*said, dated]))
        return self._canonical[position]

    def _own_words(self, position: int) -> str:
        if position not in self._own:
            said = (
                text
                for origin, text in sayings(self._items[position])
                if origin is Origin.USER and not text.startswith(FILE_MARKS)
            )
            self._own[position] = canonical("\n".join(said))
        return self._own[position]


_TRUST = (Origin.USER, Origin.MODEL, Origin.TOOL, Origin.OTHERS)


def _message_id(item: Item, origin: Origin) -> MessageId | None:
    """The message of a saying; tools and the model send none."""
    of_message = origin in {Origin.USER, Origin.OTHERS} and item.message_ids
    return item.message_ids[-1] if of_message else None


def _asked_of_tools(item: Item) -> Iterator[str]:
    return (str(block["input"]) for block in item.blocks if block["type"] == "tool_use")


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry meaning."""
    return frozenset(word[:_STEM_CHARS] for word in _TELLING_WORD.findall(canonical(text)))


class _Lines:
    """What tools and others said, sentence by sentence."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._by_stem: dict[str, list[int]] | None = None

    def most_shared(self, stems: Iterable[str]) -> int:
        """How many of some stems stand together in one sentence, at most."""
        if self._by_stem is None:
            self._by_stem = self._read()
        hits = Counter(line for stem in stems for line in self._by_stem.get(stem, ()))
        return max(hits.values(), default=0)

    def _read(self) -> dict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        number = 0
        for item in self._items:
            for origin, text in sayings(item):
                if origin in {Origin.TOOL, Origin.OTHERS}:
                    for line in _LINE.split(text):
                        number += 1
                        for stem in _stems(line):
                            found[stem].append(number)
        return dict(found)
