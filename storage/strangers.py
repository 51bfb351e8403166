"""Calls of strangers, in the audit log: counted, so that they cannot fill it.

Those of one minute, address, action and outcome are one row, whichever process counts them;
after thirty days they are dropped. All other rows of the log are kept.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Insert, delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from storage.audit import at_leisure, log_written
from storage.database import Database
from storage.tables.access import AuditLogRow

NOBODY = "nobody"
"""Who asked, where no token that works was brought."""

_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Calls of strangers within one minute that are one row, however many they are."""

    minute: datetime
    via: str
    action: str
    status: int
    from_digest: str | None

    @property
    def entry_id(self) -> str:
        """The same for all of them, in every process."""
        parts = (self.minute.isoformat(), self.via, self.action, self.status, self.from_digest)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


class Strangers:
    """Their rows of the log, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, refused: Mapping[Refused, int], *, now: datetime) -> None:
        """Add calls, without waiting for the disk, and drop those of a month ago.

        Raises:
            StoreUnavailable: The log cannot be written.
        """
        async with log_written(self._database) as connection:
            await at_leisure(connection)
            # In one order, so that two processes do not wait for each other.
            for one in sorted(refused, key=lambda one: one.entry_id):
                await connection.execute(_counted(one, refused[one], now))
            await connection.execute(
                delete(AuditLogRow).where(
                    col(AuditLogRow.who) == NOBODY, col(AuditLogRow.at) < now - _KEPT
                )
            )


def _counted(refused: Refused, calls: int, now: datetime) -> Insert:
    statement = insert(AuditLogRow).values(
        id=refused.entry_id,
        at=now,
        who=NOBODY,
        via=refused.via,
        action=refused.action,
        status=refused.status,
        calls=calls,
        from_digest=refused.from_digest,
    )
    more = col(AuditLogRow.calls) + statement.excluded.calls
    return statement.on_conflict_do_update(index_elements=["id"], set_={"calls": more})
