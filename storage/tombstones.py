"""What is left of an erased person, so that late work brings nothing back.

An identity leaves a digest with the date: what was sent before is refused. Some platforms do
not say when a message was sent, so the latest messages leave one each, for as long as a
platform may send them again. Digests are made under the service's key: whoever has the
database alone cannot try out phone numbers.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg

from context.messages import MessageId, PersonId, Platform, UserId
from storage.database import Database

SENT_AGAIN_WITHIN = timedelta(days=7)
"""Longest that a platform goes on sending a message (WhatsApp Cloud API, read 2026-11)."""

REFUSED = """
select from erasure
where digest in ({identity}, {message}) and (kind = 'message' or erased_at >= {sent_at})
"""
"""Whether a message is from before its person was erased, by parameters to be put in: two
digests and a time. With an array instead Postgres would plan the statement at each message."""

_ENTER = """
select pg_advisory_xact_lock_shared(hashtextextended(person_id, 0))
from (select unnest($1::text[]) as person_id order by 1) gates
"""
_CLOSE = _ENTER.replace("lock_shared", "lock")
_FILES = "select path from erased_file where erased_at >= $1 order by path"
_FORGET = "delete from erasure where kind = 'message' and erased_at <= $1"
_HOLD_PAST = "select pg_advisory_xact_lock(hashtextextended($1, 1))"


@dataclass(frozen=True, slots=True)
class Digests:
    """Stands in for identities and messages; `key` is the service's secret."""

    key: bytes = field(repr=False)

    def of_identity(self, platform: Platform, user_id: UserId) -> str:
        """Give the digest of an identity, 64 hex digits."""
        return self._of(f"{platform}:{user_id}")

    def of_message(self, message_id: MessageId) -> str:
        """Give the digest of a message, 64 hex digits; never that of an identity."""
        return self._of(f"\0{message_id}")

    def _of(self, text: str) -> str:
        return hmac.digest(self.key, text.encode(), hashlib.sha256).hex()


class Tombstones:
    """What erased people left for workers to see to, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def files(self, *, since: datetime) -> tuple[str, ...]:
        """Read which handoffs' files have been due to go since then, on whichever host.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            return tuple(row["path"] for row in await connection.fetch(_FILES, since))

    async def forget_messages(self, *, now: datetime) -> None:
        """Drop the digests of messages that no platform sends again any more.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            await connection.execute(_FORGET, now - SENT_AGAIN_WITHIN)


async def enter(connection: asyncpg.Connection, persons: Iterable[PersonId]) -> None:
    """Keep people from being erased until the transaction ends, or wait until they are.

    Whoever stores the first message of a session comes through here: nothing of it is there
    yet that an erasure could lock.
    """
    await connection.execute(_ENTER, list(persons))


async def close_gates(
    connection: asyncpg.Connection, persons: Iterable[PersonId], *, patience_s: float
) -> None:
    """Keep people from getting further sessions until the transaction ends."""
    await connection.execute(_CLOSE, list(persons), timeout=patience_s)


async def hold_past(
    connection: asyncpg.Connection, person_id: PersonId, *, patience_s: float
) -> None:
    """Let nobody else import or erase a person's past until the transaction ends."""
    await connection.execute(_HOLD_PAST, person_id, timeout=patience_s)
