"""Erasing a person: what the database holds, and the files of their handoffs."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from context.messages import UserId
from storage.database import Database
from storage.erasure import Erasure, Receipt
from storage.tombstones import Digests, Tombstones


class Erasing:
    """Erases people on behalf of operators."""

    def __init__(self, database: Database, *, secret_key: str) -> None:
        """Keep where from.

        Args:
            database: Everything.
            secret_key: The service's: digests under another would keep nothing away.
        """
        self._erasure = Erasure(database, digests=Digests(secret_key.encode()))
        self._tombstones = Tombstones(database)

    async def holdings(self, user_id: UserId) -> Mapping[str, int] | None:
        """Count what is held of a person, per table; None if nobody is known by that.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        return await self._erasure.holdings(user_id)

    async def erase(self, user_id: UserId, *, now: datetime) -> Receipt | None:
        """Erase a person, and their files on this host; workers remove those on theirs.

        Args:
            user_id: Any identity of the person.
            now: What was sent until then stays away.

        Returns:
            The receipt; None if nobody is known by that identity.

        Raises:
            StoreUnavailable: The database is out of reach; nothing is erased.
        """
        receipt = await self._erasure.erase(user_id, now=now)
        if receipt is None:
            return None
        await remove_files(await self._tombstones.files(since=now))
        return receipt


async def remove_files(paths: Iterable[str]) -> int:
    """Remove files of handoffs, where they are there; say how many cannot be removed."""
    return await asyncio.to_thread(_remove, [Path(path) for path in paths])


def _remove(paths: Iterable[Path]) -> int:
    stay = 0
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            stay += 1
    return stay
