"""Kills by a schedule, and how long it takes until everything goes on."""

import asyncio
import contextlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from time import monotonic
from typing import assert_never

from asyncpg import Record

from bot.ports import Clock
from context.errors import StoreUnavailable
from tests.chaos.deployment import Deployment
from tests.chaos.moments import Moment, Moments, until

_LOOK_EVERY_S = 0.1

# Lane → the state of its lease, for lanes that somebody holds or held.
_LEASES = "select session_id, name, epoch, leased_until from lane"

_WORKED_SINCE = """
select exists (select from outbox where first_tried_at > $1)
    or exists (select from inbox where settled_at > $1) as worked
"""


class Victim(StrEnum):
    """What can be killed."""

    WEB = "web"
    WORKER = "worker"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """When to kill what.

    Attributes:
        victims: All at once.
        which: Which process, of several of a kind.
        after: How many messages the model has answered by then.
        at: At which moment then, so that every step of a message's way is hit.
    """

    victims: tuple[Victim, ...]
    which: int
    after: int
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How long it took after a kill until what died was at work again.

    For a web process: until it is ready for webhooks. For a worker: until every lane it
    held is claimed anew (None if it held none). For the database: until a web process is
    ready and a worker has committed something new.
    """

    kill: Kill
    victim: Victim
    seconds: float | None


def schedule(
    chance: random.Random, victims: Sequence[tuple[Victim, ...]], *, messages: int
) -> Iterator[Kill]:
    """Spread kills over a run, each at a random point of its share of it."""
    order = chance.sample(victims, len(victims))
    share = messages * 0.85 / len(order)
    for number, together in enumerate(order):
        yield Kill(
            victims=together,
            which=chance.randrange(100),
            after=round(share * (number + chance.uniform(0.2, 1))),
            at=chance.choice(tuple(Moment)),
        )


class Reaper:
    """Kills by a schedule and times what follows."""

    def __init__(self, deployment: Deployment, moments: Moments, clock: Clock) -> None:
        self._deployment = deployment
        self._moments = moments
        self._clock = clock
        self.recoveries: list[Recovery] = []

    async def reap(self, kills: Sequence[Kill]) -> None:
        """Kill everything that is due; return when the last has recovered."""
        async with asyncio.TaskGroup() as watches:
            for kill in kills:
                await self._moments.reached(Moment.ANSWERED, kill.after)
                await self._moments.next(kill.at)
                for victim in kill.victims:
                    watches.create_task(self._timed(kill, victim))

    async def _timed(self, kill: Kill, victim: Victim) -> None:
        began = monotonic()
        match victim:
            case Victim.WEB:
                is_lost = await self._kill_web(kill.which)
            case Victim.WORKER:
                is_lost = await self._kill_worker(kill.which)
            case Victim.DATABASE:
                is_lost = await self._kill_database()
            case never:
                assert_never(never)
        seconds = monotonic() - began if is_lost else None
        self.recoveries.append(Recovery(kill=kill, victim=victim, seconds=seconds))

    async def _kill_web(self, which: int) -> bool:
        origins = tuple(self._deployment.webs)
        origin = origins[which % len(origins)]
        self._deployment.webs[origin].kill()
        await self._deployment.until_ready(origin)
        return True

    async def _kill_worker(self, which: int) -> bool:
        """Kill a worker and wait until what it held is held anew; False if it held nothing."""
        workers = self._deployment.workers
        workers[which % len(workers)].kill()
        held = {
            key: lease
            for key, lease in (await self._leases()).items()
            if lease.until is not None and lease.until > self._clock.now()
        }
        has_orphans = False
        while held:
            await asyncio.sleep(_LOOK_EVERY_S)
            leases = await self._leases()
            for key, lease in tuple(held.items()):
                if leases[key] == lease:
                    continue
                del held[key]
                # A claim before the old lease is over means that its holder lives: it had
                # renewed it or let it go.
                was_renewed = leases[key].epoch == lease.epoch
                has_orphans |= not was_renewed and lease.is_over(self._clock.now())
        return has_orphans

    async def _kill_database(self) -> bool:
        cluster = self._deployment.cluster
        await cluster.kill()
        dead_at = self._clock.now()
        await cluster.start()
        await until(self._deployment.has_ready)
        await until(partial(self._has_worked, dead_at))
        return True

    async def _has_worked(self, since: datetime) -> bool:
        return bool((await self._read(_WORKED_SINCE, since))[0]["worked"])

    async def _leases(self) -> dict[tuple[str, str], "_Lease"]:
        return {
            (row["session_id"], row["name"]): _Lease(row["epoch"], row["leased_until"])
            for row in await self._read(_LEASES)
        }

    async def _read(self, statement: str, *arguments: object) -> list[Record]:
        """Read from the database as soon as it is there."""
        while True:
            with contextlib.suppress(StoreUnavailable):
                return await self._deployment.cluster.rows(statement, *arguments)
            await asyncio.sleep(_LOOK_EVERY_S)


@dataclass(frozen=True, slots=True)
class _Lease:
    epoch: int
    until: datetime | None

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now
