"""What tools gave back, whole: kept where a transcript has only a part of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from context.messages import SessionId
from context.session import Agent
from context.text import storable
from context.tools import Output
from storage.database import Database
from storage.tables.transcript import ToolOutputRow

# A result that was not too long stands in the transcript alone.
_READ = """
select coalesce(
  (select text from tool_output where session_id = $1 and call_id = $2),
  (select block ->> 'content'
   from content_item c, jsonb_array_elements(c.blocks -> 'blocks') as block
   where c.session_id = $1 and c.role = 'user'
     and c.blocks -> 'blocks' @> jsonb_build_array(jsonb_build_object('tool_use_id', $2::text))
     and block ->> 'tool_use_id' = $2
   order by c.position desc limit 1))
"""


async def keep_outputs(
    connection: AsyncConnection, agent: Agent, outputs: Sequence[Output], *, now: datetime
) -> None:
    """Keep outputs in the caller's transaction."""
    if not outputs:
        return
    await connection.execute(
        # A server that names two calls alike loses one of them, not the turn.
        insert(ToolOutputRow).on_conflict_do_nothing(),
        [
            {
                "session_id": agent.session_id,
                "call_id": one.call_id,
                "person_id": agent.person_id,
                "text": storable(one.text),
                "created_at": now,
            }
            for one in outputs
        ],
    )


class ToolOutputs:
    """What tools gave back, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, session_id: SessionId, call_id: str) -> str | None:
        """Read all that a call of a session brought; None if there was no such call in it.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            found: str | None = await connection.fetchval(_READ, session_id, call_id)
        return found
