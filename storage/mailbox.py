"""The mailbox of each session: what came in, kept before it is acknowledged.

Accepting is one text statement in one commit; the ORM costs three times as much here.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from asyncpg.exceptions import ForeignKeyViolationError

from context.errors import SessionConflict
from context.messages import (
    InboundMessage,
    PersonId,
    Said,
    TurnId,
    person_id,
    session_id,
)
from context.text import storable
from storage.database import Database
from storage.lanes import HOLDS, Claim, Lane, fence
from storage.tombstones import REFUSED, Digests, enter
from storage.values import inbound, inbound_json

# A turn answers at most so many messages; what is over forms the next one.
_MOST_MERGED = 50

# Stores a message of session $2, whose person `owner` gives, and wakes the lane if it slept.
_STORE = """
stored as (
  insert into inbox (id, session_id, person_id, lane, body, sent_at, received_at)
  select $1, $2::text, person_id, $3, $4::jsonb, $5, $6 from owner
  on conflict (id) do nothing returning session_id, person_id, lane
), woken as (
  insert into lane as l (session_id, name, person_id, awake)
  select session_id, lane, person_id, true from stored
  on conflict (session_id, name) do update set awake = true where not l.awake
  returning l.session_id, l.name
), job as (
  insert into queue.pgqueuer (priority, entrypoint, payload, status)
  select 0, name, convert_to(session_id, 'UTF8'), 'queued' from woken
)
select 1 from stored
"""

# What was sent before its person was erased, by the digests $7 and $8: a look into an index.
_IS_REFUSED = REFUSED.format(identity="$7::text", message="$8::text", sent_at="$5")

_ACCEPT = f"""
with owner as (
  select person_id from session where id = $2::text and not exists ({_IS_REFUSED})
), {_STORE}
"""  # noqa: S608 - constants only

# The first of a session, and perhaps of a person. A session stored by another transaction
# while this statement ran is not in its snapshot: then nothing is stored.
_ACCEPT_FIRST = f"""
with owner as (
  insert into session
    (id, person_id, user_id, platform, provider, conversation, shared, created_at, updated_at)
  select $2::text, coalesce(
      (select coalesce(p.linked_to, p.id) from identity n join person p on p.id = n.person_id
       where n.platform = $11 and n.user_id = $10), $9),
    $10, $11, $12, $13, $14, $6, $6
  where not exists ({_IS_REFUSED})
  on conflict (id) do nothing returning person_id
), new_person as (
  insert into person (id, created_at) select person_id, $6 from owner
  on conflict do nothing
), new_identity as (
  insert into identity (platform, user_id, person_id, speaker, created_at)
  select $11, $10, person_id, $15, $6 from owner on conflict do nothing
), {_STORE}
"""  # noqa: S608 - constants only

# Known, or refused.
_SETTLED = f"""
select 1 from inbox where id = $1 union all
select 1 where exists (
  {REFUSED.format(identity="$2::text", message="$3::text", sent_at="$4")}) limit 1
"""  # noqa: S608 - constants only

# What was refused while the fence waited is seen by the update alone: the rest of the
# statement knows what was there when it began.
_TAKE = """
with fence as (
  select 1 from lane where session_id = $1 and name = 'turn' and epoch = $2 for update
), open as (
  select turn_id from inbox
  where session_id = $1 and lane = 'turn' and state = 'taken' limit 1
), chosen as (
  select id from inbox
  where session_id = $1 and lane = 'turn' and exists (select from fence)
    and state in ('pending', 'taken')  -- for the index, which knows no case
    and state = case when exists (select from open) then 'taken' else 'pending' end
  order by sent_at, position limit $4
)
update inbox i set state = 'taken', attempts = attempts + 1, taken_at = $5,
  turn_id = coalesce((select turn_id from open), $3)
