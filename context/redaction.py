"""The one redactor: what must not enter a document, a summary, a memory or a log.

What it finds gives way to a placeholder that says what it was, `<CARD_1>`. The same value has
the same placeholder throughout, so that what is left stays linkable. Redacting again changes
nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, TypeVar, get_args, get_type_hints

from context.entries import Part, Text
from context.facts import Fact
from context.handoff import HandoffDocument
from context.notes import Notes
from context.personal_patterns import PERSONAL
from context.placeholders import Known, Placeholders
from context.prompt import Block, Item
from context.redaction_patterns import PLACEHOLDER, SECRETS, Pattern, Sensitive

Scope = Literal["secrets", "all"]
"""`secrets`: card numbers and credentials. `all`: who and where a person is, too."""

_PATTERNS: Mapping[Scope, tuple[Pattern, ...]] = {"secrets": SECRETS, "all": SECRETS + PERSONAL}
_KEPT_KEYS = frozenset({"type", "id", "tool_use_id", "name", "cache_control"})
_UNREADABLE = frozenset({"thinking", "redacted_thinking", "image", "document"})


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
        book = Placeholders(_PATTERNS[self.scope], self.known)
        book.reserve([text])
        return book.replaced(text)

    def after(self, texts: Sequence[str]) -> "Redactor":
        """The same redactor once it has seen some texts, oldest first."""
        book = Placeholders(_PATTERNS[self.scope], self.known)
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
    book = Placeholders(_PATTERNS[scope], known)
    book.reserve(text for item in items for block in item.blocks for text in _texts(block))
    return tuple(
        replace(item, blocks=tuple(_redacted_block(block, book) for block in item.blocks))
        for item in items
    )


def placeholders(document: HandoffDocument | None) -> tuple[Known, ...]:
    """The numbers that were given before a document was written, and are not given again.

    Who redacts an agent's transcript from its beginning, and knows these, gives every value
    the same placeholder every time.
    """
    found = PLACEHOLDER.findall(" ".join(document.placeholders) if document else "")
    return tuple(Known(Sensitive(kind), int(number), None) for kind, number in found)


_Whole = TypeVar("_Whole", bound=Part)


def _redacted_part(whole: _Whole, scope: Scope, known: tuple[Known, ...]) -> _Whole:
    book = Placeholders(_PATTERNS[scope], known)
    book.reserve([whole.model_dump_json()])
    return _rewritten(whole, book)


def _rewritten(part: _Whole, book: Placeholders) -> _Whole:
    """A part with every `Text` in it replaced, in the order of its fields."""
    update = {
        name: _value(getattr(part, name), book, is_text=name in _text_fields(type(part)))
        for name in type(part).model_fields
    }
    return part.model_copy(update=update)


def _value(value: object, book: Placeholders, *, is_text: bool) -> object:
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


def _redacted_fact(fact: Fact, book: Placeholders) -> Fact:
    newer = fact.superseded_by
    return replace(
        fact,
        name=book.replaced(fact.name),
        value=book.replaced_as(fact.name, fact.value),
        superseded_by=newer if newer is None else book.replaced_as(fact.name, newer),
    )


def _redacted_block(block: Block, book: Placeholders) -> Block:
    if block["type"] in _UNREADABLE:
        return block
    return {
        key: value if key in _KEPT_KEYS else _inside(value, book)
        for key, value in block.items()
    }


def _inside(value: object, book: Placeholders) -> object:
    match value:
        case str():
            return book.replaced(value)
        case list() | tuple():
            return [_inside(one, book) for one in value]
        case dict() if value.get("type") in _UNREADABLE:
            return value
        case dict():
            return {
                key: book.replaced_as(key, one) if isinstance(one, str) else _inside(one, book)
                for key, one in value.items()
            }
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
