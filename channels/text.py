"""Cutting text into pieces that a platform accepts, at the kindest place.

Works on Markdown and on the platforms' own forms alike: all it knows is paragraphs, lines,
sentences, words, graphemes and code fences (lines of three or more backticks or tildes).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

# No cut may come before these: they belong to what stands in front of them (UAX 29).
_WHOLE = r"(?![\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}])"
_WIDE_STOPS = (
    r"\N{IDEOGRAPHIC FULL STOP}\N{FULLWIDTH EXCLAMATION MARK}\N{FULLWIDTH QUESTION MARK}"
)
_PARAGRAPH = regex.compile(r"\n(?:[^\S\n]*\n)+")
_LINE = regex.compile(r"\n")
_SENTENCE = regex.compile(
    rf"(?:(?<!\d)[\p{{STerm}}…][\p{{Pe}}\p{{Pf}}\"'*_~]*\s+|[{_WIDE_STOPS}]+){_WHOLE}"
)
_SPACE = regex.compile(rf"\s+{_WHOLE}")
_GRAPHEME = regex.compile(r"\X")
_CODE_POINT = regex.compile(r"(?s:.)")

_LEADING_BLANK_LINES = regex.compile(r"\A(?:[^\S\n]*\n)+")
_MARK = regex.compile(r"[ \t]*+(?:`{3,}|~{3,})")
# A backtick fence takes no backtick after its mark, else it is inline code (CommonMark 0.31).
_OPENING = regex.compile(
    r"^[ \t]*+(?:(?P<mark>`{3,})(?P<info>[^`\n]*)|(?P<mark>~{3,})(?P<info>[^\n]*))$",
    regex.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fence:
    """A code fence: `start` and `end` include its own lines, `body` to `body_end` do not."""

    start: int
    body: int
    body_end: int
    end: int
    mark: str
    info: str
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A kind of place to cut at, taken where it fills the piece to at least a `least` share.

    `fenced` says whether inside code, outside, or both.
    """

    pattern: regex.Pattern[str]
    least: float = 0.0
    fenced: bool | None = None


_KINDEST_FIRST = (
    _Place(pattern=_PARAGRAPH, least=0.5, fenced=False),
    _Place(pattern=_LINE, least=0.5, fenced=False),
    _Place(pattern=_LINE, least=0.25, fenced=True),
    _Place(pattern=_SENTENCE, least=0.5, fenced=False),
    _Place(pattern=_SPACE, least=0.5, fenced=False),
    _Place(pattern=_LINE),
    _Place(pattern=_SPACE),
    _Place(pattern=_GRAPHEME),
)


def parts(text: str, *, limit_chars: int) -> tuple[str, ...]:
    """Cut text into pieces a platform accepts, at the kindest place.

    Prefers a paragraph, then a line, then a sentence, then a space; never inside a grapheme.
    A code fence that is cut is closed at the end of the piece and opened again, with its info
    string, at the next. Joining the pieces gives the text back, but for those lines and the
    white space at the cuts. Blank text has no pieces.

    Where the limit leaves no room at all, something has to give, in this order: a fence loses
    its marks, a grapheme longer than a whole piece is cut between its code points.

    Args:
        text: What to say.
        limit_chars: Longest piece, in UTF-16 code units, as platforms count; at least 2,
            which is one character.
    """
    pieces = []
    rest = text.replace("\r\n", "\n")
    while rest := _LEADING_BLANK_LINES.sub("", rest).rstrip():
        piece, rest = _first(rest, limit_chars)
        if piece.strip():
            pieces.append(piece)
    return tuple(pieces)


def utf16_units(text: str) -> int:
    """Count the UTF-16 code units of a text, which is how platforms count characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _first(text: str, limit: int) -> tuple[str, str]:
    """Part the first piece from the rest, which is shorter than the text and stands alone."""
    fences = tuple(_fences(text))
    whole = text if not fences or fences[-1].closed else f"{text}\n{fences[-1].mark}"
    if utf16_units(whole) <= limit:
        return whole, ""
    reach = len(_prefix(text, limit))
    for place in _KINDEST_FIRST:
        for at in _candidates(text, reach, place):
            fence = next((fence for fence in fences if fence.start < at < fence.end), None)
            if place.fenced not in (None, fence is not None):
                continue
            if (cut := _cut(text, at, limit, fence=fence)) is not None:
                return cut
    return _give_way(text, limit, first=fences[0] if fences else None)


def _candidates(text: str, reach: int, place: _Place) -> list[int]:
    """List where such places end within reach, the furthest first."""
    ends = []
    for match in place.pattern.finditer(text):
        # White space at the cut is dropped, so only its start has to be within reach.
        if match.start() > reach:
            break
        ends.append(match.end())
    return [end for end in reversed(ends) if end >= place.least * reach]


def _cut(text: str, at: int, limit: int, *, fence: _Fence | None) -> tuple[str, str] | None:
    """Cut there, inside the fence if there is one; None if either side would be spoilt."""
    piece, rest = text[:at].rstrip(), text[at:]
    if not piece or text[at - 1 : at + 1] in ("``", "~~"):
        return None
    if text[at - 1] != "\n" and _MARK.match(rest):
        return None  # The rest would begin with a fence that was none.
    if fence is not None:
        if at > fence.body_end or not text[fence.body : at].strip():
            return None
        piece = f"{piece}\n{fence.mark}"
        if text[at : fence.body_end].strip():
            rest = f"{_opened_again(fence, limit)}\n{rest}"
        else:
            rest = text[fence.end :]
    fits = utf16_units(piece) <= limit and all(fence.closed for fence in _fences(piece))
    return (piece, rest) if fits else None


def _opened_again(fence: _Fence, limit: int) -> str:
    """Give the line that goes on with a fence; an info string that fills pieces is dropped."""
    opening = f"{fence.mark}{fence.info}"
    return opening if utf16_units(opening) <= limit // 4 else fence.mark


def _give_way(text: str, limit: int, *, first: _Fence | None) -> tuple[str, str]:
    """Take the first obstacle away, or cut between code points: there is no kind place."""
    if first is not None and first.start == 0:
        body, after = text[first.body : first.body_end], text[first.end :]
        return "", f"{first.info.strip()}\n{body}{after}"
    if text[0].isspace():
        return "", text.lstrip()
    if mark := _MARK.match(text):
        return "", text[mark.end() :]
    at = max(len(_prefix(text, limit, unit=_CODE_POINT)), 1)
    return text[:at], text[at:]


def _prefix(text: str, limit: int, unit: regex.Pattern[str] = _GRAPHEME) -> str:
    """Take the most whole graphemes, or other units, that fit."""
    room = limit
    for match in unit.finditer(text):
        room -= utf16_units(match.group())
        if room < 0:
            return text[: match.start()]
    return text


def _fences(text: str) -> Iterator[_Fence]:
    """Find the code fences, in order; only the last one can be open."""
    end = 0
    while opening := _OPENING.search(text, end):
        mark = opening["mark"]
        closing = regex.compile(
            rf"^[ \t]*+{mark[0]}{{{len(mark)},}}[ \t]*+$", regex.MULTILINE
        ).search(text, opening.end())
        end = closing.end() if closing else len(text)
        yield _Fence(
            start=opening.start(),
            body=min(opening.end() + 1, len(text)),
            body_end=closing.start() if closing else len(text),
            end=end,
            mark=mark,
            info=opening["info"].rstrip(),
            closed=closing is not None,
        )
