"""How a handoff is stored: its document, the agent that ends, and the one that goes on.

A person waits for it, so it is one text statement: one for each row takes half as long again.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from pydantic_core import PydanticSerializationError, to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from context.categories import Trigger
from context.handoff import HandoffDocument
from context.lifecycle import TerminationReason
from context.session import Agent
from storage.agents import CHANGING, agent_columns
from storage.values import storable_json

_COLUMNS = (
    *("id", "trace_id", "sequence", "person_id", "user_id", "platform", "provider"),
    *("session_id", "agent_id", "agent_type", "agent_version", "project_id", "workflow_type"),
    *("current_phase", "task_status", "task_description", "completion_percentage"),
    *("probe_score", "markdown_path", "termination_reason", "total_tokens"),
    *("context_window_limit", "predecessor_handoff_id", "active", "created_at", "summary"),
    "briefing",
)
_ENDING = (*CHANGING, "termination_reason", "ended_at")

# The one it began from may have been deactivated by hand, and is no less its predecessor.
_HAND_OVER = f"""
with earlier as (
  update agent_handoff set active = false, successor_handoff_id = $1
  where trace_id = $2 and (active or id = $3)
), late as (
  update compaction set state = 'stale' where agent_id = $4 and state = 'ready'
), agents as (
  insert into agent select * from jsonb_populate_recordset(null::agent, $5::jsonb)
  on conflict (id) do update set {", ".join(f"{name} = excluded.{name}" for name in _ENDING)}
), rotated as (
  insert into rotation select * from jsonb_populate_recordset(null::rotation, $6::jsonb)
)
insert into agent_handoff (document, {", ".join(_COLUMNS)})
select $8::jsonb, {", ".join(_COLUMNS)}
from jsonb_populate_record(null::agent_handoff, $7::jsonb)
"""  # noqa: S608 - constants only


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
        is_smallest: Whether the successor begins with as little as can be, to end a circle.
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
    is_smallest: bool = False


async def keep_handoff(connection: AsyncConnection, handoff: Handoff, *, now: datetime) -> None:
    """Store a handoff in the caller's transaction; it is then its trace's active one."""
    ended = handoff.ended
    await connection.exec_driver_sql(
        _HAND_OVER,
        (
            handoff.handoff_id,
            ended.trace_id,
            ended.began_from,
            ended.agent_id,
            _json(_agents(handoff, now=now)),
            _json([_rotation(handoff, now=now)] if handoff.forced else []),
            _json(_handoff(handoff, now=now)),
            _document_json(handoff.document),
        ),
    )


def _agents(handoff: Handoff, *, now: datetime) -> list[Mapping[str, object]]:
    ended, successor = agent_columns(handoff.ended), agent_columns(handoff.successor)
    return [{**ended, "termination_reason": handoff.reason, "ended_at": now}, successor]


def _rotation(handoff: Handoff, *, now: datetime) -> Mapping[str, object]:
    ended = handoff.ended
    return {
        "id": handoff.handoff_id,
        "trace_id": ended.trace_id,
        "person_id": ended.person_id,
        "user_id": ended.user_id,
        "platform": ended.platform,
        "trigger": handoff.trigger,
        "session_id": ended.session_id,
        "handoff_id": handoff.handoff_id,
        "old_agent_id": ended.agent_id,
        "new_agent_id": handoff.successor.agent_id,
        "occupied_tokens": ended.occupied_tokens,
        "context_window_limit": handoff.limit_tokens,
        "created_at": now,
    }


def _handoff(handoff: Handoff, *, now: datetime) -> Mapping[str, object]:
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
        "summary": handoff.summary,
        "briefing": handoff.briefing,
    }


def _json(value: object) -> str:
    return storable_json(to_jsonable_python(value))


def _document_json(document: HandoffDocument) -> str:
    # Nearly all can be kept as it is; the rest takes three times as long.
    with suppress(PydanticSerializationError):
        written = document.model_dump_json()
        if "\\u0000" not in written:
            return written
    return storable_json(document.model_dump(mode="json"))
