"""Pages of a list that is sorted by time and id, newest first.

A page begins after the place where the one before ended, so what is added meanwhile shifts
nothing, and a page far down the list costs no more than the first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from storage.cursor import Cursor

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Items, newest first, and where the next page begins; None after the last."""

    items: tuple[T, ...]
    next_cursor: Cursor | None


def newest_first(
    statement: Select[Any],
    *,
    created_at: ColumnElement[Any],
    item_id: ColumnElement[Any],
    limit: int,
    cursor: Cursor | None,
) -> Select[Any]:
    """Sort and cut a statement to one page and one item more, which tells whether one follows.

    Args:
        statement: Selects the whole list.
        created_at: What it is sorted by.
        item_id: What it is sorted by where that is the same.
        limit: Most items on the page, at least 1.
        cursor: Where the page before ended.
    """
    if cursor is not None:
        place = tuple_(created_at, item_id)
        statement = statement.where(place < (cursor.created_at, cursor.item_id))
    return statement.order_by(created_at.desc(), item_id.desc()).limit(limit + 1)


def page_of(found: Sequence[T], *, limit: int, place: Callable[[T], Cursor]) -> Page[T]:
    """Make a page of what a statement cut by `newest_first` found.

    Args:
        found: All of it, in order.
        limit: As it was cut by.
        place: Where in the list an item is.
    """
    items = tuple(found[:limit])
    is_last = len(found) <= limit
    return Page(items=items, next_cursor=None if is_last else place(items[-1]))
