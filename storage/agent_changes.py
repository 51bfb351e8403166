"""Why a person's agents changed: those that ended, and what each left to the next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.engine import RowMapping

from context.lifecycle import TerminationReason
from context.messages import AgentId, Platform, SessionId, TraceId, UserId
from storage.database import Database
from storage.people import person_ids

# An agent that came back by an undo began from the same document as the one before it.
_NEWEST = text("""
select a.id as agent_id, a.version as agent_version, a.agent_type, a.trace_id, a.session_id,
  a.user_id, a.platform, a.termination_reason, a.ended_at, a.occupied_tokens,
  h.id as handoff_id, h.document #>> '{termination_reason,trigger}' as trigger,
  h.context_window_limit,
  (select min(n.version) from agent n
   where n.trace_id = a.trace_id and n.began_from = h.id) as successor_version
from agent a
left join agent_handoff h on h.trace_id = a.trace_id and h.agent_id = a.id
where a.person_id = any(:persons) and a.ended_at is not null
order by a.ended_at desc, a.id desc limit :limit
""").bindparams(bindparam("persons", type_=ARRAY(Text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChange:
    """An agent that ended.

    Attributes:
        termination_reason: Why; None for one that ended before that was kept.
        trigger: What made it hand over, where that is known.
        occupied_tokens: What its window held.
        handoff_id: The document it left; None for one that was ended without.
        context_window_limit: What it could hold, where it left a document.
        successor_version: The agent that began from that document, if one did.
    """

    agent_id: AgentId
    agent_version: int
    agent_type: str
    trace_id: TraceId
    session_id: SessionId
    user_id: UserId
    platform: Platform
    termination_reason: TerminationReason | None
    trigger: str | None
    ended_at: datetime
    occupied_tokens: int
    handoff_id: str | None
    context_window_limit: int | None
    successor_version: int | None


class AgentChanges:
    """The ends of all agents, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user_id: UserId, *, limit: int) -> tuple[AgentChange, ...]:
        """Read the newest changes of a person's agents, newest first.

        Args:
            user_id: Any identity of the person.
            limit: Most changes, at least 1.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            asked = {"persons": list(await person_ids(connection, user_id)), "limit": limit}
            rows = (await connection.execute(_NEWEST, asked)).mappings()
            return tuple(_change(row) for row in rows)


def _change(row: RowMapping) -> AgentChange:
    reason = row["termination_reason"]
    values: dict[str, Any] = {
        **row,
        "termination_reason": None if reason is None else TerminationReason(reason),
    }
    return AgentChange(**values)
