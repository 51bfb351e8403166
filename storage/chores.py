"""Chores: housekeeping that a session was asked to do, between turns or beside them.

One chore of a kind waits per agent; asking again while it waits changes nothing, except that
a person's command takes its place: somebody waits for an answer then, and may have said more.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import uuid4

import asyncpg

from context.messages import Address, AgentId
from context.text import storable
from storage.database import Database
from storage.lanes import HOLDS, WAKE, Claim, Lane, fence
from storage.values import address, address_json

ChoreKind = Literal["draft", "compaction", "handoff"]
ChoreTrigger = Literal["threshold", "forecast", "command", "idle", "admin"]
ChoreState = Literal["done", "failed"]

_MOST_ATTEMPTS = 5

# A handoff ends an agent, which only the holder of the turns may do.
_LANES = {"draft": Lane.MAINTAIN, "compaction": Lane.MAINTAIN, "handoff": Lane.TURN}

# Under its new id a chore that is being done already is done again, as it was asked for now.
_ASK = """
insert into chore
  (id, session_id, person_id, agent_id, lane, kind, trigger, focus, address, created_at)
select $1, $2, s.person_id, $3, $4, $5, $6, $7, $8::jsonb, $9 from session s where s.id = $2
on conflict (session_id, agent_id, kind) where state = 'pending' do update set
  id = excluded.id, trigger = excluded.trigger, address = excluded.address, attempts = 0,
  focus = coalesce(excluded.focus, chore.focus)
  where excluded.trigger = 'command'
returning 1
"""

_TAKE = """
update chore c set attempts = attempts + 1,
  state = case when attempts >= $4 then 'failed' else state end,
  settled_at = case when attempts >= $4 then $3::timestamptz end
where c.id = (
  select id from chore
  where session_id = $1 and lane = $2 and state = 'pending'
    and exists (
      select from lane where session_id = $1 and name = $2 and epoch = $5 for update)
  order by created_at, id limit 1)
returning c.*
"""

_SETTLE = """
update chore set state = $2, settled_at = $3 where id = $1 and state = 'pending'
"""


# The sweep wakes their lanes. Whoever may not hand over is asked once, not at every look.
_ASK_IDLE = """
insert into chore (id, session_id, person_id, agent_id, lane, kind, trigger, created_at)
select gen_random_uuid()::text, idle.id, idle.person_id, idle.agent_id, 'turn', 'handoff',
  'idle', $2
from (
  select s.id, s.person_id, a.id as agent_id
  from session s join agent a on a.id = s.agent_id
  where s.updated_at <= $1 and a.turns > 0 and a.ended_at is null
    and not exists (
      select from chore c
      where c.person_id = s.person_id and c.agent_id = a.id and c.trigger = 'idle'
        and c.created_at > s.updated_at)
  for key share of s skip locked  -- one that is being erased
) idle
on conflict (session_id, agent_id, kind) where state = 'pending' do nothing
"""

_STUCK = """
select count(*) from chore where state = 'pending' and created_at <= $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A chore that is asked for.

    Attributes:
        focus: What a compaction is to keep above all, in the person's words.
        to: Where to say what came of it.
    """

    agent_id: AgentId
    kind: ChoreKind
    trigger: ChoreTrigger
    focus: str | None = field(default=None, repr=False)
    to: Address | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """A chore that is being done."""

    chore_id: str
    agent_id: AgentId
    kind: ChoreKind
    trigger: ChoreTrigger
    focus: str | None = field(default=None, repr=False)
    to: Address | None = field(default=None, repr=False)


async def ask(
    connection: asyncpg.Connection, session_id: str, request: Request, *, now: datetime
) -> bool:
    """Ask for a chore in the caller's transaction; False if one like it waits already."""
    lane = _LANES[request.kind]
    asked = await connection.fetchval(
        _ASK,
        uuid4().hex,
        session_id,
        request.agent_id,
        lane,
        request.kind,
        request.trigger,
        storable(request.focus) if request.focus is not None else None,
        address_json(request.to) if request.to is not None else None,
        now,
    )
    if asked is None:
        return False
    await connection.execute(WAKE, session_id, lane)
    return True


async def settle_chore(
    connection: asyncpg.Connection, chore_id: str, *, state: ChoreState, now: datetime
) -> None:
    """Settle a chore in the caller's transaction."""
    await connection.execute(_SETTLE, chore_id, state, now)


class Chores:
    """What waits to be done, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, claim: Claim, *, now: datetime) -> Chore | None:
        """Take the oldest chore of the claim's lane; None if none waits or the claim is lost.

        One that was begun too often is given up.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            while True:
                row = await connection.fetchrow(
                    _TAKE, claim.session_id, claim.lane, now, _MOST_ATTEMPTS, claim.epoch
                )
                if row is None or row["state"] == "pending":
                    return _chore(row) if row is not None else None

    async def settle(
        self, claim: Claim, chore: Chore, *, state: ChoreState, now: datetime
    ) -> None:
        """Settle a chore, if the claim still holds.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection, connection.transaction():
            if await connection.fetchval(HOLDS, *fence(claim)) is not None:
                await settle_chore(connection, chore.chore_id, state=state, now=now)

    async def ask_idle(self, *, idle_since: datetime, now: datetime) -> int:
        """Ask for a handoff of every agent that has answered nothing since then; say how many.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            status = await connection.execute(_ASK_IDLE, idle_since, now)
        return int(status.rsplit(" ", 1)[-1])

    async def stuck(self, *, asked_before: datetime) -> int:
        """Count what was asked for before then and is not done yet.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            return int(await connection.fetchval(_STUCK, asked_before))


def _chore(row: asyncpg.Record) -> Chore:
    return Chore(
        chore_id=row["id"],
        agent_id=AgentId(row["agent_id"]),
        kind=row["kind"],
        trigger=row["trigger"],
        focus=row["focus"],
        to=address(row["address"]) if row["address"] is not None else None,
    )
