"""The history of handoffs, as operators ask for it: a page, one, a person's latest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.lifecycle import TerminationReason
from context.messages import (
    AgentId,
    PersonId,
    Platform,
    Provider,
    SessionId,
    TraceId,
    UserId,
)
from storage.cursor import Cursor
from storage.database import Database
from storage.handoff_search import Question, newest
from storage.paging import Page, page_of
from storage.people import person_ids
from storage.tables.handoffs import AgentHandoffRow
from storage.tables.row import NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffSummary:
    """A handoff without its document.

    Attributes:
        sequence: Which handoff of its trace this is, from 1.
        user_id: The identity its session came in by.
        total_tokens: The occupancy at the handoff.
        completion_percentage: Done to-dos of all; None without any.
        active: Whether its trace's current agent began from it.
    """

    handoff_id: str
    trace_id: TraceId
    sequence: int
    user_id: UserId
    platform: Platform
    provider: Provider
    session_id: SessionId
    agent_id: AgentId
    agent_type: str
    agent_version: int
    project_id: str | None
    workflow_type: str | None
    task_status: str | None
    termination_reason: TerminationReason
    total_tokens: int
    context_window_limit: int
    completion_percentage: float | None
    probe_score: float | None
    predecessor_handoff_id: str | None
    successor_handoff_id: str | None
    active: bool
    created_at: datetime
    summary: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHandoff(HandoffSummary):
    """A handoff with its document, as stored."""

    document: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffFilter:
    """Which handoffs are asked for; None asks for any.

    Attributes:
        user_id: Any identity of a person; means the person.
        created_after: The first moment that counts.
        created_before: The first moment after that counts no more.
        q: Words of the document, as in a web search: `order "blue lamp" -refund`.
    """

    user_id: UserId | None = None
    platform: Platform | None = None
    trace_id: TraceId | None = None
    agent_type: str | None = None
    project_id: str | None = None
    termination_reason: TerminationReason | None = None
    active: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    q: str | None = field(default=None, repr=False)


_HANDOFF = NAMES.tables["agent_handoff"]
SUMMARY_COLUMNS = tuple(
    _HANDOFF.c["id" if one.name == "handoff_id" else one.name].label(one.name)
    for one in fields(HandoffSummary)
)
_NEWEST_FIRST = (col(AgentHandoffRow.created_at).desc(), col(AgentHandoffRow.id).desc())


class Handoffs:
    """All handoffs, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, wanted: HandoffFilter, *, limit: int, cursor: Cursor | None = None
    ) -> Page[HandoffSummary]:
        """Read a page, newest first.

        Args:
            wanted: All that is given must hold.
            limit: Most items on the page, at least 1.
            cursor: Where the page before ended.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        rows = await self._rows(wanted, SUMMARY_COLUMNS, most=limit + 1, cursor=cursor)
        found = [HandoffSummary(**_values(row)) for row in rows]
        return page_of(found, limit=limit, place=_place)

    async def whole_page(
        self, wanted: HandoffFilter, *, limit: int, cursor: Cursor | None = None
    ) -> Page[StoredHandoff]:
        """Read a page with the documents; as for `page`."""
        columns = (*SUMMARY_COLUMNS, _HANDOFF.c.document)
        rows = await self._rows(wanted, columns, most=limit + 1, cursor=cursor)
        found = [StoredHandoff(**_values(row)) for row in rows]
        return page_of(found, limit=limit, place=_place)

    async def one(self, handoff_id: str) -> StoredHandoff | None:
        """Read one handoff with its document; None if there is none.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            return await _stored(connection, col(AgentHandoffRow.id) == handoff_id)

    async def latest(self, user_id: UserId) -> StoredHandoff | None:
        """Read the newest handoff of a person with its document; None if there is none.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            whose = await person_ids(connection, user_id)
            return await _stored(connection, _is_of(whose))

    async def told(self, handoff_id: str) -> str | None:
        """Read what the next agent was told of a handoff, word for word.

        Returns:
            None if there is no such handoff, or it is from before that was kept.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        statement = select(col(AgentHandoffRow.briefing)).where(
            col(AgentHandoffRow.id) == handoff_id
        )
        async with self._database.transaction() as connection:
            return await connection.scalar(statement)

    async def deactivate(self, handoff_id: str) -> HandoffSummary | None:
        """Mark a handoff as superseded; None if there is none.

        What its successor began with stays as it is.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        is_it = col(AgentHandoffRow.id) == handoff_id
        async with self._database.transaction() as connection:
            await connection.execute(update(AgentHandoffRow).where(is_it).values(active=False))
            found = await summaries(connection, select(*SUMMARY_COLUMNS).where(is_it))
        return found[0] if found else None

    async def _rows(
        self,
        wanted: HandoffFilter,
        columns: tuple[ColumnElement[Any], ...],
        *,
        most: int,
        cursor: Cursor | None,
    ) -> Sequence[RowMapping]:
        async with self._database.transaction() as connection:
            whose = (
                await person_ids(connection, wanted.user_id)
                if wanted.user_id is not None
                else None
            )
            asked = _question(wanted, whose=whose, cursor=cursor, most=most)
            return await newest(connection, asked, columns)


def _place(handoff: HandoffSummary) -> Cursor:
    return Cursor(created_at=handoff.created_at, item_id=handoff.handoff_id)


def _question(
    wanted: HandoffFilter,
    *,
    whose: tuple[PersonId, ...] | None,
    cursor: Cursor | None,
    most: int,
) -> Question:
    equal = {
        "person_id": whose,
        "platform": wanted.platform,
        "trace_id": wanted.trace_id,
        "agent_type": wanted.agent_type,
        "project_id": wanted.project_id,
        "termination_reason": wanted.termination_reason,
        "active": wanted.active,
    }
    return Question(
        equal={name: value for name, value in equal.items() if value is not None},
        span=_span(wanted, cursor),
        words=None if wanted.q is None else func.websearch_to_tsquery("simple", wanted.q),
        most=most,
    )


def _span(wanted: HandoffFilter, cursor: Cursor | None) -> tuple[ColumnElement[bool], ...]:
    created_at = _HANDOFF.c.created_at
    span: list[ColumnElement[bool]] = []
    if wanted.created_after is not None:
        span.append(created_at >= wanted.created_after)
    if wanted.created_before is not None:
        span.append(created_at < wanted.created_before)
    if cursor is not None:
        span.append(tuple_(created_at, _HANDOFF.c.id) < (cursor.created_at, cursor.item_id))
    return tuple(span)


def _is_of(whose: tuple[PersonId, ...]) -> ColumnElement[bool]:
    return col(AgentHandoffRow.person_id).in_(whose)


async def _stored(
    connection: AsyncConnection, condition: ColumnElement[bool]
) -> StoredHandoff | None:
    statement = (
        select(*SUMMARY_COLUMNS, col(AgentHandoffRow.document))
        .where(condition)
        .order_by(*_NEWEST_FIRST)
        .limit(1)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    return StoredHandoff(**_values(row)) if row is not None else None


async def summaries(
    connection: AsyncConnection, statement: Select[Any]
) -> tuple[HandoffSummary, ...]:
    """Read the handoffs that a statement over `SUMMARY_COLUMNS` selects."""
    rows = (await connection.execute(statement)).mappings()
    return tuple(HandoffSummary(**_values(row)) for row in rows)


def _values(row: RowMapping) -> dict[str, Any]:
    return {**row, "termination_reason": TerminationReason(row["termination_reason"])}
