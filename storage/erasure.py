"""Erasing a person: every row of every table in one transaction, and a receipt.

What is at work meanwhile is waited for by the locks it holds, in the order in which work
takes them, so nobody deadlocks; what comes later finds its lane gone and keeps nothing.
Nobody else waits: all that is locked is the person's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import asyncpg
from sqlalchemy import Table

from context.messages import MessageId, PersonId, Platform, SessionId, UserId, person_id
from storage.database import Database
from storage.day_totals import unfold_days_of
from storage.interrupts import INTERRUPTS
from storage.tables.row import NAMES
from storage.tombstones import SENT_AGAIN_WITHIN, Digests, close_gates, hold_past

# The rows of a hundred thousand messages take some seconds.
_PATIENCE_S = 3600.0

OUTLIVES = "audit_log"
"""Keeps its rows, which say what operators did, and forgets whom they did it to."""

# The one that others are linked to comes first.
_PERSONS = """
with root as (
  select distinct coalesce(p.linked_to, p.id) as id
  from identity n join person p on p.id = n.person_id where n.user_id = $1
)
select id from (
  select id, 0 as place from root
  union all select p.id, 1 from person p join root on p.linked_to = root.id
) everyone order by place, id
"""
_IDENTITIES = """
select platform, user_id from identity where person_id = any($1::text[])
order by platform, user_id
"""
_SESSIONS = "select id from session where person_id = any($1::text[]) order by id"

# As work locks them: commands before turns, turns before housekeeping, all before deliveries,
# and lanes before sessions.
_LOCK_LANES = """
select from lane where session_id = any($1::text[])
order by array_position(array['control', 'turn', 'maintain', 'deliver'], name), session_id
for update
"""
_LOCK_SESSIONS = "select from session where id = any($1::text[]) order by id for update"

_LATEST_MESSAGES = "select id from inbox where person_id = any($1::text[]) and received_at > $2"

_LEAVE = """
insert into erasure (digest, kind, receipt_id, erased_at)
select digest, $2, $3, $4 from unnest($1::text[]) as digest
on conflict (digest) do update set receipt_id = $3, erased_at = $4
"""
_LEAVE_FILES = """
insert into erased_file (path, erased_at)
select distinct markdown_path, $2::timestamptz from agent_handoff
where person_id = any($1::text[]) and markdown_path is not null
on conflict (path) do update set erased_at = $2
"""

_FORGET_WHOM = """
update audit_log set person_id = null, subject = null where person_id = any($1::text[])
"""

# A job says nothing but the session; one that a worker is about to take finds no lane.
_DROP_JOBS = """
delete from queue.pgqueuer where id in (
  select q.id from queue.pgqueuer q
  join unnest($1::text[]) as session_id on q.payload = convert_to(session_id, 'UTF8')
  where q.status = 'queued' for update of q skip locked)
"""

_INTERRUPT = "select pg_notify($1, id) from unnest($2::text[]) as id"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedIdentity:
    """An identity that was erased, as it is remembered: by its digest."""

    platform: Platform
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that a person was erased, without a word on who it was.

    Attributes:
        identities: All the person had, linked ones included.
        rows: Table → how many rows of it were the person's.
    """

    receipt_id: str
    erased_at: datetime
    identities: tuple[ErasedIdentity, ...]
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Person:
    """Everything a person is found by."""

    persons: Sequence[PersonId]
    identities: Sequence[tuple[Platform, UserId]]

    @property
    def gates(self) -> frozenset[PersonId]:
        """The ids under which a first message of the person would come."""
        named = {person_id(platform, user_id) for platform, user_id in self.identities}
        return frozenset({*self.persons, *named})


