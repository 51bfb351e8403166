"""What the stand-in knows of language: words that carry no content, questions, identifiers.

It is little on purpose, and the same for every language it has words of; in others a question
is known by its mark, and every word counts.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

_LONGEST_QUESTION_CHARS = 500
_SHORT_CHARS, _WHOLE_CHARS = 3, 5

# The small words of English, German, French, Spanish, Italian, Portuguese and Dutch.
_SMALL_WORD_LIST = """
a about again all also am an and any are as at be been but by can check could did do does
find for from give gave had has have he her here him his how i if in into is it its just know let
like look may me mention mentioned might mine my no not now of on once or our please recall
remember remind said say search she should so some tell than that the their them then there these
they this those to told too up us was we were what when where which who whom whose why will
with would yes you your
aber als am auch auf aus bei bin bist bitte da das dass dein deine dem den der des dich die
dir doch du ein eine einem einen einer er es für habe haben hast hat hatte ich ihr im ist
ja kann kannst lautet mein meine meinem meinen meiner mich mir mit nach nicht noch nochmal
oder sag sage sein sich sie sind und uns vom von wann war warum was welche welchen welcher
welches wer wie wir wo zu zum zur
au aux avec ce ces cette dans de des du elle en est et il j je l la le les leur lui ma mais
mes moi mon ne nous où par pas pour pourquoi quand que quel quelle quelles quels qui quoi
sa ses son sont sur ta te tes toi ton tu un une vos votre vous
al como con cual cuál cuando cuándo cuanto cuánto del donde dónde el ella ellos era eres
es esa ese esta está este fue ha has he la las lo los me mi mis muy no nos o para pero por
porque qué quién se ser si sí sin son su sus te tu tus un una y ya yo
che chi ci come cosa da di dove e gli hai ho i il io le mia mie miei mio nel nella non per
più qual quale quali quando quanto sei si sono sul tua tuo un uno
ao aos às com da das de do dos e ela ele em era eu foi meu meus minha na nas no nos o onde
os ou para pela pelo por qual quais quando quem são se sem seu sua tem um uma você
aan bij dan dat deze dit door een en ge had heb hebt heeft het hij hoe ik ik in is je jij
jouw kan maar met mij mijn na naar niet of om ook op te toen uit van voor waar waarom wanneer
was wat welk welke wie wij zijn
"""
_ASKING_LIST = """
what what's who who's which where how why tell remind repeat
wer welche welcher welches welchen wo wie warum wieso sag nenne
quel quelle quels quelles qui pourquoi combien rappelle
qué quién cuál cuánto dónde cómo dime recuérdame
chi quale quali perché qual quem quais onde
wat wie welke waarom hoe
"""
_SMALL_WORDS = frozenset(_SMALL_WORD_LIST.split())
_ASKING = frozenset(_ASKING_LIST.split())
_MARKS = ("?", "\uff1f", "\u061f", "\u055e")  # also full-width, Arabic, Armenian
_WHO = re.compile(
    r"\b(?:(?:who|what) are you|are you (?:an? |the )?(?:ai|bot|real|human|person|robot|model"
    r"|machine|claude|llm)|(?:wer|was) bist du|qui es[ -]tu|qui êtes[ -]vous|quién eres"
    r"|chi sei|quem é você|wie ben jij)\b"
)
_CUES = re.compile(
    r"\b(?:actually|chang\w+|correct\w*|instead|new|no longer|now|rather|replac\w+|updat\w+"
    r"|doch|geändert|jetzt|korrektur|neue?[rsn]?|statt|maintenant|nouve\w+|plutôt|ahora|nuev\w+"
    r"|cambi\w+|adesso|nuov\w+|agora|nov[oa]|nu|nieuwe?)\b"
)
_OUTDATED = re.compile(r"\b(?:superseded|outdated|obsolete|replaced by|no longer valid)\b")
# Every run is bounded, so that no text takes more than linear time.
_IDENTIFIER = re.compile(
    r"https?://[^\s<>\"]+"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{3,200}"
    r"|\b\d{1,2}\.? [^\W\d]{3,9} \d{4}\b|\b[^\W\d]{3,9} \d{1,2}, \d{4}\b"
    r"|[$€£¥]\s?\d[\d.,]{0,20}|\b\d[\d.,]{0,20}\s?(?:[$€£¥]|(?:USD|EUR|GBP|CHF|JPY)\b)"
    r"|(?<!\w)(?=[\w#+/:.,-]{0,60}\d)[\w#+](?:[\w/:-]|[.,](?=\w)){0,100}"
)
# What is asked for as a link is written as one.
_WRITTEN = dict.fromkeys(("link", "links", "url", "website", "webpage"), r"|https?(?=://)")
_QUOTES = "\"'\u2018\u2019\u201c\u201d"
_CLOSING = f".,;:!?)»{_QUOTES}"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a question asks for: `find` matches it in folded text."""

    find: re.Pattern[str]
    is_word: bool


