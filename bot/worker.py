"""The worker: takes jobs, works under claims, sweeps up what got stranded.

Turns have a loop of their own, so that turns waiting for a busy model hold up neither
commands nor deliveries. No loop's failure ends another: each waits a moment and begins again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from bot.leases import Leases, Work
from bot.ports import Clock
from bot.watch import Watch
from context.errors import StoreUnavailable
from context.messages import SessionId
from storage.database import Address, connected
from storage.interrupts import INTERRUPTS
from storage.lanes import Lane, Lanes
from storage.queue import Handler, run_queue

FINISH_WITHIN = timedelta(seconds=6)
"""How long work may go on after the stop, of the ten seconds that a process has."""

_SWEEP_EVERY = timedelta(seconds=1)
_PRUNE_EVERY = timedelta(minutes=5)
_KEEP_LOG = timedelta(hours=1)
_RECONNECT_AFTER = timedelta(milliseconds=500)
_AFTER_A_FAULT = timedelta(seconds=2)

_Loop = Callable[[asyncio.Event], Awaitable[None]]
"""Goes on until the event is set, on a connection of its own where it needs one."""

log = structlog.get_logger()


class Worker:
    """Everything that runs in the background of one process."""

    def __init__(
        self,
        *,
        direct: Address,
        lanes: Lanes,
        leases: Leases,
        work: Mapping[Lane, Work],
        watch: Watch,
        clock: Clock,
        concurrency: int,
        finish_within: timedelta = FINISH_WITHIN,
    ) -> None:
        """Wire the worker.

        Args:
            direct: The database without a transaction pooler in between, for LISTEN.
            lanes: All lanes.
            leases: Holds this worker's claims.
            work: What to do in each lane.
            watch: Looks after agents that nobody writes to.
            clock: The time.
            concurrency: Turns at once.
            finish_within: How long work may go on after the stop; then it is given back.
        """
        self._direct = direct
        self._lanes = lanes
        self._leases = leases
        self._work = work
        self._watch = watch
        self._clock = clock
        self._concurrency = concurrency
        self._finish_within = finish_within

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; then give back what is running and return."""
        turns = {Lane.TURN.value: self._handler(Lane.TURN)}
        others = {lane.value: self._handler(lane) for lane in (Lane.CONTROL, Lane.DELIVER)}
        # Housekeeping waits for a busy model too, and nobody waits for housekeeping.
        chores = {Lane.MAINTAIN.value: self._handler(Lane.MAINTAIN)}
        async with asyncio.TaskGroup() as group:
            for loop in (
                self._jobs(turns),
                self._jobs(others),
                self._jobs(chores),
                self._hear_interrupts,
                self._watch.run,
                self._sweep,
            ):
                group.create_task(_kept_up(loop, stop))

    def _handler(self, lane: Lane) -> Handler:
        """Do a lane's work for a session; nothing but cancellation comes out of it."""

        async def handle(session_id: SessionId) -> timedelta | None:
            with structlog.contextvars.bound_contextvars(session_id=session_id):
                try:
                    return await self._leases.under_claim(session_id, lane, self._work[lane])
                except StoreUnavailable:
                    return _RECONNECT_AFTER
                except Exception:
                    log.exception("work.broke", lane=lane)
                    return _AFTER_A_FAULT

        return handle

    def _jobs(self, handlers: Mapping[str, Handler]) -> _Loop:
        async def work_through(stop: asyncio.Event) -> None:
            async with connected(self._direct) as connection:
                await run_queue(
                    connection,
                    handlers,
                    concurrency=self._concurrency,
                    finish_within=self._finish_within,
                    stop=stop,
                )

        return work_through

    async def _hear_interrupts(self, stop: asyncio.Event) -> None:
        """Pass on at once that a session's turn lost its claim."""
        async with connected(self._direct) as connection:
            gone = asyncio.Event()
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener(
                INTERRUPTS,
                lambda _connection, _pid, _channel, payload: self._leases.nudge(payload),
            )
            async with asyncio.TaskGroup() as group:
                ends = {group.create_task(gone.wait()), group.create_task(stop.wait())}
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                for end in ends:
                    end.cancel()

    async def _sweep(self, stop: asyncio.Event) -> None:
        """Wake what should be awake, every second; prune the queue's log now and then."""
        prune_at = self._clock.now()
        while not stop.is_set():
            now = self._clock.now()
            if (woken := await self._lanes.sweep(now=now)) > 0:
                log.info("sweep.woke", lanes=woken)
            if now >= prune_at:
                await self._lanes.prune_log(before=now - _KEEP_LOG)
                prune_at = now + _PRUNE_EVERY
            await _pause(_SWEEP_EVERY, stop)


async def _kept_up(loop: _Loop, stop: asyncio.Event) -> None:
    """Run a loop until told to stop; where it breaks, begin it again after a moment."""
    while not stop.is_set():
        try:
            await loop(stop)
        except StoreUnavailable as error:
            log.warning("connection.lost", reason=str(error))
        except Exception:
            log.exception("loop.broke")
        await _pause(_RECONNECT_AFTER, stop)


async def _pause(duration: timedelta, stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(duration.total_seconds()):
            await stop.wait()