from chosen where i.id = chosen.id and i.state in ('pending', 'taken')
returning i.body, i.turn_id, i.attempts, i.sent_at, i.position
"""

_LATEST_FATE = """
select state, reason from inbox
where session_id = $1 and lane = 'turn' and state not in ('pending', 'taken')
order by sent_at desc, position desc limit 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The messages that one turn answers, in order.

    `attempts` is how often they have been taken, this time included; a turn that was
    interrupted is taken again under the same id.
    """

    turn_id: TurnId
    messages: tuple[InboundMessage, ...]
    attempts: int


class Mailbox:
    """Everything that came in, in Postgres."""

    def __init__(self, database: Database, *, digests: Digests | None = None) -> None:
        """Keep where to.

        Args:
            database: Everything.
            digests: What erased people are known by; without it nobody was ever erased.
        """
        self._database = database
        self._digests = digests

    async def put(self, messages: Sequence[InboundMessage], *, now: datetime) -> int:
        """Keep messages and wake who handles them; say how many were new.

        All or none are kept. A message that was kept before changes nothing; one from before
        its person was erased is refused.

        Raises:
            StoreUnavailable: The database is out of reach; nothing is kept.
        """
        while True:
            # The session was erased while its message was being stored: look again.
            with suppress(ForeignKeyViolationError):
                return await self._put_all(messages, now=now)

    async def _put_all(self, messages: Sequence[InboundMessage], *, now: datetime) -> int:
        new = 0
        async with self._database.hot() as connection:
            if len(messages) == 1:
                return await self._put(connection, messages[0], now=now)
            async with connection.transaction():
                # Before any lane is locked, or an erasure might wait for us, and we for it.
                await enter(connection, {_sender(message) for message in messages})
                for message in messages:
                    new += await self._put(connection, message, now=now)
        return new

    async def _put(
        self, connection: asyncpg.Connection, message: InboundMessage, *, now: datetime
    ) -> int:
        digests = self._digests_of(message)
        kept = (
            message.message_id,
            session_id(message.platform, message.user_id, message.conversation),
            Lane.TURN if isinstance(message.content, Said) else Lane.CONTROL,
            inbound_json(message),
            message.sent_at,
            now,
            *digests,
        )
        while not await connection.fetchval(_ACCEPT, *kept):
            if await connection.fetchval(
                _SETTLED, message.message_id, *digests, message.sent_at
            ):
                return 0
            sender = (
                _sender(message),
                message.user_id,
                message.platform,
                message.reply_to.provider,
                message.conversation,
                message.shared,
                storable(message.speaker) if message.speaker is not None else None,
            )
            async with connection.transaction():
                await enter(connection, [_sender(message)])
                if await connection.fetchval(_ACCEPT_FIRST, *kept, *sender):
                    break
        return 1

    def _digests_of(self, message: InboundMessage) -> tuple[str, str]:
        if self._digests is None:
            return ("", "")
        return (
            self._digests.of_identity(message.platform, message.user_id),
            self._digests.of_message(message.message_id),
        )

    async def take(self, claim: Claim, *, turn_id: TurnId, now: datetime) -> Mail | None:
        """Take the waiting mail for one turn; None if there is none.

        Mail that an interrupted turn had taken comes first, alone, under that turn's id.

        Raises:
            SessionConflict: The claim is lost.
        """
        async with self._database.hot() as connection:
            rows = await connection.fetch(
                _TAKE, claim.session_id, claim.epoch, turn_id, _MOST_MERGED, now
            )
            if not rows and not await connection.fetchval(HOLDS, *fence(claim)):
                raise SessionConflict(claim.session_id)
        if not rows:
            return None
        rows.sort(key=lambda row: (row["sent_at"], row["position"]))
        return Mail(
            turn_id=TurnId(rows[0]["turn_id"]),
            messages=tuple(inbound(row["body"]) for row in rows),
            attempts=max(row["attempts"] for row in rows),
        )

    async def failed_before(self, claim: Claim, *, reason: str) -> bool:
        """Tell whether the session's latest turn that came to an end failed for this reason.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            row = await connection.fetchrow(_LATEST_FATE, claim.session_id)
        return row is not None and (row["state"], row["reason"]) == ("failed", reason)


def _sender(message: InboundMessage) -> PersonId:
    """Who a message is from, unless its identity was made another person's."""
    return person_id(message.platform, message.user_id)
