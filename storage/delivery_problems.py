"""What does not arrive: messages whose sending failed or is uncertain, and answers overdue."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from context.messages import MessageId, OutboxId, Platform, SessionId, UserId
from storage.database import Database
from storage.figures import OVERDUE_AFTER

# The states are those of the partial indexes on unsettled and on failed messages.
_BY_CODE = text("""
select o.state, o.code, s.platform, count(*) as messages, max(o.at) as newest_at
from (
  select state, code, session_id, created_at as at from outbox
  where state in ('pending', 'sending', 'uncertain')
    and (state = 'uncertain' or (state = 'pending' and attempts > 0))
  union all
  select state, code, session_id, settled_at from outbox where state = 'failed'
) o join session s on s.id = o.session_id
group by o.state, o.code, s.platform
order by messages desc, newest_at desc limit :limit
""")

_UNSETTLED = text("""
select o.id as outbox_id, o.session_id, s.user_id, s.platform, o.state, o.code, o.kind,
  o.attempts, o.created_at, o.not_before
from outbox o join session s on s.id = o.session_id
where o.state in ('pending', 'sending', 'uncertain')
  and (o.state = 'uncertain' or (o.state = 'pending' and o.attempts > 0))
order by o.created_at limit :limit
""")

# The view judges; which rows it could be about is found by index.
_OVERDUE = text("""
select f.message_id, f.session_id, s.user_id, s.platform, f.lane, f.received_at
from message_fate f join session s on s.id = f.session_id
where f.fate = 'waiting' and f.received_at <= :before and f.message_id in (
  select id from inbox where state in ('pending', 'taken')
  union
  select i.id from inbox i join outbox o on o.turn_id = i.turn_id
  where o.state in ('pending', 'sending', 'uncertain'))
order by f.received_at limit :limit
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How many messages to one platform are in one state for one reason.

    Attributes:
        state: `uncertain`, `failed`, or `pending` for one that is tried again.
        code: What the platform said; None where it said nothing.
    """

    state: str
    code: str | None
    platform: Platform
    messages: int
    newest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledMessage:
    """A message to a person that was tried and has not arrived yet.

    Attributes:
        not_before: When it is tried again, where that is known.
    """

    outbox_id: OutboxId
    session_id: SessionId
    user_id: UserId
    platform: Platform
    state: str
    code: str | None
    kind: str
    attempts: int
    created_at: datetime
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueMessage:
    """A message of a person that has waited too long for its answer."""

    message_id: MessageId
    session_id: SessionId
    user_id: UserId
    platform: Platform
    lane: str
    received_at: datetime


class DeliveryProblems:
    """What does not arrive, in Postgres; all without anybody's words."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_code(self, *, limit: int) -> tuple[Trouble, ...]:
        """Count them by state, code and platform, most first.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_BY_CODE, {"limit": limit})).mappings()
            return tuple(Trouble(**row) for row in rows)

    async def unsettled(self, *, limit: int) -> tuple[UnsettledMessage, ...]:
        """Read those that may still arrive, the oldest first.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_UNSETTLED, {"limit": limit})).mappings()
            return tuple(UnsettledMessage(**row) for row in rows)

    async def overdue(self, *, now: datetime, limit: int) -> tuple[OverdueMessage, ...]:
        """Read the messages that are overdue (`OVERDUE_AFTER`), the oldest first.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        asked = {"before": now - OVERDUE_AFTER, "limit": limit}
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_OVERDUE, asked)).mappings()
            return tuple(OverdueMessage(**row) for row in rows)
