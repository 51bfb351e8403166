"""The languages the bot speaks, and which of them a person writes in.

Nobody is asked for their language: it is told from their words, by script and by common
words. Where that is not plain the answer is None, and the caller keeps what it knew before.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, StrEnum
from functools import lru_cache
from typing import assert_never

from context.common_words import FOREIGN, WORDS
from context.spellings import (
    CHINESE_SIGNS,
    FOREIGN_ARABIC,
    FOREIGN_CYRILLIC,
    FOREIGN_CYRILLIC_SHAPE,
    FOREIGN_CYRILLIC_WORDS,
    FOREIGN_DEVANAGARI,
    FOREIGN_LETTERS,
    FOREIGN_SHAPE,
    HINDI_WORDS,
    LETTERS,
    SHAPES,
)


class Language(StrEnum):
    """A language that the bot has all its sentences in; the value is its ISO 639-1 code."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"
    PORTUGUESE = "pt"
    ITALIAN = "it"
    DUTCH = "nl"
    TURKISH = "tr"
    ARABIC = "ar"
    HINDI = "hi"
    INDONESIAN = "id"
    RUSSIAN = "ru"
    JAPANESE = "ja"
    CHINESE = "zh"

    @classmethod
    def of(cls, code: str | None) -> "Language":
        """Read a stored code; English where it is unknown."""
        return next((one for one in cls if one.value == code), cls.ENGLISH)

    @property
    def is_right_to_left(self) -> bool:
        """Whether it is written from right to left."""
        return self is Language.ARABIC


def language_of(texts: Iterable[str]) -> Language | None:
    """Tell which language a person writes in; None where that is not plain.

    Args:
        texts: What they said lately, oldest first; the last five count, and more of them make
            the answer surer. Of each the first line counts before all, and only the beginning,
            because what people paste stands below what they ask of it.
    """
    said = [_own_words(text) for text in [*texts][-_MOST_TEXTS:]]
    asked = "\n".join(filter(_is_sentence, (text.partition("\n")[0] for text in said)))
    return _found(asked) or _found("\n".join(said))


def _found(said: str) -> Language | None:
    found: Language | None
    match _script(said):
        case _Script.LATIN:
            found = _latin(_tokens(said))
        case _Script.ARABIC:
            found = None if set(said) & set(FOREIGN_ARABIC) else Language.ARABIC
        case _Script.DEVANAGARI:
            found = _devanagari(_tokens(said))
        case _Script.CYRILLIC:
            found = _cyrillic(said)
        case _Script.KANA:
            found = Language.JAPANESE
        case _Script.HAN:
            found = _han(said)
        case None:
            found = None
        case never:
            assert_never(never)
    return found


class _Script(Enum):
    """The scripts of the languages that the bot speaks, by the Unicode names of their signs."""

    LATIN = "LATIN"
    ARABIC = "ARABIC"
    DEVANAGARI = "DEVANAGARI"
    CYRILLIC = "CYRILLIC"
    HAN = "CJK"
    KANA = "HIRAGANA"


_MOST_TEXTS, _MOST_CHARS = 5, 600
# Code, addresses, and names that are called: nobody's language.
_NOISE = re.compile(
    r"```.*?(?:```|\Z)|`[^`]*`|\b(?:https?://|www\.)\S+|\S+@\S+|(?<!\S)[@#/]\S+", re.DOTALL
)
_INSIDE = frozenset("'¿¡")
# Signs of these scripts say as much as a few letters.
_DENSE = {_Script.HAN: 3, _Script.KANA: 3}
# A language that is written in two scripts at once: kana among Chinese signs is Japanese.
_LEAST_KANA = 0.05
_SENTENCE_LETTERS = 12

_LONG_HAN = 9
"""So many signs are no Japanese sentence any more, where no kana stand among them."""

_ENOUGH = 0.6
"""A little more than half of what a word says that no other language has."""

_CLEARLY = 1.3
"""How much more speaks for the best than for the next."""

_LEAST_PER_WORD = 0.08
"""A long text must hold more than a few words that happen to look alike."""

_OTHER = ""
"""Stands for all languages that the bot does not speak."""

_LETTER, _SHAPE, _FOREIGN_LETTER = 0.5, 0.3, 1.0


