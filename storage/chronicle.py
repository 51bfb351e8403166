"""What became of a session's context window, as its person asks for it.

All of it is about the trace of the session's current agent: a new start has no past.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from context.history import Event, HandedOver, TidiedUp
from context.lifecycle import TerminationReason
from context.messages import SessionId
from storage.database import Database

# An agent that came back by an undo began from the same document as the one before it.
_HANDED_OVER = """
select h.created_at, h.agent_version as version, h.termination_reason, h.total_tokens,
  h.context_window_limit, h.probe_score,
  (select min(n.version) from agent n
   where n.trace_id = h.trace_id and n.began_from = h.id) as successor
from session s join agent a on a.id = s.agent_id
join agent_handoff h on h.trace_id = a.trace_id
where s.id = $1 order by h.sequence desc limit $2
"""

_TIDIED_UP = """
select c.applied_at, c.agent_version as version, c.before_tokens, c.after_tokens
from session s join agent a on a.id = s.agent_id
join compaction c on c.trace_id = a.trace_id
where s.id = $1 and c.applied_at is not null order by c.created_at desc limit $2
"""

_BEGAN = """
select h.created_at, h.agent_version as version, h.termination_reason, h.total_tokens,
  h.context_window_limit, h.probe_score, a.version as successor, h.document
from session s join agent a on a.id = s.agent_id
join agent_handoff h on h.id = a.began_from
where s.id = $1
"""

_BEGINS_WITH = """
select c.applied_at, a.version, c.before_tokens, c.after_tokens
from session s join agent a on a.id = s.agent_id
join compaction c on c.id = a.compaction_id
where s.id = $1 and c.applied_at is not null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a session's current agent began from: the handoff, and its document as stored."""

    handoff: HandedOver
    document: Mapping[str, object] = field(repr=False)


class Chronicle:
    """What happened to the windows of all sessions, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def happened(self, session_id: SessionId, *, most: int) -> tuple[Event, ...]:
        """Read what happened in a session's current trace, latest first.

        Args:
            session_id: Whose.
            most: How many events at most.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            handoffs = await connection.fetch(_HANDED_OVER, session_id, most)
            compactions = await connection.fetch(_TIDIED_UP, session_id, most)
        events: list[Event] = [*map(_handed_over, handoffs), *map(_tidied_up, compactions)]
        return tuple(sorted(events, key=lambda event: event.at, reverse=True)[:most])

    async def led_here(self, session_id: SessionId) -> tuple[Event, ...]:
        """Read what made a session's current agent see what it sees, latest first.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            compactions = await connection.fetch(_BEGINS_WITH, session_id)
            handoffs = await connection.fetch(_BEGAN, session_id)
        return (*map(_tidied_up, compactions), *map(_handed_over, handoffs))

    async def beginning(self, session_id: SessionId) -> Beginning | None:
        """Read what a session's current agent began from; None for the first of a trace.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            row = await connection.fetchrow(_BEGAN, session_id)
        if row is None:
            return None
        document: dict[str, Any] = json.loads(row["document"])
        return Beginning(handoff=_handed_over(row), document=document)


def _handed_over(row: asyncpg.Record) -> HandedOver:
    return HandedOver(
        at=row["created_at"],
        version=row["version"],
        successor=row["successor"],
        reason=TerminationReason(row["termination_reason"]),
        occupied_tokens=row["total_tokens"],
        limit_tokens=row["context_window_limit"],
        probe_score=row["probe_score"],
    )


def _tidied_up(row: asyncpg.Record) -> TidiedUp:
    return TidiedUp(
        at=row["applied_at"],
        version=row["version"],
        before_tokens=row["before_tokens"],
        after_tokens=row["after_tokens"],
    )
