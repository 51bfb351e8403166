"""The history of compactions and rotations, as operators ask for it.

A compaction that was due and not made is a record too, with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.engine import RowMapping

from context.messages import AgentId, Platform, SessionId, TraceId, UserId
from context.policy import occupancy
from storage.compactions import CompactionState
from storage.cursor import Cursor
from storage.database import Database
from storage.paging import Page, newest_first, page_of
from storage.people import person_ids
from storage.tables.row import NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionRecord:
    """One compaction, or why there was none.

    Attributes:
        trigger: What asked for it: `threshold`, `forecast`, `command` or `admin`.
        focus: What it was to keep above all, in the person's words.
        state: What became of it.
        reason: Why it was skipped or failed.
        before_tokens: What the window held when it was begun.
        after_tokens: What it held with the summary in place; None where none was made.
        reduction_percent: What that freed of it, from 0 to 100.
        seconds: How long it took to make.
        applied_at: When it was swapped in.
    """

    compaction_id: str
    trace_id: TraceId
    user_id: UserId
    platform: Platform
    session_id: SessionId
    agent_id: AgentId
    agent_version: int
    trigger: str
    focus: str | None = field(repr=False)
    state: CompactionState
    reason: str | None
    before_tokens: int
    after_tokens: int | None
    reduction_percent: float | None
    context_window_limit: int
    seconds: float
    created_at: datetime
    applied_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationRecord:
    """One forced rotation.

    Attributes:
        handoff_id: The document that the new agent began from.
        trigger: What forced it; None for what was stored before that was kept.
        occupied_tokens: What the old agent's window held.
        occupancy: Its share of the limit.
    """

    rotation_id: str
    trace_id: TraceId
    user_id: UserId | None
    platform: Platform | None
    session_id: SessionId
    handoff_id: str
    trigger: str | None
    old_agent_id: AgentId
    new_agent_id: AgentId
    occupied_tokens: int
    context_window_limit: int
    occupancy: float
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which records are asked for; None asks for any.

    Attributes:
        user_id: Any identity of a person; means the person.
        created_after: The first moment that counts.
        created_before: The first moment after that counts no more.
    """

    user_id: UserId | None = None
    platform: Platform | None = None
    trace_id: TraceId | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


_TABLES: Mapping[type[CompactionRecord | RotationRecord], Table] = {
    CompactionRecord: NAMES.tables["compaction"],
    RotationRecord: NAMES.tables["rotation"],
}
_COMPUTED = {"reduction_percent", "occupancy"}


class CompactionHistory:
    """All compactions and rotations, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def compactions(
        self, wanted: Span, *, limit: int, cursor: Cursor | None = None
    ) -> Page[CompactionRecord]:
        """Read a page of compactions, newest first, those that were skipped included.

        Args:
            wanted: All that is given must hold.
            limit: Most items on the page, at least 1.
            cursor: Where the page before ended.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        rows = await self._rows(CompactionRecord, wanted, limit=limit, cursor=cursor)
        return page_of(
            [_compaction(row) for row in rows],
            limit=limit,
            place=lambda one: Cursor(created_at=one.created_at, item_id=one.compaction_id),
        )

    async def rotations(
        self, wanted: Span, *, limit: int, cursor: Cursor | None = None
    ) -> Page[RotationRecord]:
        """Read a page of forced rotations, newest first; as for `compactions`."""
        rows = await self._rows(RotationRecord, wanted, limit=limit, cursor=cursor)
        return page_of(
            [_rotation(row) for row in rows],
            limit=limit,
            place=lambda one: Cursor(created_at=one.created_at, item_id=one.rotation_id),
        )

    async def _rows(
        self,
        record: type[CompactionRecord | RotationRecord],
        wanted: Span,
        *,
        limit: int,
        cursor: Cursor | None,
    ) -> list[RowMapping]:
        table = _TABLES[record]
        statement = newest_first(
            select(*_columns(table, record)).where(*_conditions(table, wanted)),
            created_at=table.c.created_at,
            item_id=table.c.id,
            limit=limit,
            cursor=cursor,
        )
        async with self._database.transaction() as connection:
            if wanted.user_id is not None:
                whose = await person_ids(connection, wanted.user_id)
                statement = statement.where(table.c.person_id.in_(whose))
            return list((await connection.execute(statement)).mappings())


def _columns(
    table: Table, record: type[CompactionRecord | RotationRecord]
) -> tuple[ColumnElement[Any], ...]:
    """The columns that a record is read from: named as its fields, but for its id."""
    names = [one.name for one in fields(record) if one.name not in _COMPUTED]
    return tuple(
        table.c["id" if name == f"{table.name}_id" else name].label(name) for name in names
    )


def _conditions(table: Table, wanted: Span) -> list[ColumnElement[bool]]:
    equal = {"platform": wanted.platform, "trace_id": wanted.trace_id}
    conditions = [table.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.created_after is not None:
        conditions.append(table.c.created_at >= wanted.created_after)
    if wanted.created_before is not None:
        conditions.append(table.c.created_at < wanted.created_before)
    return conditions


def _compaction(row: RowMapping) -> CompactionRecord:
    before, after = row["before_tokens"], row["after_tokens"]
    freed = None if after is None or not before else round(100 * (1 - after / before), 1)
    typed = {"state": CompactionState(row["state"]), "reduction_percent": freed}
    return CompactionRecord(**{**row, **typed})


def _rotation(row: RowMapping) -> RotationRecord:
    share = occupancy(row["occupied_tokens"], row["context_window_limit"])
    return RotationRecord(**{**row, "occupancy": round(share, 4)})
