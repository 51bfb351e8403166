"""Traces, as operators ask for one: its handoffs, its agents and the sessions they served."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, any_, func, literal, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId, Platform, Provider, SessionId, TraceId, UserId
from context.operations import Operations
from storage.database import Database
from storage.handoffs import SUMMARY_COLUMNS, HandoffSummary, summaries
from storage.tables.agents import AgentRow
from storage.tables.handoffs import AgentHandoffRow
from storage.tables.row import NAMES
from storage.tables.sessions import SessionRow
from storage.usage import operations


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSession:
    """A session that agents of a trace served.

    What is said of an agent is said of its current one, which may be on a later trace; all
    of it is None for a session that has had no turn.

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
class TraceAgent:
    """An agent of a trace.

    Attributes:
        began_from: The handoff whose document it began with.
        operations: Its model calls that were answered, summed up.
    """

    agent_id: AgentId
    session_id: SessionId
    agent_type: str
    agent_version: int
    state: AgentState
    parent_id: AgentId | None
    began_from: str | None
    occupied_tokens: int
    peak_tokens: int
    turns: int
    termination_reason: TerminationReason | None
    started_at: datetime
    ended_at: datetime | None
    operations: Operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One unbroken line of agents: its handoffs and agents oldest first, and its sessions."""

    trace_id: TraceId
    handoffs: tuple[HandoffSummary, ...]
    sessions: tuple[TraceSession, ...]
    agents: tuple[TraceAgent, ...]


_SESSION = NAMES.tables["session"]
_AGENT = NAMES.tables["agent"]
_AGENT_COLUMNS = (
    _AGENT.c.id.label("agent_id"),
    _AGENT.c.session_id,
    _AGENT.c.agent_type,
    _AGENT.c.version.label("agent_version"),
    _AGENT.c.state,
    _AGENT.c.parent_id,
    _AGENT.c.began_from,
    _AGENT.c.occupied_tokens,
    _AGENT.c.peak_tokens,
    _AGENT.c.turns,
    _AGENT.c.termination_reason,
    _AGENT.c.started_at,
    _AGENT.c.ended_at,
)
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
_SESSION_COLUMNS = (
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


class Traces:
    """All traces, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, trace_id: TraceId) -> Trace | None:
        """Read a whole trace; None if no agent was ever on it.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            agents = await _agents(connection, trace_id)
            if not agents:
                return None
            return Trace(
                trace_id=trace_id,
                handoffs=await summaries(connection, _handoffs(trace_id)),
                sessions=await _sessions(connection, {agent.session_id for agent in agents}),
                agents=agents,
            )


def _handoffs(trace_id: TraceId) -> Select[Any]:
    return (
        select(*SUMMARY_COLUMNS)
        .where(col(AgentHandoffRow.trace_id) == trace_id)
        .order_by(col(AgentHandoffRow.sequence))
    )


async def _agents(connection: AsyncConnection, trace_id: TraceId) -> tuple[TraceAgent, ...]:
    statement = (
        select(*_AGENT_COLUMNS)
        .where(col(AgentRow.trace_id) == trace_id)
        .order_by(col(AgentRow.version))
    )
    rows = (await connection.execute(statement)).mappings().all()
    calls = await operations(connection, [AgentId(row["agent_id"]) for row in rows])
    return tuple(_agent(row, calls[AgentId(row["agent_id"])]) for row in rows)


async def _sessions(
    connection: AsyncConnection, ids: Collection[SessionId]
) -> tuple[TraceSession, ...]:
    statement = (
        select(*_SESSION_COLUMNS)
        .select_from(SessionRow)
        .outerjoin(AgentRow, col(AgentRow.id) == col(SessionRow.agent_id))
        .where(col(SessionRow.id).in_(ids))
        .order_by(col(SessionRow.created_at), col(SessionRow.id))
    )
    return tuple(_session(row) for row in (await connection.execute(statement)).mappings())


def _agent(row: RowMapping, calls: Operations) -> TraceAgent:
    reason = row["termination_reason"]
    typed = {
        "state": AgentState(row["state"]),
        "termination_reason": None if reason is None else TerminationReason(reason),
        "operations": calls,
    }
    return TraceAgent(**{**row, **typed})


def _session(row: RowMapping) -> TraceSession:
    state = row["state"]
    return TraceSession(**{**row, "state": None if state is None else AgentState(state)})
