"""The outbox: what is to be said, in order, and what became of it.

A row goes `pending → sending → sent | uncertain → sent | failed`. `uncertain` means that
the platform may have taken the message; it is settled before anything is sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg

from context.errors import SessionConflict
from context.messages import (
    Address,
    AgentId,
    Button,
    OutboundMessage,
    OutboxId,
    PersonId,
    SessionId,
    TurnId,
)
from context.text import storable
from storage.database import Database
from storage.lanes import WAKE, Claim, Lane
from storage.values import address, address_json, buttons, buttons_json

_SAY = """
insert into outbox
  (id, session_id, person_id, turn_id, agent_id, kind, notice, address, body, buttons,
   created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10::jsonb, $11)
on conflict (id) do nothing
"""

_BEGIN = """
with fence as (
  select 1 from lane where session_id = $1 and name = 'deliver' and epoch = $2 for update
), head as (
  select id from outbox
  where session_id = $1 and state in ('pending', 'sending', 'uncertain')
  order by position limit 1
)
update outbox o set state = 'sending', attempts = attempts + 1, epoch = $2,
  first_tried_at = coalesce(o.first_tried_at, $3)
from head
where o.id = head.id and o.state = 'pending' and exists (select from fence)
  and (o.not_before is null or o.not_before <= $3)
returning o.id, o.address, o.body, o.buttons, o.attempts, o.turn_id
"""

# No row if the claim is lost; a row of nulls if nothing is left to say.
_HEAD = """
select o.* from lane l left join lateral (
  select id, address, body, buttons, state, attempts, not_before, first_tried_at,
    uncertain_at
  from outbox
  where session_id = l.session_id and state in ('pending', 'sending', 'uncertain')
  order by position limit 1
) o on true
where l.session_id = $1 and l.name = 'deliver' and l.epoch = $2
"""

# What a holder knows of a message counts until a later holder begins to send it.
_FAILED = """
update outbox set state = 'failed', code = $4, settled_at = $5
where id = $1 and session_id = $2 and epoch <= $3 and state in ('sending', 'uncertain')
"""
_LATER = """
update outbox set state = 'pending', code = $4, not_before = $5, uncertain_at = null
where id = $1 and session_id = $2 and epoch <= $3 and state in ('sending', 'uncertain')
"""
_UNCERTAIN = """
update outbox set state = 'uncertain', uncertain_at = $4
where id = $1 and session_id = $2 and epoch <= $3 and state = 'sending'
"""

# That it was sent is true whoever holds the lane now.
_SENT = """
update outbox set state = 'sent', receipt = $3, settled_at = $4
where id = $1 and session_id = $2 and state in ('pending', 'sending', 'uncertain')
"""

# How far a message came; a report never takes it back (`context` of DeliveryStatus).
_RANK = "array_position(array['queued', 'sent', 'delivered', 'read', 'failed'], {})"

_REPORT = f"""
update outbox set delivery = $3, code = coalesce($4, code), receipt = coalesce(receipt, $2),
  state = case when $3 = 'failed' then 'failed'
    when state in ('pending', 'sending', 'uncertain') then 'sent' else state end,
  settled_at = coalesce(settled_at, $5)
where (id = $1 or receipt = $2)
  and (delivery is null or {_RANK.format("delivery")} < {_RANK.format("$3")})
returning 1
"""  # noqa: S608 - constants only

# A platform's receipts may be unique in a conversation only, as Slack's are.
_KINDS = """
select receipt, kind, notice from outbox where session_id = $1 and receipt = any($2)
"""


# A message may have been tried first long before the platform took it.
_LONGEST_TRY = timedelta(hours=1)


class Kind(StrEnum):
    """What an outgoing message is."""

    REPLY = "reply"
    NOTICE = "notice"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One platform message to send, before it is stored."""

    outbox_id: OutboxId
    kind: Kind
    notice: str | None = None
    to: Address
    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """The next message, marked as being sent; `attempts` counts this one.

    `turn_id` is the turn in which it was said; None between turns.
    """

    outbound: OutboundMessage
    attempts: int
    turn_id: TurnId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """The next message may be with the platform since `since`; unknown since `uncertain_at`."""

    outbound: OutboundMessage
    attempts: int
    since: datetime
    uncertain_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """The next message waits until then."""

    until: datetime


