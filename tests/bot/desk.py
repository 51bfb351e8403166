"""A worker's hold on one session, whose work waits until it is told to end."""

import asyncio
from datetime import timedelta

from bot.leases import Leases, Work
from context.messages import SessionId
from storage.database import Database
from storage.lanes import Claim, Lane, Lanes
from tests.clock import ManualClock


class Desk:
    """Somebody at work.

    Attributes:
        claim: What the work was given.
        is_working: Set once the work runs.
        ends: Set to end the work.
        was_cancelled: Whether the work was cut off.
    """

    def __init__(self, database: Database, session: SessionId) -> None:
        self.session = session
        self.claim: Claim | None = None
        self.clock = ManualClock()
        self.leases = Leases(Lanes(database), self.clock)
        self.is_working = asyncio.Event()
        self.ends = asyncio.Event()
        self.was_cancelled = False

    async def hold(
        self, work: Work | None = None, *, lane: Lane = Lane.TURN
    ) -> timedelta | None:
        """Claim a lane and work under the claim; after how long to come again."""
        return await self.leases.under_claim(self.session, lane, work or self.wait)

    async def wait(self, claim: Claim) -> None:
        """Work until it is told to end."""
        self.claim = claim
        self.is_working.set()
        try:
            await self.ends.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise

    @property
    def held(self) -> Claim:
        """The claim that the work was given last."""
        assert self.claim is not None
        return self.claim

    async def working(self) -> Claim:
        """Return the claim once the work goes on."""
        await self.is_working.wait()
        return self.held

    async def looked(self) -> None:
        """Let it look whether the claim holds, and return once it has."""
        for _ in range(2):  # the second is only heard after the first
            self.leases.nudge(self.session)
            nudge = self.leases._nudges[self.session]
            while nudge.is_set():  # noqa: ASYNC110 - a cleared event wakes nobody
                await asyncio.sleep(0)
