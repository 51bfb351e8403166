"""The one redactor: what must not enter a document, a summary, a memory or a log.

What it finds gives way to a placeholder that says what it was, `<CARD_1>`. The same value has
the same placeholder throughout, so that what is left stays linkable. Redacting again changes
nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, TypeVar, get_args, get_type_hints

from context.entries import Part, Text
from context.facts import Fact
from context.handoff import HandoffDocument
from context.notes import Notes
from context.personal_patterns import PERSONAL
from context.prompt import Block, Item
from context.redaction_patterns import CUED, MASK, SECRETS, Pattern, Sensitive, Span

Scope = Literal["secrets", "all"]
"""`secrets`: card numbers and credentials. `all`: who and where a person is, too."""

_PATTERNS: Mapping[Scope, tuple[Pattern, ...]] = {"secrets": SECRETS, "all": SECRETS + PERSONAL}
_PLACEHOLDER = re.compile(rf"<({'|'.join(Sensitive)})_(\d{{1,9}})>")
_LEAST_CHARS = 6
_MARKS = ".!?):"
_LOWERED = frozenset({Sensitive.EMAIL, Sensitive.IP})
_UNSPACED = frozenset({Sensitive.CARD, Sensitive.IBAN, Sensitive.NATIONAL_ID, Sensitive.PHONE})
"""However these are spaced, they are the same."""

_KEPT_KEYS = frozenset({"type", "id", "tool_use_id", "name", "cache_control"})
_UNREADABLE = frozenset({"thinking", "redacted_thinking", "image", "document"})


@dataclass(frozen=True, slots=True)
class Known:
    """A placeholder that is taken; `value` is None where only the placeholder was seen."""

    kind: Sensitive
    number: int
    value: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redactor:
    """Redacts text after text, so that each value keeps the placeholder it had first.

    Attributes:
        scope: What is looked for.
        known: The placeholders that are taken, in order of first appearance.
    """

    scope: Scope
    known: tuple[Known, ...] = field(default=(), repr=False)

    def redacted(self, text: str) -> str:
        """The text with placeholders; values that are not known yet get the next numbers."""
        book = _Book(self)
        book.reserve([text])
        return book.replaced(text)

    def after(self, texts: Sequence[str]) -> "Redactor":
        """The same redactor once it has seen some texts, oldest first."""
        book = _Book(self)
        book.reserve(texts)
        for text in texts:
            book.replaced(text)
        return replace(self, known=book.known)


def redacted(text: str, *, scope: Scope) -> str:
    """Redact one text that stands alone."""
    return Redactor(scope=scope).redacted(text)


def redacted_document(
    document: HandoffDocument, scope: Scope, *, known: tuple[Known, ...] = ()
) -> HandoffDocument:
    """Redact everybody's words in a handoff document; ids and figures stay.

    Args:
        document: As it was made.
        scope: What is looked for.
        known: Placeholders of the same chat that are taken.
    """
    return _redacted_part(document, scope, known)


def redacted_notes(notes: Notes, scope: Scope, *, known: tuple[Known, ...] = ()) -> Notes:
    """Redact everybody's words in notes, as in a document."""
    return _redacted_part(notes, scope, known)


def redacted_items(
    items: Sequence[Item], scope: Scope, *, known: tuple[Known, ...] = ()
) -> tuple[Item, ...]:
    """Redact what a transcript says: text, what tools were asked, and what they gave back.

    Thoughts and files stay as they are: the one is signed, the other no text.

    Args:
        items: Oldest first, so that the same transcript has the same placeholders.
        scope: What is looked for.
        known: Placeholders of the same chat that are taken.
    """
    book = _Book(Redactor(scope=scope, known=known))
    book.reserve(text for item in items for block in item.blocks for text in _texts(block))
    return tuple(
        replace(item, blocks=tuple(_redacted_block(block, book) for block in item.blocks))
        for item in items
    )


def placeholders(whole: Part) -> tuple[Known, ...]:
    """The placeholders that stand in a document or notes; their numbers are taken."""
    book = _Book(Redactor(scope="secrets"))
    book.reserve([whole.model_dump_json()])
    return book.known


