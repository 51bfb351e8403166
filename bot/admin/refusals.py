"""Counting the calls of strangers to one process, so that a flood costs no more than a trickle.

There are at most fifty rows a minute; what is beyond shares one. One write is under way at a
time, and what comes meanwhile goes along with the next.
"""

import asyncio
from collections import Counter
from datetime import datetime

import structlog

from context.errors import StoreUnavailable
from storage.strangers import Refused, Strangers

_WRITTEN_WITHIN_S = 2.0
_MOST_ROWS_A_MINUTE = 50
_MOST_ROUNDS = 3

log = structlog.get_logger()


class Refusals:
    """Counts the calls of strangers to one process, and writes the counts down in turns."""

    def __init__(self, strangers: Strangers) -> None:
        self._strangers = strangers
        self._waiting: Counter[Refused] = Counter()
        self._minute: datetime | None = None
        self._rows: set[Refused] = set()
        self._writing = False

    async def count(self, refused: Refused, *, now: datetime) -> None:
        """Count one more; whoever finds nobody writing writes down what waits."""
        self._waiting[self._row(refused)] += 1
        if self._writing:
            return
        self._writing = True
        try:
            # In a flood there is always more; the next to come goes on with it.
            for _ in range(_MOST_ROUNDS):
                if self._waiting:
                    await self._write(now)
        finally:
            self._writing = False

    async def _write(self, now: datetime) -> None:
        taken, self._waiting = self._waiting, Counter()
        try:
            async with asyncio.timeout(_WRITTEN_WITHIN_S):
                await self._strangers.count(taken, now=now)
        except (StoreUnavailable, TimeoutError):
            log.error("audit.not_written", refused=taken.total())  # noqa: TRY400 - no bug

    def _row(self, refused: Refused) -> Refused:
        """The row that counts a call; all beyond the most that a minute may have share one."""
        if self._minute != refused.minute:
            self._minute, self._rows = refused.minute, set()
        if refused in self._rows:
            return refused
        if len(self._rows) < _MOST_ROWS_A_MINUTE:
            self._rows.add(refused)
            return refused
        return Refused(
            minute=refused.minute,
            via=refused.via,
            action="(others)",
            status=refused.status,
            from_digest=None,
        )