class Erasure:
    """Erases people, in Postgres."""

    def __init__(self, database: Database, *, digests: Digests) -> None:
        """Keep where from.

        Args:
            database: Everything.
            digests: Under the key that the web process checks what comes in with.
        """
        self._database = database
        self._digests = digests

    async def holdings(self, user_id: UserId) -> Mapping[str, int] | None:
        """Count what an erasure would remove, per table; None if nobody is known by that.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection, connection.transaction():
            found = await _person(connection, user_id)
            if not found.persons:
                return None
            sessions = await _sessions(connection, found)
            return {
                table.name: await connection.fetchval(
                    f"select count(*) from {table.name} where {_is_theirs(table)}",  # noqa: S608 - ours
                    _whose(table, found, sessions),
                    timeout=_PATIENCE_S,
                )
                for table in _tables_of_people()
            }

    async def erase(self, user_id: UserId, *, now: datetime) -> Receipt | None:
        """Erase everything held of a person, all of it or nothing.

        Args:
            user_id: Any identity of the person.
            now: What was sent until then stays away.

        Returns:
            The receipt; None if nobody is known by that identity, or no longer.

        Raises:
            StoreUnavailable: The database is out of reach; nothing is erased.
        """
        async with self._database.hot() as connection, connection.transaction():
            found = await _held_still(connection, user_id)
            if not found.persons:
                return None
            sessions = await _sessions(connection, found)
            receipt_id = uuid4().hex
            identities = tuple(
                ErasedIdentity(
                    platform=platform, digest=self._digests.of_identity(platform, name)
                )
                for platform, name in found.identities
            )
            await _leave(
                connection,
                found,
                receipt_id=receipt_id,
                digests={
                    "identity": [one.digest for one in identities],
                    "message": await self._latest_messages(connection, found, now=now),
                },
                now=now,
            )
            rows = await _removed(connection, found, sessions)
        return Receipt(receipt_id=receipt_id, erased_at=now, identities=identities, rows=rows)

    async def _latest_messages(
        self, connection: asyncpg.Connection, found: _Person, *, now: datetime
    ) -> list[str]:
        """Give the digests of what a platform may send again."""
        rows = await connection.fetch(
            _LATEST_MESSAGES, found.persons, now - SENT_AGAIN_WITHIN, timeout=_PATIENCE_S
        )
        return [self._digests.of_message(MessageId(row["id"])) for row in rows]


async def _person(connection: asyncpg.Connection, user_id: UserId) -> _Person:
    persons = [PersonId(row["id"]) for row in await connection.fetch(_PERSONS, user_id)]
    rows = await connection.fetch(_IDENTITIES, persons)
    return _Person(
        persons, [(Platform(row["platform"]), UserId(row["user_id"])) for row in rows]
    )


async def _held_still(connection: asyncpg.Connection, user_id: UserId) -> _Person:
    """Find a person, and let nobody add to what is theirs until the transaction ends."""
    found = await _person(connection, user_id)
    if not found.persons:
        return found
    await hold_past(connection, found.persons[0], patience_s=_PATIENCE_S)
    closed: frozenset[PersonId] = frozenset()
    # Whoever was erased, or got another identity, while this waited is looked up again.
    while not (gates := (found := await _person(connection, user_id)).gates) <= closed:
        await close_gates(connection, gates, patience_s=_PATIENCE_S)
        closed |= gates
    sessions = await _sessions(connection, found)
    await connection.execute(_LOCK_LANES, sessions, timeout=_PATIENCE_S)
    await connection.execute(_LOCK_SESSIONS, sessions, timeout=_PATIENCE_S)
    return found


async def _sessions(connection: asyncpg.Connection, found: _Person) -> list[SessionId]:
    return [SessionId(row["id"]) for row in await connection.fetch(_SESSIONS, found.persons)]


async def _leave(
    connection: asyncpg.Connection,
    found: _Person,
    *,
    receipt_id: str,
    digests: Mapping[str, Sequence[str]],
    now: datetime,
) -> None:
    """Leave what late work is held against, and which files are to go."""
    for kind, ones in digests.items():
        await connection.execute(_LEAVE, ones, kind, receipt_id, now, timeout=_PATIENCE_S)
    await connection.execute(_LEAVE_FILES, found.persons, now, timeout=_PATIENCE_S)


async def _removed(
    connection: asyncpg.Connection, found: _Person, sessions: Sequence[SessionId]
) -> dict[str, int]:
    """Remove everything, what refers to it first; say how much of which table it was."""
    await unfold_days_of(connection, found.persons)
    rows: dict[str, int] = {}
    for table in _tables_of_people():
        status = await connection.execute(
            f"delete from {table.name} where {_is_theirs(table)}",  # noqa: S608 - ours
            _whose(table, found, sessions),
            timeout=_PATIENCE_S,
        )
        rows[table.name] = int(status.rsplit(" ", 1)[-1])
    # Last: whoever writes one meanwhile has locked a row that is gone by now.
    await connection.execute(_FORGET_WHOM, found.persons, timeout=_PATIENCE_S)
    await connection.execute(_DROP_JOBS, sessions, timeout=_PATIENCE_S)
    await connection.execute(_INTERRUPT, INTERRUPTS, sessions)
    return rows


def _tables_of_people() -> list[Table]:
    """Every table that carries a person, those that refer to others first."""
    return [
        table
        for table in reversed(NAMES.sorted_tables)
        if table.name != OUTLIVES and (table.name == "person" or "person_id" in table.c)
    ]


def _is_theirs(table: Table) -> str:
    """The condition on a row, by the column that has an index."""
    match table.name:
        case "person":
            return "id = any($1::text[])"
        case "lane":
            return "session_id = any($1::text[])"
        case _:
            return "person_id = any($1::text[])"


def _whose(table: Table, found: _Person, sessions: Sequence[SessionId]) -> Sequence[str]:
    return sessions if table.name == "lane" else found.persons
