"""What is to go: transcripts past their time, and what erased people left behind.

Any number of workers may do so at once; what one is at, others leave.
"""

from datetime import datetime, timedelta

import structlog

from bot.erasing import remove_files
from context.messages import SessionId
from storage.retention import Retention
from storage.tombstones import Tombstones

_FROM_THE_START = SessionId("")

_ROUND_EVERY = timedelta(hours=1)
"""How often all sessions are looked through; a look takes some of them."""

_LOOK_BACK = timedelta(hours=1)
"""A file may be written a moment after its person was erased, and is then removed again."""

log = structlog.get_logger()


class Cleaning:
    """Cleans up a little at each look."""

    def __init__(
        self, *, retention: Retention, tombstones: Tombstones, keep: timedelta | None
    ) -> None:
        """Clean up from now on.

        Args:
            retention: Prunes transcripts.
            tombstones: What erased people left.
            keep: How long transcripts are kept; None for ever.
        """
        self._retention = retention
        self._tombstones = tombstones
        self._keep = keep
        self._at = _FROM_THE_START
        self._next_round_at: datetime | None = None
        self._files_since: datetime | None = None

    async def look(self, *, now: datetime) -> None:
        """Remove what is due.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        await self._remove_files(now=now)
        if self._next_round_at is not None and now < self._next_round_at:
            return
        if self._keep is not None and not await self._prune_some(before=now - self._keep):
            return
        await self._tombstones.forget_messages(now=now)
        self._next_round_at = now + _ROUND_EVERY

    async def _prune_some(self, *, before: datetime) -> bool:
        """Prune some sessions; say whether all have had their turn."""
        due = await self._retention.due(before=before, after=self._at)
        pruned = 0
        for session_id in due.sessions:
            pruned += await self._retention.prune(session_id, before=before)
        if pruned:
            log.info("transcripts.pruned", rows=pruned, sessions=len(due.sessions))
        self._at = due.last or _FROM_THE_START
        return due.last is None

    async def _remove_files(self, *, now: datetime) -> None:
        """Remove erased people's files from this host: at first all, then the latest."""
        since = self._files_since or datetime.min.replace(tzinfo=now.tzinfo)
        if stay := await remove_files(await self._tombstones.files(since=since)):
            log.error("handoff.files_stay", count=stay)
        self._files_since = now - _LOOK_BACK