class _Book:
    """The placeholders of a run over many texts."""

    def __init__(self, redactor: Redactor) -> None:
        self._patterns = _PATTERNS[redactor.scope]
        self._known = list(redactor.known)
        self._numbers = {(one.kind, one.value): one.number for one in self._known}
        self._secrets: dict[str, Sensitive] = {}
        self._last: dict[Sensitive, int] = {}
        for one in self._known:
            self._last[one.kind] = max(one.number, self._last.get(one.kind, 0))

    @property
    def known(self) -> tuple[Known, ...]:
        return tuple(self._known)

    def reserve(self, texts: Iterable[str]) -> None:
        """Keep placeholders that stand in the texts already from being given again.

        What is a secret by the words before it is learned, too: it is one everywhere.
        """
        texts = tuple(texts)
        for text in texts:
            for match in _PLACEHOLDER.finditer(text):
                kind, number = Sensitive(match[1]), int(match[2])
                if number > self._last.get(kind, 0):
                    self._last[kind] = number
                    self._known.append(Known(kind, number, None))
        for text in texts:
            masked = _masked(text, [match.span() for match in _PLACEHOLDER.finditer(text)])
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

    def _replaced_once(self, text: str) -> str:
        parts, end = [], 0
        for (start, stop), kind in sorted(self._found(text)):
            parts += [text[end:start], self._placeholder(kind, text[start:stop])]
            end = stop
        return "".join([*parts, text[end:]])

    def _found(self, text: str) -> Iterator[tuple[Span, Sensitive]]:
        """What is to be replaced; nothing overlaps."""
        masked = _masked(text, [match.span() for match in _PLACEHOLDER.finditer(text)])
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


_Whole = TypeVar("_Whole", bound=Part)


def _redacted_part(whole: _Whole, scope: Scope, known: tuple[Known, ...]) -> _Whole:
    book = _Book(Redactor(scope=scope, known=known))
    book.reserve([whole.model_dump_json()])
    return _rewritten(whole, book)


def _rewritten(part: _Whole, book: _Book) -> _Whole:
    """A part with every `Text` in it replaced, in the order of its fields."""
    update = {
        name: _value(getattr(part, name), book, is_text=name in _text_fields(type(part)))
        for name in type(part).model_fields
    }
    return part.model_copy(update=update)


def _value(value: object, book: _Book, *, is_text: bool) -> object:
    match value:
        case str() if is_text:
            return book.replaced(value)
        case Part():
            return _rewritten(value, book)
        case Fact():
            return _redacted_fact(value, book)
        case tuple():
            return tuple(_value(one, book, is_text=is_text) for one in value)
        case _:
            return value


@cache
def _text_fields(part: type[Part]) -> frozenset[str]:
    """The fields that hold anybody's words, by their declared type."""
    hints = get_type_hints(part, include_extras=True)
    return frozenset(name for name in part.model_fields if _holds_text(hints[name]))


def _holds_text(hint: object) -> bool:
    return hint == Text or any(map(_holds_text, get_args(hint)))


def _redacted_fact(fact: Fact, book: _Book) -> Fact:
    newer = fact.superseded_by
    # A value without its name may give nothing away: "hunter2".
    label = f"{fact.name}: "
    told = book.replaced(f"{label}{fact.value}")
    return replace(
        fact,
        name=book.replaced(fact.name),
        value=told.removeprefix(label) if told.startswith(label) else book.replaced(fact.value),
        superseded_by=newer if newer is None else book.replaced(newer),
    )


def _redacted_block(block: Block, book: _Book) -> Block:
    if block["type"] in _UNREADABLE:
        return block
    return {
        key: value if key in _KEPT_KEYS else _inside(value, book)
        for key, value in block.items()
    }


def _inside(value: object, book: _Book) -> object:
    match value:
        case str():
            return book.replaced(value)
        case list() | tuple():
            return [_inside(one, book) for one in value]
        case dict() if value.get("type") in _UNREADABLE:
            return value
        case dict():
            return {key: _inside(one, book) for key, one in value.items()}
        case _:
            return value


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | tuple():
            for one in value:
                yield from _texts(one)
        case Mapping() if value.get("type") not in _UNREADABLE:
            for one in value.values():
                yield from _texts(one)
        case _:
            pass
