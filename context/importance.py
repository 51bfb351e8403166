"""Which of the person's older words stay word for word, by what they are worth and not by age.

What the person asked to have kept comes first, then what is to be observed always, what the
conversation came back to, what was decided, and what was asked; of equal worth the newer stays.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from context.fact_patterns import FactKind
from context.facts import SENTENCES, Fact, Origin
from context.handoff import bulleted
from context.messages import MessageId
from context.prompt import Item
from context.text import unfenced
from context.trackers import sayings
from context.truncation import clipped
from context.wish import bearing

_LONGEST_BYTES = 4_096
_MOST_LINES = 128

_QUESTION_MARKS = ("?", "\uff1f", "\u061f")

_DECISIONS = (
    *("let's go", "let's take", "let's do", "let's use", "let's keep", "go ahead", "go with"),
    *("going with", "i'll take", "we'll take", "decided", "agreed", "approve", "confirm"),
    *("settled on", "entschieden", "beschlossen", "einverstanden", "abgemacht", "wir nehmen"),
    *("ich nehme", "nehmen wir", "décidé", "d'accord", "convenu", "je prends", "on prend"),
    *("decidid", "de acuerdo", "acordado", "vamos con", "combinado", "fechado", "vamos de"),
    *("deciso", "concordato", "prendiamo", "besloten", "akkoord", "afgesproken"),
)
_DECISION = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _DECISIONS))})")

# A value is looked up by a part of it: its figures, which are rare in text, or else a word
# of a script whose words stand apart.
_FIGURES = re.compile(r"[0-9]+")
_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]+")


class Importance(IntEnum):
    """Why words are worth their room; those of which the sum is higher stay longer."""

    ASKED = 1
    DECIDED = 2
    REFERENCED = 4
    PINNED = 8
    WISHED = 16


_BY_KIND: Mapping[FactKind, Importance] = {
    FactKind.INSTRUCTION: Importance.PINNED,
    FactKind.PROMISE: Importance.DECIDED,
    FactKind.QUESTION: Importance.ASKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What the person themselves said in one item of a transcript.

    Attributes:
        importance: The sum of all that makes it important.
    """

    position: int
    said_at: datetime
    text: str = field(repr=False)
    importance: int = 0

    @property
    def bullet(self) -> str:
        """The words with their date, able to end no fence; of very long ones the middle is cut."""
        text = clipped(self.text, max_bytes=_LONGEST_BYTES, max_lines=_MOST_LINES)
        return bulleted([unfenced(f"{self.said_at:%Y-%m-%d}: {text}")])


def remarks(
    turns: Sequence[Sequence[Item]], facts: Iterable[Fact], *, focus: str | None = None
) -> tuple[Remark, ...]:
    """Weigh all that the person said, oldest first.

    Args:
        turns: The whole transcript in turns, oldest first.
        facts: What was found in it. What was superseded makes nothing important.
        focus: What the person asked to have kept above all, in their words.
    """
    current = [
        fact for fact in facts if fact.superseded_by is None and fact.origin is Origin.USER
    ]
    weights = _weights(turns, current)
    found: list[Remark] = []
    for turn in turns:
        for item in turn:
            if text := _own_words(item):
                importance = _importance(item, text, weights)
                if not found:
                    importance |= Importance.PINNED  # the first request
                found.append(
                    Remark(
                        position=item.position,
                        said_at=item.said_at,
                        text=text,
                        importance=importance,
                    )
                )
    return _wished(found, focus) if focus is not None else tuple(found)


def _wished(found: Sequence[Remark], focus: str) -> tuple[Remark, ...]:
    """The same, but what bears on the person's wish is worth most."""
    bears = bearing(focus, [one.text for one in found])
    return tuple(
        replace(one, importance=one.importance | Importance.WISHED) if is_wished else one
        for one, is_wished in zip(found, bears, strict=True)
    )


