"""The control lane: commands, edits and deletions, which can't queue behind a turn.

Each method is one transaction that settles the message it handles. To interrupt a turn it
raises the epoch of the session's turn lane, so that nothing the turn writes counts any
more, and notifies whoever holds it; a holder that does not hear finds out when it renews.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Literal

import asyncpg

from context.errors import SessionConflict
from context.messages import (
    Deleted,
    Edited,
    InboundMessage,
    MessageId,
    Platform,
    Said,
    SessionId,
    TurnId,
    UserId,
)
from context.session import Agent
from storage.database import Database
from storage.lanes import HOLDS, WAKE, Claim, Lane, fence
from storage.outbox import Spoken, say
from storage.values import inbound, inbound_json

INTERRUPTS = "baton_interrupts"
"""The channel that carries the ids of sessions whose turn lost its claim."""

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

_SETTLE = """
update inbox set state = $2, reason = $3, turn_id = coalesce($4, turn_id), settled_at = $5
where id = $1 and state in ('pending', 'taken')
"""

_LOCK_TURNS = "select 1 from lane where session_id = $1 and name = 'turn' for update"

_INTERRUPT = """
update lane set epoch = epoch + 1, leased_until = null
where session_id = $1 and name = 'turn' and leased_until is not null
returning session_id
"""

# A turn whose first step is committed has acted on the message as it was.
_TARGET = """
select i.id, i.body, i.state, i.turn_id,
  exists (select from step s where s.turn_id = i.turn_id) as acted
from inbox i where i.id = $1 and i.person_id = $2 for update of i
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

_LATE_INSERT = """
insert into inbox
  (id, session_id, person_id, lane, body, state, reason, sent_at, received_at, settled_at)
values ($1, $2, $3, 'turn', $4::jsonb, $5, $6, $7, $8, $9)
on conflict (id) do nothing
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
    ) -> None:
        """Cancel the turn at work and refuse what waited before the command.

        Args:
            claim: Of the control lane that the command came in by.
            command: What the person sent.
            spoken: The answer, given how many messages were refused.
            session_id: Whose turn is stopped.
            turn_id: Under which the answer is booked.
            now: The time.
            successor: With which agent the session goes on, for a new start.
        """
        async with self._handling(claim, session_id) as connection:
            await _interrupt(connection, session_id)
            refused: int = await connection.fetchval(
                _REFUSE_WAITING, session_id, command.message_id, now
            )
            if successor is not None:
                await _begin_anew(connection, successor, now=now)
            answer = spoken(refused)
            await _answer(connection, claim, command, spoken=answer, turn_id=turn_id, now=now)

    async def amend(self, claim: Claim, edit: InboundMessage, *, now: datetime) -> None:
        """Apply an edit: amend what waits, restart a turn that has not acted, else mail it.

        In a direct chat an edit that comes before its message stands for it; the late
        original is then a redelivery. In a shared place an unknown message was not for us.
        """
        content = edit.content
        if not isinstance(content, Edited):
            raise TypeError("only an edit amends")
        said = Said(text=content.text, media=content.media)
        async with self._handling(claim, claim.session_id) as connection:
            target = await connection.fetchrow(_TARGET, content.target, claim.person_id)
            if target is None:
                if not edit.shared:
                    late = _message(edit, content.target, said)
                    await _insert(connection, claim, late, state="pending", now=now)
            elif target["state"] == "pending" or (
                target["state"] == "taken" and not target["acted"]
            ):
                original = inbound(target["body"])
                amended = _message(original, original.message_id, said)
                await connection.execute(
                    "update inbox set body = $2::jsonb where id = $1",
                    target["id"],
                    inbound_json(amended),
                )
                if target["state"] == "taken":
                    await _interrupt(connection, claim.session_id)
            elif target["state"] != "refused":
                corrected = Said(text=f"(Correction of my earlier message:) {said.text}")
                mail = _message(edit, MessageId(f"{edit.message_id}-mail"), corrected)
                await _insert(connection, claim, mail, state="pending", now=now)
            await connection.execute(WAKE, claim.session_id, Lane.TURN)
            await connection.execute(_SETTLE, edit.message_id, "merged", "edit", None, now)

    async def withdraw(self, claim: Claim, deletion: InboundMessage, *, now: datetime) -> None:
        """Apply a deletion: an unanswered message is withdrawn, an answered one stays said.

        A deletion that comes before its message refuses it in advance.
        """
        content = deletion.content
        if not isinstance(content, Deleted):
            raise TypeError("only a deletion withdraws")
        async with self._handling(claim, claim.session_id) as connection:
            target = await connection.fetchrow(_TARGET, content.target, claim.person_id)
            if target is None:
                late = _message(deletion, content.target, Said(text=""))
                await _insert(connection, claim, late, state="refused", now=now)
            elif target["state"] in {"pending", "taken"}:
                await connection.execute(
                    _SETTLE, target["id"], "refused", "withdrawn", None, now
                )
                if target["state"] == "taken":
                    await _interrupt(connection, claim.session_id)
            await connection.execute(
                _SETTLE, deletion.message_id, "merged", "deletion", None, now
            )

    @asynccontextmanager
    async def _handling(
        self, claim: Claim, session_id: SessionId
    ) -> AsyncIterator[asyncpg.Connection]:
        """Begin a transaction fenced by the claim, with the session's turn lane locked.

        The lane is locked before any mail, as turns do, so that the two cannot deadlock.
        """
        async with self._database.hot() as connection, connection.transaction():
            if await connection.fetchval(HOLDS, *fence(claim)) is None:
                raise SessionConflict(claim.session_id)
            await connection.execute(_LOCK_TURNS, session_id)
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
    await connection.execute(_SETTLE, command.message_id, "answered", None, turn_id, now)
    await say(
        connection,
        spoken,
        session_id=claim.session_id,
        person_id=claim.person_id,
        turn_id=turn_id,
        agent_id=None,
        now=now,
    )


async def _interrupt(connection: asyncpg.Connection, session_id: SessionId) -> None:
    """Take the claim away from a turn at work, and let its holder know."""
    if await connection.fetchval(_INTERRUPT, session_id) is not None:
        await connection.execute("select pg_notify($1, $2)", INTERRUPTS, session_id)


async def _begin_anew(connection: asyncpg.Connection, agent: Agent, *, now: datetime) -> None:
    """End the current agent, and make a new one current, on a trace of its own."""
    await connection.execute(
        "update agent set state = 'terminated', termination_reason = 'user_request',"
        " ended_at = $2 where id = (select agent_id from session where id = $1)",
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


def _message(source: InboundMessage, message_id: MessageId, said: Said) -> InboundMessage:
    return InboundMessage(
        message_id=message_id,
        user_id=source.user_id,
        platform=source.platform,
        conversation=source.conversation,
        shared=source.shared,
        reply_to=source.reply_to,
        sent_at=source.sent_at,
        speaker=source.speaker,
        content=said,
    )


async def _insert(
    connection: asyncpg.Connection,
    claim: Claim,
    message: InboundMessage,
    *,
    state: Literal["pending", "refused"],
    now: datetime,
) -> None:
    is_refused = state == "refused"
    await connection.execute(
        _LATE_INSERT,
        message.message_id,
        claim.session_id,
        claim.person_id,
        inbound_json(message),
        state,
        "withdrawn" if is_refused else None,
        message.sent_at,
        now,
        now if is_refused else None,
    )
