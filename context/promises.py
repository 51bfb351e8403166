"""When a promise is settled: kept, or no longer wanted, by somebody's own words.

A promise stays open until a later sentence says of it, and of nothing else, that it is done
or not wanted. Where that is not sure it stays open: a promise told once too often does less
harm than one forgotten.
"""

from collections.abc import Iterable

from context.fact_names import SMALL_WORDS
from context.promise_patterns import UNWANTED
from context.sentence_patterns import WORD

_FEWEST_WORDS_DONE = 2
_SHORT_WORD_CHARS = 4
_SAME_CHARS = 4
_SAME_CHARS_SHORT = 3

_FILLER_LIST = """
after already anymore ha he han ya já già anyway be bitte cannot déjà done dir euch fertig finally grazie gracias
ihnen just les les lui more morning not now obrigado oggi ontem please s schon te teşekkürler
thanks thank today ve vous yesterday won can not gestern heute hier ayer ieri dün ll m t hat
hemos abbiamo avons wurde worden été sido stata stato
"""
_FILLERS = SMALL_WORDS | frozenset(_FILLER_LIST.split())
_PRESENT = {
    "bought": "buy", "brought": "bring", "did": "do", "found": "find", "gave": "give",
    "got": "get", "made": "make", "paid": "pay", "spoke": "speak", "told": "tell",
    "took": "take", "went": "go", "wrote": "write", "written": "write",
}  # fmt: skip
"""What became of verbs that no longer look like what was promised."""


def settled(promises: Iterable[str], by: str, *, withdrawn: bool) -> str | None:
    """The one promise that a sentence settles; None where there is none, or more than one.

    Args:
        promises: The sentences in which something was promised.
        by: The sentence that may settle one of them.
        withdrawn: Whether it says that something is no longer wanted, not that it is done.
    """
    by = by.lower().replace("\u2019", "'")
    said = {
        _PRESENT.get(word, word)
        for word in WORD.findall(UNWANTED.sub(" ", by) if withdrawn else by)
        if len(word) > 1 and word not in _FILLERS
    }
    if len(said) < (1 if withdrawn else _FEWEST_WORDS_DONE):
        return None
    found = [one for one in promises if _is_about(said, WORD.findall(one.lower()))]
    return found[0] if len(found) == 1 else None


def _is_about(said: Iterable[str], promised: list[str]) -> bool:
    """Whether everything said was promised."""
    return all(any(_are_alike(word, other) for other in promised) for word in said)


def _are_alike(one: str, other: str) -> bool:
    """Whether two words begin alike, as forms of one do: "send" and "sent", not "repair"."""
    one, other = _without_prefix(one), _without_prefix(other)
    is_short = min(len(one), len(other)) <= _SHORT_WORD_CHARS
    same = _SAME_CHARS_SHORT if is_short else _SAME_CHARS
    return one[:same] == other[:same]


def _without_prefix(word: str) -> str:
    """A German participle as its verb: "geschickt" is of "schicken"."""
    return word[2:] if word.startswith("ge") and word.endswith(("t", "en")) else word