async def say(
    connection: asyncpg.Connection,
    spoken: Sequence[Spoken],
    *,
    session_id: SessionId,
    person_id: PersonId,
    turn_id: TurnId | None,
    agent_id: AgentId | None,
    now: datetime,
) -> None:
    """Store messages, in order, and wake their delivery, in the caller's transaction."""
    if not spoken:
        return
    await connection.executemany(
        _SAY,
        [
            (
                one.outbox_id,
                session_id,
                person_id,
                turn_id,
                agent_id,
                one.kind,
                one.notice,
                address_json(one.to),
                storable(one.text),
                buttons_json(one.buttons),
                now,
            )
            for one in spoken
        ],
    )
    await connection.execute(WAKE, session_id, Lane.DELIVER)


class Outbox:
    """The outbox in Postgres, as delivery sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next(self, claim: Claim, *, now: datetime) -> ToSend | Unsettled | NotYet | None:
        """Begin sending the session's next message, or say why not; None if all are settled.

        A message that an earlier holder was sending is uncertain: it may have gone out.

        Raises:
            SessionConflict: The claim is lost.
        """
        async with self._database.hot() as connection:
            row = await connection.fetchrow(_BEGIN, claim.session_id, claim.epoch, now)
            if row is not None:
                return ToSend(
                    outbound=_outbound(row),
                    attempts=row["attempts"],
                    turn_id=None if row["turn_id"] is None else TurnId(row["turn_id"]),
                )
            head = await connection.fetchrow(_HEAD, claim.session_id, claim.epoch)
        if head is None:
            raise SessionConflict(claim.session_id)
        if head["id"] is None:
            return None
        if head["state"] == "pending":
            return NotYet(until=head["not_before"] or now)
        if head["state"] == "sending":
            await self.uncertain(claim, OutboxId(head["id"]), now=now)
        return Unsettled(
            outbound=_outbound(head),
            attempts=head["attempts"],
            since=head["first_tried_at"],
            uncertain_at=head["uncertain_at"] or now,
        )

    async def sent(
        self, claim: Claim, outbox_id: OutboxId, *, receipt: str, now: datetime
    ) -> None:
        """Record the platform's receipt, even if the claim is lost by now."""
        await self._execute(_SENT, outbox_id, claim.session_id, receipt, now)

    async def failed(
        self, claim: Claim, outbox_id: OutboxId, *, code: str, now: datetime
    ) -> None:
        """Record a permanent refusal; what follows goes on."""
        await self._execute(_FAILED, outbox_id, claim.session_id, claim.epoch, code, now)

    async def later(
        self, claim: Claim, outbox_id: OutboxId, *, not_before: datetime, code: str
    ) -> None:
        """Put a message back that the platform certainly did not take."""
        await self._execute(_LATER, outbox_id, claim.session_id, claim.epoch, code, not_before)

    async def uncertain(self, claim: Claim, outbox_id: OutboxId, *, now: datetime) -> None:
        """Record that the platform may have taken it."""
        await self._execute(_UNCERTAIN, outbox_id, claim.session_id, claim.epoch, now)

    async def receipts(self, claim: Claim, *, since: datetime) -> frozenset[str]:
        """Read the receipts of the session's messages that were first tried since then."""
        async with self._database.hot() as connection:
            rows = await connection.fetch(
                "select receipt from outbox"
                " where session_id = $1 and receipt is not null and first_tried_at >= $2",
                claim.session_id,
                since - _LONGEST_TRY,
            )
        return frozenset(row["receipt"] for row in rows)

    async def report(
        self,
        *,
        receipt: str,
        outbox_id: OutboxId | None,
        status: str,
        code: str | None,
        now: datetime,
    ) -> bool:
        """Keep a platform's word on a sent message; False if it is unknown or old news."""
        async with self._database.hot() as connection:
            return bool(
                await connection.fetchval(_REPORT, outbox_id, receipt, status, code, now)
            )

    async def kinds(
        self, session_id: SessionId, receipts: Sequence[str]
    ) -> Mapping[str, tuple[Kind, str | None]]:
        """Tell what a session's sent messages are, and which notice, by their receipts."""
        async with self._database.hot() as connection:
            rows = await connection.fetch(_KINDS, session_id, list(receipts))
        return {row["receipt"]: (Kind(row["kind"]), row["notice"]) for row in rows}

    async def _execute(self, statement: str, *arguments: object) -> None:
        async with self._database.hot() as connection:
            await connection.execute(statement, *arguments)


def _outbound(row: asyncpg.Record) -> OutboundMessage:
    return OutboundMessage(
        outbox_id=OutboxId(row["id"]),
        to=address(row["address"]),
        text=row["body"],
        buttons=buttons(row["buttons"]),
    )
