"""Traces, as operators ask for one: its handoffs, its agents and the sessions they served."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId, SessionId, TraceId
from context.operations import Operations
from storage.database import Database
from storage.handoffs import SUMMARY_COLUMNS, HandoffSummary, summaries
from storage.sessions_list import SessionRecord, sessions_of
from storage.tables.agents import AgentRow
from storage.tables.handoffs import AgentHandoffRow
from storage.tables.row import NAMES
from storage.usage import operations


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
    sessions: tuple[SessionRecord, ...]
    agents: tuple[TraceAgent, ...]


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
                sessions=await sessions_of(connection, {agent.session_id for agent in agents}),
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


def _agent(row: RowMapping, calls: Operations) -> TraceAgent:
    reason = row["termination_reason"]
    typed = {
        "state": AgentState(row["state"]),
        "termination_reason": None if reason is None else TerminationReason(reason),
        "operations": calls,
    }
    return TraceAgent(**{**row, **typed})
