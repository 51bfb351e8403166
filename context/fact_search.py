"""Where facts stand in a text, and which figures are none.

Only the surroundings of digits, `@`, slashes and dots inside words are read at all. Of a text
with very many of those only the first and the last are, so that a megabyte of figures takes no
longer than a page of them.
"""

import re
from collections.abc import Iterator
from itertools import islice

from context.fact_patterns import CAPITALS, FACT, FIGURE, QUOTE, FactKind, Mention

_REACH_CHARS = 64
_MOST_STRETCHES = 400
_MOST_QUOTES = 200
_MOST_CAPITALS = 2_000
_LONGEST_IDENTIFIER = 64
_SHORTEST_CODE = 3
_SHORTEST_NUMBER = 4

_YEAR = re.compile(r"(?:19|20)\d\d")
_DECIMAL = re.compile(r"\d+\.\d+")
# 1st · 5km · 20kg · 3x: a count or a measure names nothing.
_MEASURE = re.compile(
    r"\d+(?:[.,]\d+)?(?:st|nd|rd|th|er|e|º|ª|x|s|h|hrs?|mins?|k|mm?|cm|km|kmh|mg|g|kg|t|ml|l"
    r"|[kmgt]i?b|px|pt|k?wh?|mah|v|hz|[km]hz|ghz|am|pm)",
    re.IGNORECASE,
)
# "Room", "order number is", "no.": what follows is an identifier, however short.
_NUMBER_CUE_LIST = """
apartment apt booking bus case code ext extension flat flight gate gleis id invoice line no nr
num number numero numéro número order pin platform ref reference room seat table ticket train
unit zimmer номер
"""
_NUMBER_CUES = frozenset(_NUMBER_CUE_LIST.split())
_CUE_ENDINGS = ("nummer", "号", "号码", "號", "號碼", "番", "番号")
_VERSION_CUES = frozenset(["version", "release", "ver", "versión", "версия"])
_STATING_WORDS = frozenset(["is", "was", "ist", "est", "es", "è", "é"])
_CODE_CUE = re.compile(
    r"(?<!\w)(?:code|reference|ref|pnr|locator|booking|confirmation|reservation|coupon|voucher"
    r"|promo|serial|buchung\w{0,12}|referenz|código|codice)(?!\w)[^\n.;!?]{0,16}$",
    re.IGNORECASE,
)
_CUE_CHARS = 40


def mentions(text: str) -> Iterator[Mention]:
    """Find what looks like a fact; quotations overlap what stands in them."""
    read_to = 0
    for start, end in _stretches(text):
        read_to = max(read_to, start)
        limit = end + _REACH_CHARS
        while (match := FACT.search(text, read_to, limit)) and match.start() < end:
            if match.end() == limit:  # a long link goes on
                match = FACT.match(text, match.start()) or match
            read_to = match.end()
            if (mention := _mention(text, match)) is not None:
                yield mention
    for quote in islice(QUOTE.finditer(text), _MOST_QUOTES):
        yield Mention(FactKind.QUOTE, *quote.span(quote.lastindex or 0))
    for word in islice(CAPITALS.finditer(text), _MOST_CAPITALS):
        if _CODE_CUE.search(text, max(0, word.start() - _CUE_CHARS), word.start()):
            yield Mention(FactKind.IDENTIFIER, *word.span())


def _stretches(text: str) -> list[tuple[int, int]]:
    """The parts of a text worth reading, in order, without overlaps."""
    found: list[tuple[int, int]] = []
    end = 0
    for figure in FIGURE.finditer(text):
        start = max(figure.start() - _REACH_CHARS, end)
        end = figure.end() + _REACH_CHARS
        found.append((start, end))
    if len(found) <= 2 * _MOST_STRETCHES:
        return found
    return found[:_MOST_STRETCHES] + found[-_MOST_STRETCHES:]


def _mention(text: str, match: re.Match[str]) -> Mention | None:
    kind = FactKind(str(match.lastgroup).partition("_")[2])
    start, end = match.span()
    match kind:
        case FactKind.LINK:
            return Mention(kind, start, start + len(_without_punctuation(match[0])))
        case FactKind.IDENTIFIER:
            return _identifier(text, start, end)
        case _:
            return Mention(kind, start, end)


def _without_punctuation(link: str) -> str:
    """Take off what belongs to the sentence: full stops, and brackets that open before the link."""
    surplus = link.count(")") - link.count("(")
    end = len(link)
    while link[end - 1] in ".,;:!?'*_~" or (surplus > 0 and link[end - 1] == ")"):
        surplus -= link[end - 1] == ")"
        end -= 1
    return link[:end]


def _identifier(text: str, start: int, end: int) -> Mention | None:
    """Tell identifiers from counts, measures, years and plain numbers."""
    value = text[start:end].lstrip("#№ \u00a0\u202f")
    is_marked = len(value) < end - start
    start = end - len(value)
    if len(value) > _LONGEST_IDENTIFIER:
        return None
    if any(map(str.isalpha, value)):
        is_one = len(value) >= _SHORTEST_CODE and _MEASURE.fullmatch(value) is None
    elif _DECIMAL.fullmatch(value):
        is_version = _cue(text, start) in _VERSION_CUES
        return Mention(FactKind.VERSION, start, end) if is_version else None
    elif any(mark in value for mark in ",'\u2019"):
        return None
    else:
        digits = sum(map(str.isdigit, value))
        is_one = digits >= _SHORTEST_NUMBER and _YEAR.fullmatch(value) is None
    if is_one or is_marked or _asks_for_number(_cue(text, start)):
        return Mention(FactKind.IDENTIFIER, start, end)
    return None


def _cue(text: str, start: int) -> str:
    """The word before a value, or before the "is" in front of it, in lower case."""
    words = text[max(0, start - _CUE_CHARS) : start].lower().split()[-2:]
    if len(words) > 1 and words[-1] in _STATING_WORDS:
        words.pop()
    return words[-1].rstrip(".:=\uff1a是为為はが") if words else ""


def _asks_for_number(cue: str) -> bool:
    return cue in _NUMBER_CUES or cue.endswith(_CUE_ENDINGS)
