"""Taking a handoff back: an earlier agent's context becomes current again.

Nothing is deleted. A new agent begins with what the earlier one began with, so it sees all
that one saw, and also what was said since: the line of agents branches. The agent it
replaces ends, and the document that one began from is no longer the active one. Done again,
it goes back further.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

import asyncpg

from context.lifecycle import TerminationReason
from context.messages import AgentId, SessionId, TraceId
from context.session import Agent
from context.usage import estimated_block_tokens
from storage.agents import agent_value
from storage.chores import ChoreTrigger, Request, ask
from storage.database import Database
from storage.interrupts import interrupt, lock_turns

_CURRENT = """
select a.id, a.trace_id, a.version, a.began_from
from session s join agent a on a.id = s.agent_id
where s.id = $1 for no key update of s
"""

# What was asked for and is not yet done is all there is to take back.
_WITHDRAW_WISH = """
update chore set state = 'done', settled_at = $3
where session_id = $1 and agent_id = $2 and kind = 'handoff' and trigger = 'command'
  and state = 'pending'
returning 1
"""

_EARLIER = """
select p.id, p.session_id, p.version, p.began_from, p.occupied_tokens, p.bytes_per_token,
  h.termination_reason
from agent_handoff h join agent p on p.id = h.agent_id
where h.id = $1
"""

_SAID_SINCE = """
select c.blocks from content_item c join agent a on a.id = c.agent_id
where c.session_id = $1 and c.position >= 0 and a.trace_id = $2 and a.version > $3
"""

_BRANCH = """
insert into agent
  (id, trace_id, session_id, person_id, user_id, platform, provider, agent_type, version, state,
   parent_id, began_from, history_from, occupied_tokens, peak_tokens, turns, told,
   compaction_id, compactions, compacted_to_tokens, pace_tokens, bytes_per_token, started_at)
select $2, p.trace_id, p.session_id, p.person_id, p.user_id, p.platform, p.provider,
  p.agent_type, (select max(version) + 1 from agent where trace_id = p.trace_id),
  'initializing', $3, p.began_from, p.history_from, $4, $4, 0, 0,
  p.compaction_id, p.compactions, p.compacted_to_tokens, p.pace_tokens, p.bytes_per_token, $5
from agent p where p.id = $1
"""

_KEEP_NOTES = """
insert into notes (agent_id, session_id, person_id, covers_to, document, made_at)
select $2, session_id, person_id, covers_to, document, made_at from notes where agent_id = $1
"""

_END = """
update agent set state = 'terminated', termination_reason = $2, ended_at = $3 where id = $1
returning *
"""

_FULL = {TerminationReason.CONTEXT_WINDOW_EXHAUSTED, TerminationReason.FORCED_ROTATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A handoff was taken back.

    Attributes:
        version: The agent that goes on.
        ended: The agent that ended for it; None where the handoff was only asked for yet.
    """

    version: int
    ended: Agent | None = None


class Kept(StrEnum):
    """Why a trace stays as it is."""

    UNKNOWN = "unknown"
    LEFT = "left"
    FIRST = "first"


class Undo:
    """Takes handoffs back on behalf of operators, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_trace(self, trace_id: TraceId, *, now: datetime) -> Undone | Kept:
        """Take back the latest handoff of a trace, interrupting a turn at work.

        Returns:
            What was taken back, or else why nothing was: there is no such trace, its session
            has gone on in another, or its agent began from no handoff.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection, connection.transaction():
            found = await connection.fetchval(
                "select session_id from agent where trace_id = $1 limit 1", trace_id
            )
            if found is None:
                return Kept.UNKNOWN
            session_id = SessionId(found)
            await lock_turns(connection, session_id)
            at_work = await connection.fetchrow(_CURRENT, session_id)
            if at_work is None or at_work["trace_id"] != trace_id:
                return Kept.LEFT
            undone = await take_back(
                connection,
                session_id,
                successor=AgentId(f"{uuid4().hex}-1"),
                trigger="admin",
                now=now,
            )
        return undone or Kept.FIRST


async def take_back(
    connection: asyncpg.Connection,
    session_id: SessionId,
    *,
    successor: AgentId,
    trigger: ChoreTrigger,
    now: datetime,
) -> Undone | None:
    """Take back the handoff that a session's current agent began from, or one it waits for.

    Run it with the session's turns locked (`lock_turns`). A turn at work goes on under the
    agent that is current then.

    Args:
        connection: Inside the caller's transaction.
        session_id: Whose.
        successor: The id of the agent that goes on.
        trigger: `command` if the person asked for it, `admin` if an operator did.
        now: The time.

    Returns:
        None if there is nothing to take back.
    """
    current = await connection.fetchrow(_CURRENT, session_id)
    if current is None:
        return None
    if await connection.fetchval(_WITHDRAW_WISH, session_id, current["id"], now):
        await interrupt(connection, session_id)
        return Undone(version=current["version"])
    earlier = await connection.fetchrow(_EARLIER, current["began_from"])
    if earlier is None:
        return None
    await interrupt(connection, session_id)
    await _branch(connection, current, earlier, successor=successor, now=now)
    ended = await _end(connection, current["id"], trigger=trigger, now=now)
    await _point(connection, current["trace_id"], active=earlier["began_from"])
    await connection.execute(
        "update session set agent_id = $2, updated_at = $3 where id = $1",
        session_id,
        successor,
        now,
    )
    if earlier["termination_reason"] in _FULL:
        # It gave way because it was full, and is to have room again before it is full again.
        room = Request(agent_id=successor, kind="compaction", trigger=trigger)
        await ask(connection, session_id, room, now=now)
    return Undone(version=earlier["version"], ended=ended)


async def _branch(
    connection: asyncpg.Connection,
    current: asyncpg.Record,
    earlier: asyncpg.Record,
    *,
    successor: AgentId,
    now: datetime,
) -> None:
    """Let an agent begin with what the earlier one had, its notes included."""
    since = await connection.fetch(
        _SAID_SINCE, earlier["session_id"], current["trace_id"], earlier["version"]
    )
    added_tokens = sum(
        estimated_block_tokens(
            json.loads(row["blocks"])["blocks"], bytes_per_token=earlier["bytes_per_token"]
        )
        for row in since
    )
    await connection.execute(
        _BRANCH,
        earlier["id"],
        successor,
        current["id"],
        earlier["occupied_tokens"] + added_tokens,
        now,
    )
    await connection.execute(_KEEP_NOTES, earlier["id"], successor)


async def _end(
    connection: asyncpg.Connection, agent_id: str, *, trigger: ChoreTrigger, now: datetime
) -> Agent:
    """End the agent whose handoff is taken back; what was made for its next turn is late."""
    reason = (
        TerminationReason.ADMIN_REQUEST
        if trigger == "admin"
        else TerminationReason.USER_REQUEST
    )
    ended = await connection.fetchrow(_END, agent_id, reason, now)
    await connection.execute(
        "update compaction set state = 'stale' where agent_id = $1 and state = 'ready'",
        agent_id,
    )
    return agent_value(ended)


async def _point(connection: asyncpg.Connection, trace_id: str, *, active: str | None) -> None:
    """Make the document that the line now goes on from the active one, without a successor."""
    await connection.execute(
        "update agent_handoff set active = false where trace_id = $1 and active", trace_id
    )
    await connection.execute(
        "update agent_handoff set active = true, successor_handoff_id = null where id = $1",
        active,
    )
