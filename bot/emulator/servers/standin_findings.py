"""What the stand-in finds worth noting in a transcript: entries in the speakers' own words.

Each entry has the position it came from. A value given anew under the same name takes the old
one's place; a question is open until an answer follows that does not say it was not found.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.emulator.servers.standin_cues import (
    Topic,
    due,
    may_tell,
    named,
    own_name,
    reason,
    topic,
)
from bot.emulator.servers.standin_search import sentences
from bot.emulator.servers.standin_transcript import Line
from bot.emulator.servers.standin_words import fold, identifiers, is_question, is_small

_LONGEST_CHARS = 400
_VALUE_CHARS = 120
_MOST_OF_A_LINE = 40
_FIGURE = re.compile(r"[\d@]|://")
_QUESTION_MARKS = ("?", "\uff1f")
_WORD = re.compile(r"(?<!['\w])[^\W\d_][\w-]{1,24}(?![\w'])")
_LABEL_CHARS = 80
_NO_ANSWER = re.compile(
    r"do not find|don'?t (?:find|know)|cannot (?:find|tell)|can'?t (?:find|tell)"
)
_VALUE_END = re.compile(r",\s|;|\s(?:and|but|so|which|because)\s|\.\s")
_OWN_WORDS = re.compile(r"[“”\"]")
_CATEGORIES = {
    Topic.DECISION: "decisions",
    Topic.REJECTED: "rejected_alternatives",
    Topic.RULE: "standing_instructions",
    Topic.PREFERENCE: "preferences",
    Topic.CONSTRAINT: "constraints",
    Topic.TODO: "todos",
    Topic.PROMISE: "commitments",
    Topic.OPEN: "commitments",
    Topic.DONE: "work_completed",
}
_KINDS = {Topic.PROMISE: "promise", Topic.OPEN: "question"}
_OF_THE_MODEL = frozenset({Topic.PROMISE, Topic.DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing worth noting.

    Attributes:
        category: The list it belongs to, such as `decisions`.
        text: The sentence it stands in.
        position: Where that was said.
        said_on: The date, as the transcript has it.
        more: What else it says, by the usual names: `name`, `value`, `due`, `reason`, …
    """

    category: str
    text: str
    position: int
    said_on: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)


def findings(lines: Sequence[Line]) -> tuple[Finding, ...]:
    """Everything worth noting, in the order it was said."""
    found = [one for line in lines for one in _in_line(line)]
    found += _open_questions(lines)
    return tuple(sorted(_current(found), key=lambda one: one.position))


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a text, each in one line."""
    for start, end in sentences(text):
        yield " ".join(text[start : min(end, start + _LONGEST_CHARS)].split())


def _in_line(line: Line) -> Iterator[Finding]:
    if not may_tell(line.text):
        return
    for number, sentence in enumerate(sentences_of(line.text)):
        if number == _MOST_OF_A_LINE:
            return
        if line.is_persons:
            yield from _told(sentence, line)
        elif line.speaker == "assistant" and not _OWN_WORDS.search(sentence):
            about = topic(sentence)
            if about in _OF_THE_MODEL:
                yield _noted(about, sentence, line)


def _told(sentence: str, line: Line) -> Iterator[Finding]:
    """What a sentence of the person says; a question says nothing but its own figures."""
    about = topic(sentence)
    if about is not None and (about is Topic.TODO or not is_question(sentence)):
        yield _noted(about, sentence, line)
    if is_question(sentence):
        return
    if (name := own_name(sentence)) is not None:
        yield _fact(sentence, line, name="name", value=name)
    elif (pair := named(sentence)) is not None:
        label, value = pair
        yield _fact(sentence, line, name=label, value=_short(value))
    elif _FIGURE.search(sentence):
        for value in identifiers(sentence):
            yield _fact(sentence, line, name=_label(sentence, value), value=value)


def _noted(about: Topic, sentence: str, line: Line) -> Finding:
    more = {"due": due(sentence), "reason": reason(sentence), "kind": _KINDS.get(about)}
    return Finding(
        category=_CATEGORIES[about],
        text=sentence,
        position=line.position,
        said_on=line.said_on,
        more={
            **{name: value for name, value in more.items() if value is not None},
            "by": line.speaker,
            "owner": line.speaker,
        },
    )


def _fact(sentence: str, line: Line, *, name: str, value: str) -> Finding:
    return Finding(
        category="facts",
        text=sentence,
        position=line.position,
        said_on=line.said_on,
        more={"name": name, "value": value},
    )


def _short(value: str) -> str:
    """A value without what is said behind it."""
    figures = identifiers(value, most=1)
    if figures and value.startswith(figures[0]):
        return figures[0]
    end = _VALUE_END.search(value)
    return value[: end.start() if end else None][:_VALUE_CHARS].rstrip(" .,;!")


def _label(sentence: str, value: str) -> str:
    """The last words before a value that say something, else the first behind it."""
    before, _, behind = fold(sentence).partition(fold(value))
    for other in identifiers(before):
        before = before.replace(other, " ")
    words = _content_words(before[-_LABEL_CHARS:])[-3:]
    return " ".join(words or _content_words(behind[:_LABEL_CHARS])[:2])


def _content_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not is_small(word)]


def _open_questions(lines: Sequence[Line]) -> Iterator[Finding]:
    """Questions of the person that had no answer, or one that found nothing."""
    for place, line in enumerate(lines):
        if not line.is_persons or not any(mark in line.text for mark in _QUESTION_MARKS):
            continue
        answer = next((one for one in lines[place + 1 :] if one.speaker == "assistant"), None)
        if answer is not None and not _NO_ANSWER.search(fold(answer.text)):
            continue
        for sentence in sentences_of(line.text):
            if is_question(sentence):
                yield Finding(
                    category="commitments",
                    text=sentence,
                    position=line.position,
                    said_on=line.said_on,
                    more={"kind": "unanswered" if answer is None else "question"},
                )


def _current(found: Iterable[Finding]) -> Iterator[Finding]:
    """Each thing once, and of several values of one name only the newest."""
    kept: dict[tuple[str, str], Finding] = {}
    for one in found:
        kept[one.category, fold(one.more.get("name") or one.text)] = one
    yield from kept.values()
