"""An agent as its row, and back."""

import asyncpg
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from context.lifecycle import AgentState
from context.messages import (
    AgentId,
    PersonId,
    Platform,
    Provider,
    SessionId,
    TraceId,
    UserId,
)
from context.session import Agent, Level
from storage.tables.row import NAMES

CHANGING = (
    "state",
    "occupied_tokens",
    "peak_tokens",
    "turns",
    "told",
    "compaction_id",
    "compactions",
    "weak_compactions",
    "compacted_at_turn",
    "compacted_to_tokens",
    "pace_tokens",
    "bytes_per_token",
)
"""What becomes of an agent; all else is what it began with."""


def _keeping() -> Insert:
    statement = upsert(NAMES.tables["agent"])
    changed = {name: statement.excluded[name] for name in CHANGING}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


# Every turn runs it: putting it together anew takes ten times as long as the database does.
_KEEP = _keeping()


async def keep_agent(connection: AsyncConnection, agent: Agent) -> None:
    """Add an agent, or bring its row up to date, in the caller's transaction."""
    await connection.execute(_KEEP, agent_columns(agent))


def agent_value(row: RowMapping | asyncpg.Record) -> Agent:
    """Read one agent row."""
    return Agent(
        agent_id=AgentId(row["id"]),
        trace_id=TraceId(row["trace_id"]),
        session_id=SessionId(row["session_id"]),
        person_id=PersonId(row["person_id"]),
        user_id=UserId(row["user_id"]),
        platform=Platform(row["platform"]),
        provider=Provider(row["provider"]),
        agent_type=row["agent_type"],
        version=row["version"],
        state=AgentState(row["state"]),
        parent_id=AgentId(row["parent_id"]) if row["parent_id"] is not None else None,
        began_from=row["began_from"],
        history_from=row["history_from"],
        occupied_tokens=row["occupied_tokens"],
        peak_tokens=row["peak_tokens"],
        turns=row["turns"],
        told=Level(row["told"]),
        compaction_id=row["compaction_id"],
        compactions=row["compactions"],
        weak_compactions=row["weak_compactions"],
        compacted_at_turn=row["compacted_at_turn"],
        compacted_to_tokens=row["compacted_to_tokens"],
        pace_tokens=row["pace_tokens"],
        bytes_per_token=row["bytes_per_token"],
        handoffs_in_a_row=row["handoffs_in_a_row"],
        started_at=row["started_at"],
    )


def agent_columns(agent: Agent) -> dict[str, object]:
    """Lay an agent out as its row."""
    return {
        "id": agent.agent_id,
        "trace_id": agent.trace_id,
        "session_id": agent.session_id,
        "person_id": agent.person_id,
        "user_id": agent.user_id,
        "platform": agent.platform,
        "provider": agent.provider,
        "agent_type": agent.agent_type,
        "version": agent.version,
        "state": agent.state,
        "parent_id": agent.parent_id,
        "began_from": agent.began_from,
        "history_from": agent.history_from,
        "occupied_tokens": agent.occupied_tokens,
        "peak_tokens": agent.peak_tokens,
        "turns": agent.turns,
        "told": agent.told,
        "compaction_id": agent.compaction_id,
        "compactions": agent.compactions,
        "weak_compactions": agent.weak_compactions,
        "compacted_at_turn": agent.compacted_at_turn,
        "compacted_to_tokens": agent.compacted_to_tokens,
        "pace_tokens": agent.pace_tokens,
        "bytes_per_token": agent.bytes_per_token,
        "handoffs_in_a_row": agent.handoffs_in_a_row,
        "started_at": agent.started_at,
    }
