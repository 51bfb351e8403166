"""Instants that never repeat, which platforms make ids and timestamps of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instants:
    """Whole microseconds since 1970 by a clock, each later than the one before.

    Ids made of them stay unique when a server starts again while the bot's database lives on.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def next(self) -> int:
        """The clock's reading, or one more than the last if the clock stood still."""
        self._last = max(self._last + 1, (self._now() - _EPOCH) // _MICROSECOND)
        return self._last
