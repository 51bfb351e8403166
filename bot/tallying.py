"""What this web process tells the shared counts, after it has acknowledged.

Counts go out together, at most every ten seconds while messages come, and with each
duplicate at once. What a process that is killed had not told yet is missing in them.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.ports import Clock
from context.errors import StoreUnavailable
from storage.tally import Counted, Kind, Tally

ACCEPT_BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Bounds between which times of accepting are told apart, in seconds."""

_TELL_EVERY = timedelta(seconds=10)


class Tallying:
    """Gathers counts, and passes them on now and then."""

    def __init__(self, tally: Tally, clock: Clock) -> None:
        self._tally = tally
        self._clock = clock
        self._untold: Counter[Kind] = Counter()
        self._told_at: datetime | None = None

    async def accepted(
        self, provider: str, *, new: int, redelivered: int, seconds: float
    ) -> None:
        """Count messages of one webhook; one that cannot be passed on now is kept.

        Args:
            provider: Whose webhook.
            new: Messages that were stored.
            redelivered: Messages that changed nothing.
            seconds: From the whole request being there to its messages being stored.
        """
        self._untold += Counter(
            {
                Kind(Counted.ACCEPTED, provider): new,
                Kind(Counted.DUPLICATE, provider): redelivered,
                Kind(Counted.ACCEPTED_WITHIN, _bound(seconds)): 1,
            }
        )
        now = self._clock.now()
        if redelivered or self._told_at is None or now - self._told_at >= _TELL_EVERY:
            await self._tell(self._untold, now=now)

    async def _tell(self, counts: Mapping[Kind, int], *, now: datetime) -> None:
        # What comes while this waits is counted apart, and nothing twice.
        self._untold, self._told_at = Counter(), now
        try:
            await self._tally.add(counts, now=now)
        except StoreUnavailable:
            self._untold += Counter(counts)


def _bound(seconds: float) -> str:
    """The smallest bound that it stayed within."""
    return next((f"{bound:g}" for bound in ACCEPT_BOUNDS_S if seconds <= bound), "inf")
