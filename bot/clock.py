"""The wall clock: the one place that reads the time and lets it pass."""

import asyncio
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        """Let time pass."""
        await asyncio.sleep(duration.total_seconds())
