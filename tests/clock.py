"""A clock that tests turn by hand."""

import asyncio
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class ManualClock:
    """Stands still until told; sleeping on it takes no time and moves it on.

    Attributes:
        slept: What was slept so far, in order.
    """

    def __init__(self, at: datetime = NOON) -> None:
        self._at = at
        self.slept: list[timedelta] = []

    def now(self) -> datetime:
        return self._at

    def advance(self, duration: timedelta) -> None:
        self._at += duration

    async def sleep(self, duration: timedelta) -> None:
        self.slept.append(duration)
        self.advance(duration)
        await asyncio.sleep(0)
