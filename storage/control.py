"""The control lane: commands, edits and deletions, which can't queue behind a turn.

Each method is one transaction that settles the message it handles, fenced by the claim of
the control lane, with the turns of the session that it acts on locked.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg

from context.errors import SessionConflict
from context.messages import (
    AgentId,
    InboundMessage,
    PersonId,
    Platform,
    SessionId,
    TurnId,
    UserId,
)
from context.notices import Preference
from context.session import Agent
from storage.agents import agent_value
from storage.chores import Request, ask
from storage.corrections import SETTLE, amend, withdraw
from storage.database import Database
from storage.interrupts import interrupt, lock_turns
from storage.lanes import HOLDS, Claim, fence
from storage.outbox import Spoken, say
from storage.people import Preferences, choose_notices, preferences
from storage.undo import Undone, take_back
from storage.values import inbound

# The first is the one at work; tried this often and still here, it breaks its handler, and
# is given up.
_WAITING = """
with head as (
  select id from inbox
  where session_id = $1 and lane = 'control' and state in ('pending', 'taken')
    and exists (select from lane where session_id = $1 and name = 'control' and epoch = $2)
  order by sent_at, position limit 1
), tried as (
  update inbox i set attempts = attempts + 1,
    state = case when attempts >= 5 then 'failed' else state end,
    reason = case when attempts >= 5 then 'too_many_attempts' end,
    settled_at = case when attempts >= 5 then $3::timestamptz end
  from head where i.id = head.id
  returning i.id, i.state
)
select body from inbox
where session_id = $1 and lane = 'control' and state in ('pending', 'taken')
  and id not in (select id from tried where state = 'failed')
order by sent_at, position
"""

_LATEST = """
select id from session
where platform = $1 and user_id = $2 and agent_id is not null
  and (conversation = $3 or starts_with(conversation, $3 || ':'))
