"""What a text is found by: terms of its words, and the passages a long text falls into.

English words are stemmed, words that say nothing are left out, and scripts that write no
spaces between words are cut into pairs of characters. Whoever stores terms and whoever asks
must use the same ones: what is stored is found only by terms made here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from context.stemming import stem

PASSAGE_BYTES = 800
"""About 200 tokens: the most of a long text that is weighed as one."""

_WHOLE_BYTES = 4 * PASSAGE_BYTES
_LONGEST_TERM = 64

_SAYING_NOTHING = """
a about above after again against all also am an and any are aren as at be because been before
being below between both but by can cannot could couldn d did didn do does doesn doing don down
during each either else even ever few for from further had hadn has hasn have haven having he her
here hers herself him himself his how however i if in into is isn it its itself just ll m may me
might mightn more most mustn my myself need neither no nor not now o of off on once one only onto
or other our ours ourselves out over own per quite rather re s same shall shan she should shouldn
since so some such t than that the their theirs them themselves then there these they this those
though through to too under until up upon us ve very was wasn we were weren what whatever when
where whether which while who whom whose why will with within without won would wouldn yes yet you
your yours yourself yourselves im ive id youre dont didnt
hey hi hello oh ok okay thanks thank please wow yeah hmm haha lol
"""
_STOP_WORDS = frozenset(_SAYING_NOTHING.split())

# What only asking brings in: "what did I say about …", "remind me which …".
_ASKING = """
say tell ask mention remind remember recall discuss talk chat conversation message user assistant
bot previous previously earlier last kind sort type many much likely consider know
"""
_ASKING_WORDS = frozenset(stem(word) for word in _ASKING.split())

# Scripts without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han, and Hangul,
# whose words carry endings.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f"
    r"\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_COMPOUND = re.compile(r"\b([a-z]+)-([a-z]+)\b")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_ACCENTS = re.compile(r"[\u0300-\u036f]")

# A sentence or a line with the space after it; and pieces of one that is too long.
_END = r".!?\n\u3002\uff01\uff1f"
_SENTENCE = re.compile(rf"[^{_END}]*[{_END}]+\s*|[^{_END}]+\Z")
_PIECE_CHARS = PASSAGE_BYTES // 4
_PIECE = re.compile(rf".{{1,{_PIECE_CHARS - 1}}}(?:\s|\Z)|.{{1,{_PIECE_CHARS}}}", re.DOTALL)


def terms(text: str) -> list[str]:
    """Give the terms of a text, as often as they stand there."""
    said = [word for word in words(text) if word not in _STOP_WORDS]
    return [term for word in said for term in _terms(word) if term not in _STOP_WORDS]


def asked_terms(question: str, *, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Give each term by which a question looks for something, once.

    Words that only ask, and names of who speaks, go unless nothing else is left: a name stands
    in what others say to its bearer.

    Args:
        question: In anybody's words.
        names: Names of those who spoke.
    """
    found = dict.fromkeys(terms(question))
    named = {term for name in names for term in terms(name)}
    for idle in (named, _ASKING_WORDS):
        found = {term: None for term in found if term not in idle} or found
    return tuple(found)


def words(text: str) -> list[str]:
    """Give the words of a text as they are compared: case, width and accents put aside.

    A word with a hyphen is there in two and in one, as others may write it.
    """
    if not text.isascii():
        composed = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", composed))
    text = text.casefold()
    return _RUN.findall(text) + ["".join(parts) for parts in _COMPOUND.findall(text)]


def passages(text: str, *, is_answer: bool) -> tuple[str, ...]:
    """Cut a text into what is weighed as one; joined, they are the text again.

    A person's message stays whole unless it is very long; an answer falls into passages of
    whole sentences, of whole words where a sentence is too long, at most `PASSAGE_BYTES` each.

    Args:
        text: Any text.
        is_answer: Whether the assistant said it.
    """
    whole_bytes = PASSAGE_BYTES if is_answer else _WHOLE_BYTES
    if _size(text) <= whole_bytes:
        return (text,)
    return tuple(_filled(_SENTENCE.findall(text)))


def _filled(sentences: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    held_bytes = 0
    for piece in _pieces(sentences):
        size_bytes = _size(piece)
        if held and held_bytes + size_bytes > PASSAGE_BYTES:
            yield "".join(held)
            held, held_bytes = [], 0
        held.append(piece)
        held_bytes += size_bytes
    yield "".join(held)


def _pieces(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        if _size(sentence) <= PASSAGE_BYTES:
            yield sentence
        else:
            yield from _PIECE.findall(sentence)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _terms(word: str) -> Iterable[str]:
    if not _IS_UNSPACED.match(word):
        return (stem(word[:_LONGEST_TERM]),)
    if len(word) == 1:
        return (word,)
    return [word[place : place + 2] for place in range(len(word) - 1)]
