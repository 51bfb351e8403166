"""Lanes: who may do one kind of a session's work, one at a time.

A lane is awake from the moment work is stored until its holder has seen that there is none
left; the step from asleep to awake enqueues the one job. The holder has a lease, and an
epoch that every later write checks, so that a holder thought dead cannot write any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from context.errors import SessionConflict
from context.messages import PersonId, SessionId
from storage.database import Database


class Lane(StrEnum):
    """The kinds of work a session can have."""

    TURN = "turn"
    CONTROL = "control"
    DELIVER = "deliver"
    MAINTAIN = "maintain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A hold on one lane of one session; `epoch` proves it to every write."""

    session_id: SessionId
    person_id: PersonId
    lane: Lane
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Somebody else has the lane until then, unless they renew."""

    until: datetime


WAKE = """
with woken as (
  insert into lane as l (session_id, name, person_id, awake)
  select id, $2, person_id, true from session where id = $1
  on conflict (session_id, name) do update set awake = true where not l.awake
  returning 1
)
insert into queue.pgqueuer (priority, entrypoint, payload, status)
select 0, $2, convert_to($1, 'UTF8'), 'queued' from woken
"""
"""Wakes lane $2 of session $1; enqueues its job only if it was asleep. Run it in the
transaction that stores the work: the row lock makes `let_go` wait for that commit."""

HOLDS = "select 1 from lane where session_id = $1 and name = $2 and epoch = $3 for update"
"""Whether a claim still holds; nobody else can claim until the transaction ends."""

# What keeps a lane awake, as a condition on session $1.
_WORK: Mapping[Lane, str] = {
    Lane.TURN: "select from inbox where session_id = $1 and lane = 'turn'"
    " and state in ('pending', 'taken') union all"
    " select from chore where session_id = $1 and lane = 'turn' and state = 'pending'",
    Lane.CONTROL: "select from inbox where session_id = $1 and lane = 'control'"
    " and state in ('pending', 'taken')",
    Lane.DELIVER: "select from outbox where session_id = $1"
    " and state in ('pending', 'sending', 'uncertain')",
    Lane.MAINTAIN: "select from chore where session_id = $1 and lane = 'maintain'"
    " and state = 'pending'",
}

_CLAIM = """
update lane set epoch = epoch + 1, leased_until = $4
where session_id = $1 and name = $2 and (leased_until is null or leased_until <= $3)
returning epoch, person_id
"""

# What its holder has just let go of stays free, whichever statement comes first.
_RENEW = """
update lane set leased_until = $4
where session_id = $1 and name = $2 and epoch = $3 and leased_until is not null
returning 1
"""

_YIELD = """
update lane set leased_until = null where session_id = $1 and name = $2 and epoch = $3
"""

_SWEEP = """
with stranded as (
  select l.session_id, l.name from lane l
  where l.awake and (l.leased_until is null or l.leased_until <= $1)
    and not exists (
      select from queue.pgqueuer q
      where q.entrypoint = l.name and q.payload = convert_to(l.session_id, 'UTF8')
        and q.status in ('queued', 'picked'))
), work as (
  select session_id, lane as name from inbox where state in ('pending', 'taken')
  union
  select session_id, 'deliver' from outbox where state in ('pending', 'sending', 'uncertain')
  union
  select session_id, lane from chore where state = 'pending'
), asleep as (
  -- Whatever somebody holds is left to them, or to the next sweep: nobody deadlocks with it.
  update lane l set awake = true from (
    select l.session_id, l.name from lane l join work w using (session_id, name)
    where not l.awake for update of l skip locked
  ) w
  where l.session_id = w.session_id and l.name = w.name
  returning l.session_id, l.name
)
insert into queue.pgqueuer (priority, entrypoint, payload, status)
select 0, name, convert_to(session_id, 'UTF8'), 'queued'
from (select * from stranded union all select * from asleep) lost
"""

# One sweep at a time over all workers; any number that nobody else uses.
_SWEEP_LOCK = 0x4261746F6E


def fence(claim: Claim) -> tuple[str, str, int]:
    """Give the arguments of `HOLDS`."""
    return claim.session_id, claim.lane, claim.epoch


async def hold(connection: AsyncConnection, claim: Claim) -> None:
    """Keep everybody else out until the transaction ends, if the claim still holds.

    Raises:
        SessionConflict: It is lost.
    """
    held = await connection.exec_driver_sql(HOLDS, fence(claim))
    if held.first() is None:
        raise SessionConflict(claim.session_id)


class Lanes:
    """The holds on all lanes, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, session_id: SessionId, lane: Lane, *, now: datetime, until: datetime
    ) -> Claim | Held | None:
        """Take a lane for a while; None if the session has no such lane."""
        async with self._database.hot() as connection:
            row = await connection.fetchrow(_CLAIM, session_id, lane, now, until)
            if row is not None:
                return Claim(
                    session_id=session_id,
                    person_id=PersonId(row["person_id"]),
                    lane=lane,
                    epoch=row["epoch"],
                )
            held = await connection.fetchrow(
                "select leased_until from lane where session_id = $1 and name = $2",
                session_id,
                lane,
            )
        # Whoever held it may have given it back just now.
        return Held(until=held["leased_until"] or now) if held is not None else None

    async def renew(self, claim: Claim, *, until: datetime) -> bool:
        """Hold on for longer; False if the claim is lost, or was given up meanwhile."""
        async with self._database.hot() as connection:
            renewed = await connection.fetchval(
                _RENEW, claim.session_id, claim.lane, claim.epoch, until
            )
        return renewed is not None

    async def let_go(self, claim: Claim) -> bool:
        """Put the lane to sleep if nothing is left; False if there is more to do.

        Two statements on purpose: the first waits for work that is being stored, so that the
        second sees it. In one statement mail was stranded.

        Raises:
            SessionConflict: The claim is lost; the lane may be awake without a job.
        """
        async with self._database.hot() as connection, connection.transaction():
            if await connection.fetchval(HOLDS, *fence(claim)) is None:
                raise SessionConflict(claim.session_id)
            status = await connection.execute(
                "update lane set awake = false, leased_until = null"  # noqa: S608 - constants
                f" where session_id = $1 and name = $2 and not exists ({_WORK[claim.lane]})",
                claim.session_id,
                claim.lane,
            )
        return bool(status == "UPDATE 1")

    async def give_back(self, claim: Claim) -> None:
        """End the lease but leave the lane awake: its job will come again."""
        async with self._database.hot() as connection:
            await connection.execute(_YIELD, claim.session_id, claim.lane, claim.epoch)

    async def sweep(self, *, now: datetime) -> int:
        """Enqueue a job for every lane that should have one and has none; say how many.

        Not optional: when connections are cut between two statements, work is stranded.
        """
        async with self._database.hot() as connection, connection.transaction():
            if not await connection.fetchval(
                "select pg_try_advisory_xact_lock($1)", _SWEEP_LOCK
            ):
                return 0
            status = await connection.execute(_SWEEP, now)
        return int(status.rsplit(" ", 1)[-1])

    async def prune_log(self, *, before: datetime) -> None:
        """Drop PgQueuer's log of finished jobs, which it never drops itself."""
        async with self._database.hot() as connection:
            await connection.execute(
                "delete from queue.pgqueuer_log where created < $1", before
            )
