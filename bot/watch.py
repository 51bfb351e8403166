"""The watch over what nobody asks for: idle agents hand over, stuck work is reported, days are folded."""

import asyncio
import contextlib
from datetime import timedelta

import structlog

from bot.cleaning import Cleaning
from bot.ports import Clock
from storage.chores import Chores
from storage.day_totals import DayTotals

_LOOK_EVERY = timedelta(seconds=10)
_STUCK_AFTER = timedelta(minutes=10)

log = structlog.get_logger()


class Watch:
    """Looks around every ten seconds; any number of workers may do so."""

    def __init__(
        self,
        *,
        chores: Chores,
        totals: DayTotals,
        cleaning: Cleaning,
        clock: Clock,
        idle_timeout: timedelta | None,
    ) -> None:
        """Watch from now on.

        Args:
            chores: What is asked of sessions.
            totals: What finished days come to.
            cleaning: What is to go.
            clock: The time.
            idle_timeout: After so long without a turn an agent hands over; None for never.
        """
        self._chores = chores
        self._totals = totals
        self._cleaning = cleaning
        self._clock = clock
        self._idle_timeout = idle_timeout

    async def run(self, stop: asyncio.Event) -> None:
        """Look around until told to stop.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        while not stop.is_set():
            await self.look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY.total_seconds()):
                    await stop.wait()

    async def look(self) -> None:
        """Ask idle agents to hand over, report work that does not end, fold what is over.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        now = self._clock.now()
        if self._idle_timeout is not None:
            asked = await self._chores.ask_idle(idle_since=now - self._idle_timeout, now=now)
            if asked:
                log.info("agents.idle", count=asked)
        if stuck := await self._chores.stuck(asked_before=now - _STUCK_AFTER):
            log.error("chores.stuck", count=stuck)
        if folded := await self._totals.fold(now=now):
            log.info("totals.folded", days=folded)
        await self._cleaning.look(now=now)