def _own_words(text: str) -> str:
    plain = unicodedata.normalize("NFC", text.strip()[:_MOST_CHARS]).replace("İ", "i").lower()
    return _NOISE.sub(" ", plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def _is_sentence(line: str) -> bool:
    """Whether a line says more than a greeting."""
    return sum(map(str.isalpha, line)) >= _SENTENCE_LETTERS


def _tokens(said: str) -> list[str]:
    """The words, with what stands inside or before them: apostrophes, and Spanish marks."""
    signs = (
        sign if sign in _INSIDE or unicodedata.category(sign)[0] in "LM" else " "
        for sign in said
    )
    return [word for word in (one.strip("'") for one in "".join(signs).split()) if word]


def _script(said: str) -> _Script | None:
    """The script that most is written in; None for one that no language of ours has."""
    counts: Counter[_Script | None] = Counter()
    for sign in said:
        if sign.isalpha():
            script = _script_of(sign)
            counts[script] += _DENSE.get(script, 1) if script else 1
    if not counts:
        return None
    if counts[_Script.KANA] > _LEAST_KANA * counts[_Script.HAN]:
        counts[_Script.KANA] += counts.pop(_Script.HAN, 0)
    (most, _), *_ = counts.most_common(1)
    return most


@lru_cache(maxsize=4_096)
def _script_of(sign: str) -> _Script | None:
    name = unicodedata.name(sign, "")
    if name.startswith("KATAKANA"):
        return _Script.KANA
    return next((one for one in _Script if name.startswith(one.value)), None)


def _latin(tokens: Sequence[str]) -> Language | None:
    """Weigh words, letters and shapes; a language the bot does not speak may win, too."""
    scores: defaultdict[str, float] = defaultdict(float)
    pieces = Counter(piece for token in tokens for piece in _pieces(token))
    for piece, times in pieces.items():
        for code, weight in _evidence(piece):
            scores[code] += times * weight
    ranked = sorted(scores.items(), key=lambda one: one[1], reverse=True)
    (best, score), (_, next_score), *_ = (*ranked, (_OTHER, 0.0), (_OTHER, 0.0))
    is_plain = score >= max(_ENOUGH, _LEAST_PER_WORD * len(tokens), _CLEARLY * next_score)
    return Language(best) if is_plain and best != _OTHER else None


def _pieces(token: str) -> Iterable[str]:
    """A word, and the halves of one that was drawn together: `l'ordre`, `c'est`."""
    yield token
    head, apostrophe, tail = token.partition("'")
    if apostrophe and tail:
        yield head + apostrophe
        yield tail


def _evidence(word: str) -> Iterable[tuple[str, float]]:
    """What a word says for each language."""
    yield from _WORD_WEIGHTS.get(word.strip("¿¡"), ())
    letters = set(word)
    for letter in letters:
        yield from _LETTER_WEIGHTS.get(letter, ())
    for code, shape in SHAPES.items():
        if shape.fullmatch(word):
            yield code, _SHAPE
    if letters & _FOREIGN_LETTERS or FOREIGN_SHAPE.fullmatch(word):
        yield _OTHER, _FOREIGN_LETTER


def _weights(
    listed: Mapping[str, Iterable[str]], *, most: float
) -> Mapping[str, Sequence[tuple[str, float]]]:
    """What each sign says for each language: the less, the more languages have it."""
    having: defaultdict[str, list[str]] = defaultdict(list)
    for code, signs in listed.items():
        for sign in set(signs):
            having[sign].append(code)
    return {
        sign: [(code, most / len(codes) ** 2) for code in codes]
        for sign, codes in having.items()
    }


_WORD_WEIGHTS = _weights({**WORDS, _OTHER: FOREIGN}, most=1.0)
_FOREIGN_LETTERS = frozenset(FOREIGN_LETTERS)
_LETTER_WEIGHTS = _weights(LETTERS, most=_LETTER)


def _han(said: str) -> Language | None:
    """Chinese, if it is too long for Japanese without kana, or has signs of everyday Chinese."""
    signs = [sign for sign in said if _script_of(sign) is _Script.HAN]
    is_chinese = len(signs) >= _LONG_HAN or bool(set(signs) & set(CHINESE_SIGNS))
    return Language.CHINESE if is_chinese else None


def _devanagari(tokens: Sequence[str]) -> Language | None:
    hindi = sum(token in HINDI_WORDS for token in tokens)
    foreign = sum(token in FOREIGN_DEVANAGARI for token in tokens)
    return Language.HINDI if hindi >= foreign else None


def _cyrillic(said: str) -> Language | None:
    is_foreign = (
        set(said) & set(FOREIGN_CYRILLIC)
        or FOREIGN_CYRILLIC_WORDS & set(_tokens(said))
        or FOREIGN_CYRILLIC_SHAPE.search(said)
    )
    return None if is_foreign else Language.RUSSIAN
