"""How the newest handoffs that fit a filter are found, whatever it names, among millions.

Postgres would read the list newest first and leave out what does not fit, or fetch all that
fits and sort it; it guesses which is shorter, and where it errs it reads a million rows. So
the way is chosen here:

- What one index lists is read from it.
- Of several columns, the newest thousand are looked through; then, if the page is not full,
  the lists of all values of the columns that were not named are merged, each from its place
  in one index. A pair that never occurs costs a few probes.
- Words are looked for in the newest thousand that fit else, where a common word is found at
  once; then by the index of words, as far back as it seems to take; then in all time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    column,
    func,
    select,
    true,
    values,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables.row import NAMES

_WALKED = 1_000
_READ = 1_000
# Of words that fewer of the thousand have, all that have them are read in no time.
_SOME = 5
_FURTHEST = timedelta(days=36_500)

_HANDOFF = NAMES.tables["agent_handoff"]
_AT, _ID = _HANDOFF.c.created_at, _HANDOFF.c.id
_NEWEST_FIRST = (_AT.desc(), _ID.desc())

# The columns before the time in `agent_handoff_kind`, whose values are few.
_KIND = ("agent_type", "termination_reason", "platform", "active")
# Each of these has an index of its own, newest first.
_LISTED = ("agent_type", "termination_reason", "platform", "project_id")
# Few rows have the same value of these, so that what else is asked is picked out of them.
_FEW = ("person_id", "trace_id")

# For this transaction alone. Postgres thinks little of what it takes to look into a row's
# words, and would rather do that for a whole stretch than put two indexes together; and how
# often a word occurs it knows of that word, not of any word.
_BY_INDEX_OF_WORDS = select(
    func.set_config("enable_indexscan", "off", true()),
    func.set_config("enable_seqscan", "off", true()),
    func.set_config("plan_cache_mode", "force_custom_plan", true()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which handoffs are asked for; all of it must hold.

    Attributes:
        equal: Column → its value, or all values it may have.
        span: Conditions on when they were made, and on where the page begins.
        words: What their words must match, a `tsquery`.
        most: How many are wanted, the newest ones.
    """

    equal: Mapping[str, object]
    span: tuple[ColumnElement[bool], ...]
    words: ColumnElement[Any] | None
    most: int


async def newest(
    connection: AsyncConnection, asked: Question, columns: Sequence[ColumnElement[Any]]
) -> list[RowMapping]:
    """Read these columns of the newest handoffs that are asked for, newest first."""
    if any(name in asked.equal for name in _FEW):
        return await _read(connection, _straight(asked, columns))
    if asked.words is not None:
        return await _by_words(connection, asked, columns, words=asked.words)
    if not asked.equal or (len(asked.equal) == 1 and set(asked.equal) <= set(_LISTED)):
        return await _read(connection, _straight(asked, columns))
    if "project_id" not in asked.equal:
        found = await _read(connection, _walk(asked, columns))
        if len(found) == asked.most:
            return found
    return await _read(connection, _merged(asked, columns))


