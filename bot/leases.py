"""Working under a claim: it is renewed while the work goes on, and the work ends with it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.beside import beside
from bot.ports import Clock
from context.errors import SessionConflict, StoreUnavailable
from context.messages import SessionId
from storage.lanes import Claim, Held, Lane, Lanes

Work = Callable[[Claim], Awaitable[timedelta | None]]
"""Does a lane's work under a claim; a timedelta asks to be called again after it."""

LEASE = timedelta(seconds=5)
"""How long a dead worker's session waits before another may claim it."""

_RENEW_EVERY = timedelta(seconds=1)
_GIVE_BACK_WITHIN = timedelta(seconds=2)
_SOON = timedelta(milliseconds=50)

log = structlog.get_logger()


class Leases:
    """All claims that this worker holds."""

    def __init__(self, lanes: Lanes, clock: Clock) -> None:
        self._lanes = lanes
        self._clock = clock
        self._nudges: dict[SessionId, asyncio.Event] = {}

    def nudge(self, session_id: SessionId) -> None:
        """Look at once whether the claim on a session's turns still holds."""
        if (event := self._nudges.get(session_id)) is not None:
            event.set()

    async def under_claim(
        self, session_id: SessionId, lane: Lane, work: Work
    ) -> timedelta | None:
        """Claim a lane and do its work; say after how long to come again, if at all.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        now = self._clock.now()
        leased_until = now + LEASE
        match await self._lanes.claim(session_id, lane, now=now, until=leased_until):
            case None:
                return None
            case Held(until=until):
                return max(until - now, _SOON)
            case Claim() as claim:
                return await self._hold(claim, work, leased_until=leased_until)
            case never:
                assert_never(never)

    async def _hold(
        self, claim: Claim, work: Work, *, leased_until: datetime
    ) -> timedelta | None:
        try:
            return await self._work(claim, work, leased_until=leased_until)
        except SessionConflict:
            return timedelta(0)
        except BaseException:
            # Also when cancelled on shutdown: whoever comes next need not wait for the lease.
            with contextlib.suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(_GIVE_BACK_WITHIN.total_seconds()):
                    await self._lanes.give_back(claim)
            raise

    async def _work(
        self, claim: Claim, work: Work, *, leased_until: datetime
    ) -> timedelta | None:
        async with beside(self._keep(claim, leased_until=leased_until)):
            again = await work(claim)
        if again is not None:
            await self._lanes.give_back(claim)
        return again

    async def _keep(self, claim: Claim, *, leased_until: datetime) -> None:
        """Renew until cancelled; a lost claim raises, which cancels the work beside it."""
        nudge = asyncio.Event()
        if claim.lane is Lane.TURN:
            self._nudges[claim.session_id] = nudge
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_RENEW_EVERY.total_seconds()):
                        await nudge.wait()
                nudge.clear()
                renewed_until = await self._renewed(claim, leased_until=leased_until)
                if renewed_until is None:
                    log.info("claim.lost", session_id=claim.session_id, lane=claim.lane)
                    raise SessionConflict(claim.session_id)
                leased_until = renewed_until
        finally:
            if self._nudges.get(claim.session_id) is nudge:
                del self._nudges[claim.session_id]

    async def _renewed(self, claim: Claim, *, leased_until: datetime) -> datetime | None:
        """Hold on for longer; say until when, or None if the claim is lost."""
        now = self._clock.now()
        until = now + LEASE
        patience = max(leased_until - now, _RENEW_EVERY)
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return until if await self._lanes.renew(claim, until=until) else None
        except (StoreUnavailable, TimeoutError):
            return leased_until if self._clock.now() < leased_until else None
