"""Sessions as operators ask for them: a page of those there are, one, and a trace's."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, any_, func, literal, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.lifecycle import AgentState
from context.messages import AgentId, PersonId, Platform, Provider, SessionId, TraceId, UserId
from storage.cursor import Cursor
from storage.database import Database
from storage.paging import Page, newest_first, page_of
from storage.people import person_ids
from storage.tables.agents import AgentRow
from storage.tables.row import NAMES
from storage.tables.sessions import SessionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A session and its current agent.

    All that is said of the agent is None for a session that has had no turn.

    Attributes:
        pace_tokens: What a turn adds to the agent's window; 0 while it is not known.
        spent_tokens: Paid for in the session so far, by all its agents, housekeeping included.
    """

    session_id: SessionId
    user_id: UserId
    platform: Platform
    provider: Provider
    conversation: str
    trace_id: TraceId | None
    agent_id: AgentId | None
    agent_type: str | None
    agent_version: int | None
    state: AgentState | None
    occupied_tokens: int | None
    pace_tokens: float | None
    spent_tokens: int
    turns: int | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions are asked for; None asks for any.

    Attributes:
        user_id: Any identity of a person; means the person.
        state: Of the current agent.
    """

    user_id: UserId | None = None
    platform: Platform | None = None
    state: AgentState | None = None


_SESSION = NAMES.tables["session"]
_AGENT = NAMES.tables["agent"]
_USAGE = NAMES.tables["model_usage"]
_SERVED = _AGENT.alias("served")
# As an array the agents are looked up one by one; joined, all calls would be read.
_AGENTS_OF_SESSION = func.array(
    select(_SERVED.c.id)
    .where(_SERVED.c.session_id == _SESSION.c.id)
    .correlate(_SESSION)
    .scalar_subquery()
)
_SPENT = (
    select(
        func.coalesce(
            func.sum(
                sum(
                    (
                        func.coalesce(_USAGE.c[f"{kind}_tokens"], 0)
                        for kind in ("input", "cache_read", "cache_write", "output")
                    ),
                    start=literal(0),
                )
            ),
            0,
        ).cast(BigInteger)
    )
    .where(_USAGE.c.agent_id == any_(_AGENTS_OF_SESSION))
    .correlate(_SESSION)
    .scalar_subquery()
)
_COLUMNS = (
    _SESSION.c.id.label("session_id"),
    _SESSION.c.user_id,
    _SESSION.c.platform,
    _SESSION.c.provider,
    _SESSION.c.conversation,
    _AGENT.c.trace_id,
    _AGENT.c.id.label("agent_id"),
    _AGENT.c.agent_type,
    _AGENT.c.version.label("agent_version"),
    _AGENT.c.state,
    _AGENT.c.occupied_tokens,
    _AGENT.c.pace_tokens,
    _SPENT.label("spent_tokens"),
    _AGENT.c.turns,
    _SESSION.c.updated_at,
)


class SessionList:
    """All sessions, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, wanted: SessionFilter, *, limit: int, cursor: Cursor | None = None
    ) -> Page[SessionRecord]:
        """Read a page, the one that was last busy first.

        A session that becomes busy while somebody pages is at the top from then on.

        Args:
            wanted: All that is given must hold.
            limit: Most items on the page, at least 1.
            cursor: Where the page before ended.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            statement = newest_first(
                _statement().where(*await _conditions(connection, wanted)),
                created_at=_SESSION.c.updated_at,
                item_id=_SESSION.c.id,
                limit=limit,
                cursor=cursor,
            )
            found = await _records(connection, statement)
        return page_of(
            found,
            limit=limit,
            place=lambda one: Cursor(created_at=one.updated_at, item_id=one.session_id),
        )

    async def one(self, session_id: SessionId) -> SessionRecord | None:
        """Read one session; None if there is none.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            found = await sessions_of(connection, [session_id])
        return found[0] if found else None


async def sessions_of(
    connection: AsyncConnection, ids: Collection[SessionId]
) -> tuple[SessionRecord, ...]:
    """Read some sessions, the oldest first, in the caller's transaction."""
    statement = (
        _statement()
        .where(col(SessionRow.id).in_(ids))
        .order_by(col(SessionRow.created_at), col(SessionRow.id))
    )
    return await _records(connection, statement)


async def latest_sessions(
    connection: AsyncConnection, persons: Collection[PersonId], *, most: int
) -> tuple[SessionRecord, ...]:
    """Read a person's sessions, the one that was last busy first, in the caller's transaction.

    Args:
        connection: Inside a transaction.
        persons: All ids that the person's rows carry.
        most: How many at most.
    """
    statement = (
        _statement()
        .where(col(SessionRow.person_id).in_(persons))
        .order_by(col(SessionRow.updated_at).desc(), col(SessionRow.id).desc())
        .limit(most)
    )
    return await _records(connection, statement)


def _statement() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .select_from(SessionRow)
        .outerjoin(AgentRow, col(AgentRow.id) == col(SessionRow.agent_id))
    )


async def _conditions(
    connection: AsyncConnection, wanted: SessionFilter
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.user_id is not None:
        whose = await person_ids(connection, wanted.user_id)
        conditions.append(col(SessionRow.person_id).in_(whose))
    if wanted.platform is not None:
        conditions.append(col(SessionRow.platform) == wanted.platform)
    if wanted.state is not None:
        conditions.append(col(AgentRow.state) == wanted.state)
        if wanted.state.is_operational:
            conditions.append(col(AgentRow.ended_at).is_(None))
    return conditions


async def _records(
    connection: AsyncConnection, statement: Select[Any]
) -> tuple[SessionRecord, ...]:
    return tuple(_record(row) for row in (await connection.execute(statement)).mappings())


def _record(row: RowMapping) -> SessionRecord:
    state = row["state"]
    return SessionRecord(**{**row, "state": None if state is None else AgentState(state)})
