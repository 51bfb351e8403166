"""How a handoff is stored: its document, the agent that ends, and the one that goes on."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.categories import Trigger
from context.handoff import HandoffDocument
from context.lifecycle import TerminationReason
from context.session import Agent
from context.text import storable
from storage.agents import keep_agent
from storage.compactions import retire_compactions
from storage.tables import NAMES, AgentHandoffRow, AgentRow, RotationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """One agent ends, the next begins from the document.

    Attributes:
        sequence: Which handoff of its trace this is, from 1.
        ended: The agent that gives way, as it stands at the end.
        successor: The agent that goes on.
        briefing: What the successor is told of the document, the same in all its prompts.
        forced: Whether it was a rotation, without another model call.
        trigger: What made the agent end.
        probe_score: Share of what had to be kept that the successor can answer, 0 to 1.
        completion_percentage: Done to-dos of all, None without any.
        markdown_path: Where it is written as a file, if it is.
    """

    handoff_id: str
    sequence: int
    document: HandoffDocument = field(repr=False)
    summary: str = field(repr=False)
    briefing: str | None = field(default=None, repr=False)
    reason: TerminationReason
    limit_tokens: int
    ended: Agent
    successor: Agent
    forced: bool
    trigger: Trigger
    probe_score: float | None = None
    completion_percentage: float | None = None
    markdown_path: str | None = None


async def keep_handoff(connection: AsyncConnection, handoff: Handoff, *, now: datetime) -> None:
    """Store a handoff in the caller's transaction; it is then its trace's active one."""
    ended, successor = handoff.ended, handoff.successor
    await connection.execute(
        update(AgentHandoffRow)
        .where(
            col(AgentHandoffRow.trace_id) == ended.trace_id,
            # The one it began from may have been deactivated by hand.
            col(AgentHandoffRow.active) | (col(AgentHandoffRow.id) == ended.began_from),
        )
        .values(active=False, successor_handoff_id=handoff.handoff_id)
    )
    await connection.execute(
        insert(NAMES.tables["agent_handoff"]), _handoff_columns(handoff, now=now)
    )
    await retire_compactions(connection, ended)
    await keep_agent(connection, ended)
    await connection.execute(
        update(AgentRow)
        .where(col(AgentRow.id) == ended.agent_id)
        .values(termination_reason=handoff.reason, ended_at=now)
    )
    await keep_agent(connection, successor)
    if handoff.forced:
        await connection.execute(
            insert(RotationRow).values(
                id=handoff.handoff_id,
                trace_id=ended.trace_id,
                person_id=ended.person_id,
                user_id=ended.user_id,
                platform=ended.platform,
                trigger=handoff.trigger,
                session_id=ended.session_id,
                handoff_id=handoff.handoff_id,
                old_agent_id=ended.agent_id,
                new_agent_id=successor.agent_id,
                occupied_tokens=ended.occupied_tokens,
                context_window_limit=handoff.limit_tokens,
                created_at=now,
            )
        )


def _handoff_columns(handoff: Handoff, *, now: datetime) -> dict[str, object]:
    ended, document = handoff.ended, handoff.document
    return {
        "id": handoff.handoff_id,
        "trace_id": ended.trace_id,
        "sequence": handoff.sequence,
        "person_id": ended.person_id,
        "user_id": ended.user_id,
        "platform": ended.platform,
        "provider": ended.provider,
        "session_id": ended.session_id,
        "agent_id": ended.agent_id,
        "agent_type": ended.agent_type,
        "agent_version": ended.version,
        "project_id": document.project_id,
        "workflow_type": document.workflow_type,
        "current_phase": document.current_phase,
        "task_status": document.task_status,
        "task_description": document.task_description,
        "completion_percentage": handoff.completion_percentage,
        "probe_score": handoff.probe_score,
        "markdown_path": handoff.markdown_path,
        "termination_reason": handoff.reason,
        "total_tokens": ended.occupied_tokens,
        "context_window_limit": handoff.limit_tokens,
        "predecessor_handoff_id": ended.began_from,
        "active": True,
        "created_at": now,
        "summary": storable(handoff.summary),
        "document": document.model_dump(mode="json"),
        "briefing": storable(handoff.briefing) if handoff.briefing is not None else None,
    }
