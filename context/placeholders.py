"""Placeholders: what stands in the place of what was redacted, the same for the same value."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from context.redaction_patterns import CUED, MASK, PLACEHOLDER, Pattern, Sensitive, Span

_LEAST_CHARS = 6
_MARKS = ".!?):"
_LOWERED = frozenset({Sensitive.EMAIL, Sensitive.IP})
_UNSPACED = frozenset({Sensitive.CARD, Sensitive.IBAN, Sensitive.NATIONAL_ID, Sensitive.PHONE})
"""However these are spaced, they are the same."""


@dataclass(frozen=True, slots=True)
class Known:
    """A placeholder that is taken; `value` is None where only the placeholder was seen."""

    kind: Sensitive
    number: int
    value: str | None = field(repr=False)


class Placeholders:
    """The placeholders of a run over many texts; they are given in order of appearance."""

    def __init__(self, patterns: Sequence[Pattern], known: Iterable[Known]) -> None:
        """Look for some patterns, with some placeholders taken."""
        self._patterns = patterns
        self._known = list(known)
        self._numbers = {(one.kind, one.value): one.number for one in self._known}
        self._secrets: dict[str, Sensitive] = {}
        self._last: dict[Sensitive, int] = {}
        for one in self._known:
            self._last[one.kind] = max(one.number, self._last.get(one.kind, 0))

    @property
    def known(self) -> tuple[Known, ...]:
        """Those that are taken by now."""
        return tuple(self._known)

    def reserve(self, texts: Iterable[str]) -> None:
        """Keep placeholders that stand in the texts already from being given again.

        What is a secret by the words before it is learned, too: it is one everywhere.
        """
        texts = tuple(texts)
        for text in texts:
            for match in PLACEHOLDER.finditer(text):
                kind, number = Sensitive(match[1]), int(match[2])
                if number > self._last.get(kind, 0):
                    self._last[kind] = number
                    self._known.append(Known(kind, number, None))
        for text in texts:
            masked = _masked(text, [match.span() for match in PLACEHOLDER.finditer(text)])
            for pattern in CUED:
                for start, end in pattern.spans(masked):
                    value = text[start:end].rstrip(_MARKS)
                    if len(value) >= _LEAST_CHARS and any(map(str.isdigit, value)):
                        self._secrets.setdefault(value, pattern.kind)

    def replaced(self, text: str) -> str:
        """The text with placeholders."""
        once = self._replaced_once(text)
        # What is found first may have hidden something from a pattern that comes later.
        return once if once == text else self._replaced_once(once)

    def replaced_as(self, name: str, value: str) -> str:
        """A value with placeholders, read with its name: "hunter2" alone gives nothing away."""
        label = f"{name}: "
        told = self.replaced(label + value)
        return told.removeprefix(label) if told.startswith(label) else self.replaced(value)

    def _replaced_once(self, text: str) -> str:
        parts, end = [], 0
        for (start, stop), kind in sorted(self._found(text)):
            parts += [text[end:start], self._placeholder(kind, text[start:stop])]
            end = stop
        return "".join([*parts, text[end:]])

    def _found(self, text: str) -> Iterator[tuple[Span, Sensitive]]:
        """What is to be replaced; nothing overlaps."""
        masked = _masked(text, [match.span() for match in PLACEHOLDER.finditer(text)])
        for secret, kind in self._secrets.items():
            spans = list(_wherever(secret, masked))
            yield from ((span, kind) for span in spans)
            masked = _masked(masked, spans)
        for pattern in self._patterns:
            spans = list(pattern.spans(masked))
            yield from ((span, pattern.kind) for span in spans)
            masked = _masked(masked, spans)

    def _placeholder(self, kind: Sensitive, value: str) -> str:
        plain = value.casefold() if kind in _LOWERED else value
        if kind in _UNSPACED:
            plain = "".join(filter(str.isalnum, plain.casefold()))
        number = self._numbers.get((kind, plain))
        if number is None:
            number = self._last.get(kind, 0) + 1
            self._last[kind] = self._numbers[kind, plain] = number
            self._known.append(Known(kind, number, plain))
        return f"<{kind}_{number}>"


def _wherever(secret: str, text: str) -> Iterator[Span]:
    """Where a secret stands, unless as a part of a word."""
    start = text.find(secret)
    while start >= 0:
        end = start + len(secret)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            yield start, end
        start = text.find(secret, end)


def _masked(text: str, spans: Sequence[Span]) -> str:
    parts, end = [], 0
    for start, stop in spans:
        parts += [text[end:start], MASK * (stop - start)]
        end = stop
    return "".join([*parts, text[end:]]) if parts else text
