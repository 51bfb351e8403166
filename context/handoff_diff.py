"""What changed between a handoff document and the one before it."""

from collections.abc import Iterable
from dataclasses import dataclass

from context.handoff import HandoffDocument
from context.handoff_entries import Entry, entries


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry that both documents have, and of which they do not say the same."""

    before: Entry
    after: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDiff:
    """What changed in one category; each list is in the order of the document it is from."""

    category: str
    added: tuple[Entry, ...] = ()
    dropped: tuple[Entry, ...] = ()
    changed: tuple[Changed, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.added or self.dropped or self.changed)

    @property
    def left_open(self) -> tuple[Entry, ...]:
        """What somebody waited for and the later document does not mention any more."""
        return tuple(entry for entry in self.dropped if entry.is_open)


def handoff_diff(before: HandoffDocument, after: HandoffDocument) -> tuple[CategoryDiff, ...]:
    """Compare two documents; only categories in which something changed are told, in order.

    An entry is the same if its id is, or where it has none the words that name it: a to-do
    that was done has changed, an order number that is another one was added.
    """
    earlier, later = entries(before), entries(after)
    compared = (_category(name, earlier[name], later[name]) for name in later)
    return tuple(diff for diff in compared if not diff.is_empty)


def dropped_open(diff: Iterable[CategoryDiff]) -> tuple[Entry, ...]:
    """Everything that was open before and is not mentioned after: questions, promises, to-dos."""
    return tuple(entry for category in diff for entry in category.left_open)


def _category(name: str, before: tuple[Entry, ...], after: tuple[Entry, ...]) -> CategoryDiff:
    earlier = {entry.key: entry for entry in before}
    later = {entry.key: entry for entry in after}
    return CategoryDiff(
        category=name,
        added=tuple(entry for entry in after if entry.key not in earlier),
        dropped=tuple(entry for entry in before if entry.key not in later),
        changed=tuple(
            Changed(earlier[key], entry)
            for key, entry in later.items()
            if key in earlier and earlier[key] != entry
        ),
    )