def fold(text: str) -> str:
    """Lower case, character for character, so that positions stay."""
    return text.replace("İ", "I").lower()


def terms(question: str) -> tuple[Term, ...]:
    """What a question asks for, small words left out, each once, in order."""
    words = dict.fromkeys(_words(fold(question[:_LONGEST_QUESTION_CHARS])))
    return tuple(
        Term(re.compile(re.escape(word)), is_word=False)
        if _is_unspaced(word[0])
        else Term(re.compile(_inflected(word) + _WRITTEN.get(word, "")), is_word=True)
        for word in words
        if word not in _SMALL_WORDS
    )


def is_small(word: str) -> bool:
    """Whether a folded word carries no content."""
    return word in _SMALL_WORDS


def is_question(sentence: str) -> bool:
    """Whether a sentence wants something told."""
    folded = fold(sentence.strip().rstrip(f"{_QUOTES})*_ "))
    if folded.endswith(_MARKS):
        return True
    first = folded.lstrip(f"¿¡{_QUOTES}(*_ ").split(maxsplit=1)
    return bool(first) and first[0].strip(",.:;!") in _ASKING


def asks_who(sentence: str) -> bool:
    """Whether a sentence asks who is answering."""
    return _WHO.search(fold(sentence)) is not None


def corrects(sentence: str) -> bool:
    """Whether a sentence sounds like news about something known."""
    return _CUES.search(fold(sentence)) is not None


def is_outdated(sentence: str) -> bool:
    """Whether a sentence says itself that it no longer holds."""
    return _OUTDATED.search(fold(sentence)) is not None


def identifiers(text: str, *, most: int = 5) -> tuple[str, ...]:
    """The first order numbers, amounts, dates, addresses and links in a text, each once."""
    return tuple(islice(dict.fromkeys(_identifiers(text)), most))


def _identifiers(text: str) -> Iterator[str]:
    for match in _IDENTIFIER.finditer(text):
        value = match[0].rstrip(_CLOSING)
        if any(char.isdigit() for char in value) or "@" in value or "://" in value:
            yield value


def _words(folded: str) -> Iterator[str]:
    """Words; of scripts that are written without spaces, pairs of characters."""
    spaced = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)
    for run in spaced.split():
        for part in _script_parts(run):
            if _is_unspaced(part[0]):
                yield from (part[at : at + 2] for at in range(max(1, len(part) - 1)))
            elif len(part) > 1 or part.isdigit():
                yield part


def _script_parts(run: str) -> Iterator[str]:
    """Part a run where a script without spaces begins or ends."""
    start = 0
    for place, (left, right) in enumerate(pairwise(run), start=1):
        if _is_unspaced(left) != _is_unspaced(right):
            yield run[start:place]
            start = place
    yield run[start:]


def _is_unspaced(char: str) -> bool:
    """Whether words of the character's script stand without spaces: Thai to Khmer, CJK."""
    return (
        "\u0e00" <= char <= "\u0eff"
        or "\u1000" <= char <= "\u109f"
        or "\u1780" <= char <= "\u17ff"
        or "\u3040" <= char <= "\u30ff"
        or "\u3400" <= char <= "\u9fff"
        or "\uf900" <= char <= "\ufaff"
    )


def _inflected(word: str) -> str:
    """Match a word with another ending: orders, ordered."""
    if word.isdigit():
        return rf"{word}(?!\w)"
    stem = word[: max(_WHOLE_CHARS, len(word) - 2)]
    if len(stem) > _SHORT_CHARS:
        stem = stem.removesuffix("s")
    more = len(word) - len(stem) + (3 if len(word) > _SHORT_CHARS else 1)
    return rf"{re.escape(stem)}\w{{0,{more}}}(?!\w)"
