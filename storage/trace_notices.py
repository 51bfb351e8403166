"""The notices about windows that people were sent while the agents of a trace were at work.

Figures that follow every turn (`usage`) are not among them: they mark no event.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from context.messages import OutboxId, TraceId
from storage.database import Database

_OF_TRACE = text("""
select o.id as outbox_id, o.notice, o.state, o.created_at as told_at, a.version as agent_version
from agent a
join outbox o on o.session_id = a.session_id and o.agent_id = a.id
where a.trace_id = :trace_id and o.kind = 'notice' and o.notice <> 'usage'
order by o.created_at, o.position limit :limit
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceNotice:
    """One notice, without its words.

    Attributes:
        notice: What it is about: `warning`, `critical`, `compaction`, `handoff`.
        state: How far it came: `pending`, `sending`, `uncertain`, `sent`, `failed`.
    """

    outbox_id: OutboxId
    notice: str
    state: str
    told_at: datetime
    agent_version: int


class TraceNotices:
    """The notices of all traces, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, trace_id: TraceId, *, limit: int) -> tuple[TraceNotice, ...]:
        """Read the first notices of a trace, oldest first.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            asked = {"trace_id": trace_id, "limit": limit}
            rows = (await connection.execute(_OF_TRACE, asked)).mappings()
            return tuple(TraceNotice(**row) for row in rows)