def chosen(remarks: Iterable[Remark], *, max_bytes: int) -> tuple[Remark, ...]:
    """Choose the most important that fit together as bullets, one a line, oldest first.

    What does not fit is passed over, and what is less important tried in its place.

    Args:
        remarks: What there is to choose from.
        max_bytes: What the bullets may take as UTF-8, line ends included.
    """
    fitting: list[Remark] = []
    for remark in sorted(remarks, key=lambda one: (-one.importance, -one.position)):
        size_bytes = len(remark.bullet.encode()) + 1
        if size_bytes <= max_bytes:
            max_bytes -= size_bytes
            fitting.append(remark)
    return tuple(sorted(fitting, key=lambda one: one.position))


def current(facts: Iterable[Fact], items: Sequence[Item]) -> tuple[Fact, ...]:
    """The facts that were found in some items and that nothing took the place of."""
    ids = {message_id for item in items for message_id in item.message_ids}
    # Only what a person sent has an id; the rest is known by when it was said.
    instants = {item.said_at for item in items}
    return tuple(
        fact
        for fact in facts
        if fact.superseded_by is None
        and (
            fact.message_id in ids if fact.message_id is not None else fact.said_at in instants
        )
    )


def _weights(turns: Sequence[Sequence[Item]], facts: Sequence[Fact]) -> Mapping[MessageId, int]:
    """What the facts of each message make it worth."""
    weights: defaultdict[MessageId, int] = defaultdict(int)
    for fact in facts:
        if fact.message_id is not None:
            weights[fact.message_id] |= _BY_KIND.get(fact.kind, 0)
    for message_id in _referenced(turns, facts):
        weights[message_id] |= Importance.REFERENCED
    return weights


def _referenced(turns: Sequence[Sequence[Item]], facts: Iterable[Fact]) -> Iterator[MessageId]:
    """The messages whose facts stand in a later turn again, word for word.

    Each value is looked for only where a part of it stands, so that many facts in a long
    transcript cost little more than reading it once.
    """
    homes = {
        message_id: number
        for number, turn in enumerate(turns)
        for item in turn
        for message_id in item.message_ids
    }
    sought: defaultdict[str, list[tuple[str, int, MessageId]]] = defaultdict(list)
    for fact in facts:
        if fact.message_id in homes and fact.kind not in SENTENCES:
            key = _key(fact.value)
            sought[key].append((fact.value, homes[fact.message_id], fact.message_id))
    everywhere = sought.pop("", [])
    has_words = any(not key.isdecimal() for key in sought)
    for number, turn in enumerate(turns):
        text = "\n".join(_said(turn))
        parts = _FIGURES.findall(text) + (_WORDS.findall(text) if has_words else [])
        near = [one for part in sought.keys() & parts for one in sought[part]]
        for value, home, message_id in (*near, *everywhere):
            if home < number and value in text:
                yield message_id


def _key(value: str) -> str:
    """The part by which a value is looked up; empty where it has none."""
    parts = _FIGURES.findall(value) or _WORDS.findall(value)
    return max(parts, key=len, default="")


def _importance(item: Item, text: str, weights: Mapping[MessageId, int]) -> int:
    importance = 0
    if any(mark in text for mark in _QUESTION_MARKS):
        importance |= Importance.ASKED
    if _decides(text):
        importance |= Importance.DECIDED
    for message_id in item.message_ids:
        importance |= weights.get(message_id, 0)
    return importance


def _decides(text: str) -> bool:
    lowered = text.lower().replace("\u2019", "'")
    # Most texts hold none of the words, and so are searched without the expression.
    return any(words in lowered for words in _DECISIONS) and bool(_DECISION.search(lowered))


def _own_words(item: Item) -> str:
    """What the person themselves said, without what is only quoted."""
    if item.role == "assistant":
        return ""
    said = (text for origin, text in sayings(item) if origin is Origin.USER)
    return "\n".join(text for text in said if text.strip())


def _said(turn: Iterable[Item]) -> Iterator[str]:
    """What both sides said, and what tools were asked."""
    for item in turn:
        for block in item.blocks:
            if block["type"] == "text":
                yield str(block["text"])
            elif block["type"] == "tool_use":
                yield str(block["input"])