def _straight(asked: Question, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Read a list from its index, leaving out what does not fit."""
    return (
        select(*columns)
        .where(*_fits(asked.equal), *asked.span)
        .where(*(() if asked.words is None else (_match(asked.words),)))
        .order_by(*_NEWEST_FIRST)
        .limit(asked.most)
    )


def _walk(asked: Question, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Look through the newest thousand of all."""
    listed = (
        select(_AT, _ID, *(_HANDOFF.c[name] for name in asked.equal))
        .where(*asked.span)
        .order_by(*_NEWEST_FIRST)
        .limit(_WALKED)
        .subquery("listed")
    )
    found = _first(
        listed,
        *(listed.c[name] == value for name, value in asked.equal.items()),
        most=asked.most,
    )
    return _shown(found, columns)


def _merged(asked: Question, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Merge the newest of every kind that fits; each kind is a list in one index."""
    open_to = [name for name in _KIND if name not in asked.equal]
    if not open_to:
        return _straight(asked, columns)
    choices: dict[str, FromClause] = {name: _choices(name) for name in open_to}
    lists = (
        select(_AT, _ID)
        .where(*_fits({**asked.equal, **{n: one.c.value for n, one in choices.items()}}))
        .where(*asked.span)
        .order_by(*_NEWEST_FIRST)
        .limit(asked.most)
        .lateral("lists")
    )
    first, *others = choices.values()
    kinds = first
    for other in (*others, lists):
        kinds = kinds.join(other, true())
    merged = select(lists).select_from(kinds).subquery("merged")
    return _shown(_first(merged, most=asked.most), columns)


def _choices(name: str) -> FromClause:
    """All values of a column that occur: each the least above the one before."""
    if name == "active":
        return values(column("value", Boolean), name="actives").data([(True,), (False,)])
    kept = _HANDOFF.c[name]
    every = select(func.min(kept).label("value")).cte(f"every_{name}", recursive=True)
    following = select(func.min(kept)).where(kept > every.c.value).scalar_subquery()
    every = every.union_all(select(following).where(every.c.value.is_not(None)))
    return select(every.c.value).where(every.c.value.is_not(None)).subquery(f"{name}s")


def _first(listed: FromClause, *conditions: ColumnElement[bool], most: int) -> Subquery:
    """The newest of what is listed."""
    return (
        select(listed.c.created_at, listed.c.id)
        .where(*conditions)
        .order_by(listed.c.created_at.desc(), listed.c.id.desc())
        .limit(most)
        .subquery("first")
    )


def _shown(found: Subquery, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Read what is to be shown of those found, newest first."""
    return (
        select(*columns)
        .join_from(found, _HANDOFF, found.c.id == _ID)
        .order_by(found.c.created_at.desc(), found.c.id.desc())
    )


async def _by_words(
    connection: AsyncConnection,
    asked: Question,
    columns: Sequence[ColumnElement[Any]],
    *,
    words: ColumnElement[Any],
) -> list[RowMapping]:
    while True:
        ids = await _in_stretches(connection, asked, words)
        shown = select(*columns).where(_ID.in_(ids)).order_by(*_NEWEST_FIRST)
        found = await _read(connection, shown)
        # Whoever is erased meanwhile would make a full page look like the last one.
        if len(found) == len(ids):
            return found


async def _in_stretches(
    connection: AsyncConnection, asked: Question, words: ColumnElement[Any]
) -> list[str]:
    """Find words among the newest that fit else, then further back, then in all time."""
    read = await newest(
        connection,
        replace(asked, words=None, most=_READ),
        (_ID, _AT, _match(words).label("fits"), _match(_anywhere(words)).label("is_close")),
    )
    found = [row["id"] for row in read if row["fits"]][: asked.most]
    if len(found) == asked.most or len(read) < _READ:
        return found
    await connection.execute(_BY_INDEX_OF_WORDS)
    newest_at, oldest_at = read[0]["created_at"], read[-1]["created_at"]
    if found and sum(row["is_close"] for row in read) >= _SOME:
        # Twice as far as it takes if they go on to occur as often.
        reach = min(2 * asked.most / len(found) * (newest_at - oldest_at), _FURTHEST)
        stretch = replace(asked, span=(*asked.span, newest_at - reach <= _AT))
        found = await _ids(connection, stretch)
    return found if len(found) == asked.most else await _ids(connection, asked)


def _match(words: ColumnElement[Any]) -> ColumnElement[bool]:
    return _HANDOFF.c.words.bool_op("@@")(words)


def _anywhere(words: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same words wherever they stand: all that their index knows of a phrase."""
    # A subquery, so that it is made once and not for every row.
    return select(func.replace(words.cast(Text), "<->", "&").cast(TSQUERY)).scalar_subquery()


async def _ids(connection: AsyncConnection, asked: Question) -> list[str]:
    return [row["id"] for row in await _read(connection, _straight(asked, (_ID,)))]


def _fits(equal: Mapping[str, object]) -> list[ColumnElement[bool]]:
    return [
        _HANDOFF.c[name].in_(value) if isinstance(value, tuple) else _HANDOFF.c[name] == value
        for name, value in equal.items()
    ]


async def _read(connection: AsyncConnection, statement: Select[Any]) -> list[RowMapping]:
    return list((await connection.execute(statement)).mappings())