order by updated_at desc limit 1
"""

# What came in after the command was not meant by it.
_REFUSE_WAITING = """
with refused as (
  update inbox set state = 'refused', reason = 'stopped', settled_at = $3
  where session_id = $1 and lane = 'turn' and state in ('pending', 'taken')
    and position < (select position from inbox where id = $2)
  returning 1
)
select count(*) from refused
"""


class Control:
    """What the control lane does to a session, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, claim: Claim, *, now: datetime) -> tuple[InboundMessage, ...]:
        """Read what waits in this lane, in order; what failed too often is given up."""
        async with self._database.hot() as connection:
            rows = await connection.fetch(_WAITING, claim.session_id, claim.epoch, now)
        return tuple(inbound(row["body"]) for row in rows)

    async def latest_session(
        self, platform: Platform, user_id: UserId, conversation: str
    ) -> SessionId | None:
        """Find the person's latest session in a place, its threads included."""
        async with self._database.hot() as connection:
            found = await connection.fetchval(_LATEST, platform, user_id, conversation)
        return SessionId(found) if found is not None else None

    async def preferences(self, person_id: PersonId) -> Preferences:
        """Read how a person wants to be told."""
        async with self._database.hot() as connection:
            return await preferences(connection, person_id)

    async def answer(
        self,
        claim: Claim,
        command: InboundMessage,
        spoken: Sequence[Spoken],
        *,
        turn_id: TurnId,
        now: datetime,
    ) -> None:
        """Settle a command with an answer and nothing else."""
        async with self._handling(claim, claim.session_id) as connection:
            await _answer(connection, claim, command, spoken=spoken, turn_id=turn_id, now=now)

    async def stop(
        self,
        claim: Claim,
        command: InboundMessage,
        spoken: Callable[[int], Sequence[Spoken]],
        *,
        session_id: SessionId,
        turn_id: TurnId,
        now: datetime,
        successor: Agent | None = None,
    ) -> Agent | None:
        """Cancel the turn at work and refuse what waited before the command.

        Args:
            claim: Of the control lane that the command came in by.
            command: What the person sent.
            spoken: The answer, given how many messages were refused.
            session_id: Whose turn is stopped.
            turn_id: Under which the answer is booked.
            now: The time.
            successor: With which agent the session goes on, for a new start.

        Returns:
            The agent that a new start ended, if there was one.
        """
        ended = None
        async with self._handling(claim, session_id) as connection:
            await interrupt(connection, session_id)
            refused: int = await connection.fetchval(
                _REFUSE_WAITING, session_id, command.message_id, now
            )
            if successor is not None:
                ended = await _begin_anew(connection, successor, now=now)
            answer = spoken(refused)
            await _answer(connection, claim, command, spoken=answer, turn_id=turn_id, now=now)
        return ended

    async def ask(
        self,
        claim: Claim,
        command: InboundMessage,
        spoken: Sequence[Spoken],
        *,
        request: Request,
        session_id: SessionId,
        turn_id: TurnId,
        now: datetime,
    ) -> None:
        """Ask for a chore, and say so; where one like it waits already, only that.

        Args:
            claim: Of the control lane that the command came in by.
            command: What the person sent.
            spoken: The answer.
            request: The chore.
            session_id: Whose agent it is about.
            turn_id: Under which the answer is booked.
            now: The time.
        """
        async with self._handling(claim, session_id) as connection:
            await ask(connection, session_id, request, now=now)
            await _answer(connection, claim, command, spoken=spoken, turn_id=turn_id, now=now)

    async def undo(
        self,
        claim: Claim,
        command: InboundMessage,
        spoken: Callable[[Undone | None], Sequence[Spoken]],
        *,
        session_id: SessionId,
        successor: AgentId,
        turn_id: TurnId,
        now: datetime,
    ) -> Undone | None:
        """Take back the handoff that a session's agent began from, interrupting a turn.

        Args:
            claim: Of the control lane that the command came in by.
            command: What the person sent.
            spoken: The answer, given what was taken back, if anything was.
            session_id: Whose handoff.
            successor: The id of the agent that goes on.
            turn_id: Under which the answer is booked.
            now: The time.
        """
        async with self._handling(claim, session_id) as connection:
            undone = await take_back(
                connection, session_id, successor=successor, trigger="command", now=now
            )
            answer = spoken(undone)
            await _answer(connection, claim, command, spoken=answer, turn_id=turn_id, now=now)
        return undone

    async def choose_notices(
        self,
        claim: Claim,
        command: InboundMessage,
        spoken: Sequence[Spoken],
        *,
        preference: Preference,
        turn_id: TurnId,
        now: datetime,
    ) -> None:
        """Keep which notices a person wants, and say so."""
        async with self._handling(claim, claim.session_id) as connection:
            await choose_notices(connection, claim.person_id, preference)
            await _answer(connection, claim, command, spoken=spoken, turn_id=turn_id, now=now)

    async def amend(self, claim: Claim, edit: InboundMessage, *, now: datetime) -> None:
        """Apply an edit, as `storage.corrections` says."""
        async with self._handling(claim, claim.session_id) as connection:
            await amend(connection, claim, edit, now=now)

    async def withdraw(self, claim: Claim, deletion: InboundMessage, *, now: datetime) -> None:
        """Apply a deletion, as `storage.corrections` says."""
        async with self._handling(claim, claim.session_id) as connection:
            await withdraw(connection, claim, deletion, now=now)

    @asynccontextmanager
    async def _handling(
        self, claim: Claim, session_id: SessionId
    ) -> AsyncIterator[asyncpg.Connection]:
        """Begin a transaction fenced by the claim, with the session's turns locked."""
        async with self._database.hot() as connection, connection.transaction():
            if await connection.fetchval(HOLDS, *fence(claim)) is None:
                raise SessionConflict(claim.session_id)
            await lock_turns(connection, session_id)
            yield connection


async def _answer(
    connection: asyncpg.Connection,
    claim: Claim,
    command: InboundMessage,
    *,
    spoken: Sequence[Spoken],
    turn_id: TurnId,
    now: datetime,
) -> None:
    await connection.execute(SETTLE, command.message_id, "answered", None, turn_id, now)
    await say(
        connection,
        spoken,
        session_id=claim.session_id,
        person_id=claim.person_id,
        turn_id=turn_id,
        agent_id=None,
        now=now,
    )


async def _begin_anew(
    connection: asyncpg.Connection, agent: Agent, *, now: datetime
) -> Agent | None:
    """End the current agent, and make a new one current, on a trace of its own."""
    ended = await connection.fetchrow(
        "update agent set state = 'terminated', termination_reason = 'user_request',"
        " ended_at = $2 where id = (select agent_id from session where id = $1) returning *",
        agent.session_id,
        now,
    )
    await connection.execute(
        "insert into agent (id, trace_id, session_id, person_id, user_id, platform, provider,"
        " agent_type, version, state, history_from, occupied_tokens, peak_tokens, turns, told,"
        " started_at)"
        " select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, next_position, 0, 0, 0, 0, $11"
        " from session where id = $3",
        agent.agent_id,
        agent.trace_id,
        agent.session_id,
        agent.person_id,
        agent.user_id,
        agent.platform,
        agent.provider,
        agent.agent_type,
        agent.version,
        agent.state,
        now,
    )
    await connection.execute(
        "update session set agent_id = $2, updated_at = $3 where id = $1",
        agent.session_id,
        agent.agent_id,
        now,
    )
    return agent_value(ended) if ended is not None else None
