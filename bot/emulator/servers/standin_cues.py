"""The words by which the stand-in sorts what people say: rules, promises, decisions, to-dos.

Few and plain: it is to be useful and always the same, not clever. English, with the commonest
words of German, French and Spanish for rules.
"""

import re
from enum import StrEnum

from bot.emulator.servers.standin_words import fold


class Topic(StrEnum):
    """What a sentence is about; in a sentence of several, the first that fits counts."""

    DECISION = "decision"
    REJECTED = "rejected"
    RULE = "rule"
    PREFERENCE = "preference"
    CONSTRAINT = "constraint"
    TODO = "todo"
    PROMISE = "promise"
    OPEN = "open"
    DONE = "done"


_CUES = {
    Topic.DECISION: r"let'?s (?:go with|take|use)|we(?:'ll| will) go with|i(?:'ll| will) go with"
    r"|(?:i|we)(?:'ve| have)? (?:finally )?(?:decided|agreed|settled)|decision:",
    Topic.REJECTED: r"rul(?:ed?|ing) out|reject(?:ed|ing)|decided against|rather not"
    r"|(?:i|we) (?:won'?t|will not|don'?t want to) (?:use|take|go with)",
    Topic.RULE: r"from now on|always|never|every time|in future|immer|niemals|toujours|jamais"
    r"|siempre|nunca",
    Topic.PREFERENCE: r"i(?:'d| would)? (?:prefer|rather)|i (?:like|love|hate|dislike)",
    Topic.CONSTRAINT: r"i(?:'m| am) (?:allergic|vegan|vegetarian)|i (?:can'?t|cannot|must not)"
    r"|it (?:has to|must) be|no later than|at most",
    Topic.TODO: r"to-?do:|remind me to|don'?t forget to|remember to|(?:i|we|you) (?:still )?"
    r"(?:need|have) to",
    Topic.PROMISE: r"(?:i|we)(?:'ll| will| promise)|promised?:?",
    Topic.OPEN: r"open question:?|still (?:open|unclear|undecided)|(?:do not|don'?t) know yet",
    Topic.DONE: r"(?:is|are|was|were|have|has|i'?ve|we'?ve) (?:now |already |been )?(?:done"
    r"|finished|completed|sent|booked|fixed|paid|delivered|ordered|cancelled|submitted)",
}
_ANY = re.compile(
    r"(?<![\w'])(?:"
    + "|".join(f"(?P<{topic}>{cue})" for topic, cue in _CUES.items())
    + r")(?!\w)"
)

_RANKS = {topic: rank for rank, topic in enumerate(Topic)}

_FIGURE_OR_QUESTION = re.compile(r"[\d@?\uff1f]")
_NAMING_MARKS = (" is ", " are ", " was ", " called ", "call me", " name", ": ", "= ", " to ")

# My order number is BX-1; the door code has changed to 4711; our budget: $40.
_GIVEN = re.compile(
    r"(?::|\s=|\s(?:is|are|was|(?:has (?:now )?|now )?(?:changed|moved) to|changes to))\s"
    r"(?:now\s|actually\s)?(?P<value>[^\n]{1,200})"
)
_OWNERS = frozenset(["my", "our", "the", "his", "her", "their"])
_MOST_NAME_WORDS = 5
_NOT_NAMING = re.compile(r"\b(?:done|finished|ready|late|fine|good|great|broken|here|there)\b")
_REASON = re.compile(r"(?<!\w)(?:because|since|as|due to)\s(?P<reason>[^.!?\n]{3,200})")
_DUE = re.compile(
    r"(?<!\w)(?:by|until|before|on|no later than)\s(?P<due>(?:next |this )?"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight|\d{4}-\d\d-\d\d"
    r"|\d{1,2}\.? [^\W\d]{3,9}(?: \d{4})?|[^\W\d]{3,9} \d{1,2}(?:, \d{4})?)(?!\w)"
)
_CALLED = re.compile(
    r"(?<!\w)(?:my name is|i'?m called|call me)\s(?P<name>[^\W\d_][\w'-]{0,30}(?: [^\W\d_][\w'-]{0,30})?)"
)


def topic(sentence: str) -> Topic | None:
    """What a sentence is about, by its words; None where they tell nothing."""
    found = (Topic(str(match.lastgroup)) for match in _ANY.finditer(_plain(sentence)))
    return min(found, key=_RANKS.__getitem__, default=None)


def may_tell(text: str) -> bool:
    """Whether a text may hold something worth noting: it is cheap, and errs on that side."""
    plain = _plain(text)
    return (
        _FIGURE_OR_QUESTION.search(plain) is not None
        or _ANY.search(plain) is not None
        or any(mark in plain for mark in _NAMING_MARKS)
    )


def named(sentence: str) -> tuple[str, str] | None:
    """The folded name, and the value as it stands there, of a sentence that gives one."""
    plain = _plain(sentence)
    for match in _GIVEN.finditer(plain):
        name = _name_before(plain[: match.start()])
        if name and not _NOT_NAMING.match(match["value"]):
            return name, sentence[slice(*match.span("value"))].strip().rstrip(".!;, ")
    return None


def _name_before(plain: str) -> str:
    """The words from the last "my" or "the" on; none where they are too many, or parted."""
    words = plain.split()[-_MOST_NAME_WORDS - 1 :]
    owners = [place for place, word in enumerate(words) if word in _OWNERS]
    name = words[owners[-1] + 1 :] if owners else []
    return " ".join(name) if all(word[-1] not in ".,;:!?" for word in name) else ""


def reason(sentence: str) -> str | None:
    """Why, in the sentence's own words."""
    return _group(_REASON, "reason", sentence)


def due(sentence: str) -> str | None:
    """Until when, in the sentence's own words."""
    return _group(_DUE, "due", sentence)


def own_name(sentence: str) -> str | None:
    """What the person says they are called."""
    return _group(_CALLED, "name", sentence)


def _group(pattern: re.Pattern[str], group: str, sentence: str) -> str | None:
    match = pattern.search(_plain(sentence))
    return None if match is None else sentence[slice(*match.span(group))].strip()


def _plain(text: str) -> str:
    """Folded, with straight apostrophes; every character keeps its place."""
    return fold(text).replace("\u2019", "'")
