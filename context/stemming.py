"""English words brought to their stems, so that "painted" finds "painting".

Porter's algorithm ("An algorithm for suffix stripping", 1980) after a list of forms that no
suffix explains. A word of another language may lose its end as well; it does so everywhere
alike, so it is still found.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

_SHORTEST = 3
_WORDS_REMEMBERED = 50_000

# A base form, then the forms that mean it.
_IRREGULAR = """
go went gone goes; buy bought; see saw seen; take took taken; give gave given; make made;
know knew known; think thought; tell told; find found; leave left; feel felt; become became;
begin began begun; bring brought; build built; choose chose chosen; come came; draw drew drawn;
drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; fight fought; fly flew
flown; forget forgot forgotten; get got gotten; grow grew grown; hear heard; hold held; keep kept;
lead led; learn learnt; lend lent; lose lost; meet met; pay paid; ride rode ridden; ring rang rung;
rise rose risen; run ran; say said; sell sold; send sent; shake shook shaken; sing sang sung;
sit sat; sleep slept; speak spoke spoken; spend spent; stand stood; steal stole stolen; swim swam
swum; teach taught; throw threw thrown; understand understood; wake woke woken; wear wore worn;
win won; write wrote written; break broke broken; catch caught; dig dug; do did done does;
have had has; feed fed; freeze froze frozen; hide hid hidden; hang hung; lay laid; lie lain;
light lit; mean meant; shoot shot; show shown; shut shut; stick stuck; sweep swept; swear sworn
swore; tear tore torn; bite bit bitten; blow blew blown; bend bent; bleed bled; breed bred;
deal dealt; dream dreamt; kneel knelt; seek sought; sew sewn; shine shone; sink sank sunk;
spin spun; spring sprang sprung; strike struck; weave wove woven; weep wept;
child children; man men; woman women; person people; foot feet; tooth teeth; mouse mice; goose
geese; life lives; wife wives; knife knives; leaf leaves; half halves; good better best;
bad worse worst; die dying died dies; tie tying ties; news news; plan planned planning
"""

# How people write in chats, and how British ones spell.
_CASUAL = """
child kid kids; mother mom mum mommy mummy; father dad daddy; grandmother grandma granny nan;
grandfather grandpa granddad; family fam; photo pic pics picture pictures; favorite fave
favourite; birthday bday; television tv; university uni; telephone phone phones; refrigerator
fridge; bicycle bike bikes; tomorrow tmrw tmr; message msg; appointment appt; address addr;
color colour colours; flavor flavour flavours; center centre; theater theatre; gray grey;
monday mon; tuesday tue tues; wednesday wed; thursday thu thurs; friday fri; january jan;
february feb; april apr; august aug; september sept sep; october oct; november nov; december dec
"""


def _forms(lines: str) -> Iterator[tuple[str, str]]:
    for line in lines.split(";"):
        base, *forms = line.split()
        yield from ((form, base) for form in forms)


_BASES = dict(_forms(f"{_IRREGULAR};{_CASUAL}"))

# [C](VC)^m[V]: `m` counts how often a vowel run is followed by a consonant run. A `y` after a
# consonant is a vowel.
_VOWEL = "(?:[aeiou]|(?<=[^aeiou])y)"
_VC = re.compile(rf"{_VOWEL}+(?:(?!{_VOWEL}).)+")
_HAS_VOWEL = re.compile(_VOWEL)
_DOUBLED = re.compile(r"([^aeiouylsz])\1$")
_SHORT = re.compile(r"(?:^|[^aeiou])[aeiouy][^aeiouwxy]$")

_STEP_2 = (
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("logi", "log"),
)
_STEP_3 = (
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
)
_STEP_4 = (
    *("ement", "ment", "ance", "ence", "able", "ible", "ant", "ent", "ism", "ate", "iti"),
    *("ous", "ive", "ize", "ion", "al", "er", "ic", "ou"),
)


@lru_cache(maxsize=_WORDS_REMEMBERED)
def stem(word: str) -> str:
    """Give the stem of a word.

    Args:
        word: In lower case; one with a letter outside a to z stays as it is.
    """
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()):
        return word
    word = _BASES.get(word, word)
    word = _past(_plural(word))
    if word.endswith("y") and _HAS_VOWEL.search(word, 0, len(word) - 1):
        word = f"{word[:-1]}i"
    word = _replaced(_replaced(word, _STEP_2), _STEP_3)
    return _tidied(_bare(word))


def _measure(word: str) -> int:
    return len(_VC.findall(word))


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    for suffix in ("ed", "ing"):
        if word.endswith(suffix) and _HAS_VOWEL.search(left := word.removesuffix(suffix)):
            return _mended(left)
    return word


def _mended(word: str) -> str:
    """Give a verb back what its ending took or added: "hop(p)", "mak(e)"."""
    if word.endswith(("at", "bl", "iz")):
        return f"{word}e"
    if _DOUBLED.search(word):
        return word[:-1]
    if _measure(word) == 1 and _SHORT.search(word):
        return f"{word}e"
    return word


def _replaced(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    for suffix, instead in endings:
        if word.endswith(suffix):
            left = word.removesuffix(suffix)
            return left + instead if _measure(left) else word
    return word


def _bare(word: str) -> str:
    """Take a last suffix off where enough of the word is left."""
    for suffix in _STEP_4:
        if word.endswith(suffix):
            left = word.removesuffix(suffix)
            is_long = _measure(left) > 1 and (suffix != "ion" or left.endswith(("s", "t")))
            return left if is_long else word
    return word


def _tidied(word: str) -> str:
    if word.endswith("e"):
        left = word[:-1]
        syllables = _measure(left)
        if syllables > 1 or (syllables == 1 and not _SHORT.search(left)):
            word = left
    if word.endswith("ll") and _measure(word[:-1]) > 1:
        return word[:-1]
    return word
