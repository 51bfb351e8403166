"""Dead letters: messages that got no answer and answers that did not arrive, for good.

Retrying puts one back to where it waited and wakes whoever works there, in one transaction.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from asyncpg.exceptions import ForeignKeyViolationError
from sqlalchemy import Select, Table, Text, any_, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.messages import Platform, SessionId, UserId
from storage.cursor import Cursor
from storage.database import Database, driver
from storage.lanes import WAKE, Lane
from storage.paging import Page, newest_first, page_of
from storage.tables.mail import InboxRow, OutboxRow
from storage.tables.row import NAMES


class Direction(StrEnum):
    """Which way a message was going."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that failed for good, without its text.

    Attributes:
        reason: Ours for an inbound message, the platform's code for an outbound one.
    """

    letter_id: str
    kind: Direction
    platform: Platform
    user_id: UserId
    session_id: SessionId
    reason: str | None
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a dead letter waited."""

    letter_id: str
    session_id: str
    lane: Lane


_INBOX = NAMES.tables["inbox"]
_OUTBOX = NAMES.tables["outbox"]
_SESSION = NAMES.tables["session"]
_KINDS = {_INBOX: (Direction.INBOUND, "reason"), _OUTBOX: (Direction.OUTBOUND, "code")}

# As workers lock them: commands before turns, turns before deliveries.
_LOCK_ORDER = (Lane.CONTROL, Lane.TURN, Lane.DELIVER)


class DeadLetters:
    """All dead letters, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, *, limit: int, cursor: Cursor | None = None) -> Page[DeadLetter]:
        """Read a page of both kinds, newest first.

        Args:
            limit: Most items on the page, at least 1.
            cursor: Where the page before ended.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        halves = (_page(one, limit=limit, cursor=cursor) for one in _KINDS)
        both = union_all(*halves).subquery()
        newest = select(both).order_by(both.c.failed_at.desc(), both.c.letter_id.desc())
        async with self._database.transaction() as connection:
            rows = (await connection.execute(newest.limit(limit + 1))).mappings()
            found = [DeadLetter(**{**row, "kind": Direction(row["kind"])}) for row in rows]
        return page_of(
            found,
            limit=limit,
            place=lambda one: Cursor(created_at=one.failed_at, item_id=one.letter_id),
        )

    async def retry(self, letter_id: str) -> bool:
        """Put one back; False if no message of this id has failed.

        Raises:
            StoreUnavailable: The database is out of reach; nothing has changed.
        """
        return await self._retry(letter_id) > 0

    async def retry_all(self) -> int:
        """Put all of them back; say how many.

        Raises:
            StoreUnavailable: The database is out of reach; nothing has changed.
        """
        return await self._retry(None)

    async def _retry(self, letter_id: str | None) -> int:
        while True:
            # Somebody was erased while theirs were put back: look again what there is.
            with suppress(ForeignKeyViolationError):
                async with self._database.transaction() as connection:
                    return await _put_back(connection, await _places(connection, letter_id))


def _failed(table: Table, kind: Direction, reason: str) -> Select[Any]:
    return (
        select(
            table.c.id.label("letter_id"),
            literal(kind.value, Text).label("kind"),
            _SESSION.c.platform,
            _SESSION.c.user_id,
            table.c.session_id,
            table.c[reason].label("reason"),
            table.c.settled_at.label("failed_at"),
        )
        .join(_SESSION, _SESSION.c.id == table.c.session_id)
        .where(table.c.state == "failed")
    )


def _page(table: Table, *, limit: int, cursor: Cursor | None) -> Select[Any]:
    """What of one kind the page may hold."""
    kind, reason = _KINDS[table]
    return newest_first(
        _failed(table, kind, reason),
        created_at=table.c.settled_at,
        item_id=table.c.id,
        limit=limit,
        cursor=cursor,
    )


async def _places(connection: AsyncConnection, letter_id: str | None) -> list[_Place]:
    """Find where failed messages waited: one, or all of them."""
    inbound = select(col(InboxRow.id), col(InboxRow.session_id), col(InboxRow.lane)).where(
        col(InboxRow.state) == "failed"
    )
    outbound = select(
        col(OutboxRow.id), col(OutboxRow.session_id), literal(Lane.DELIVER.value, Text)
    ).where(col(OutboxRow.state) == "failed")
    if letter_id is not None:
        inbound = inbound.where(col(InboxRow.id) == letter_id)
        outbound = outbound.where(col(OutboxRow.id) == letter_id)
    rows = await connection.execute(union_all(inbound, outbound))
    return [_Place(found, session_id, Lane(lane)) for found, session_id, lane in rows]


async def _put_back(connection: AsyncConnection, places: Sequence[_Place]) -> int:
    """Wake the lanes, then let their work wait again; say how much.

    The lanes are locked before the mail and in one order, as workers do, so that nobody
    deadlocks; what somebody else has put back meanwhile is left alone.
    """
    if not places:
        return 0
    lanes = sorted({(_LOCK_ORDER.index(one.lane), one.session_id, one.lane) for one in places})
    bare = await driver(connection)
    await bare.executemany(WAKE, [(session_id, lane) for _, session_id, lane in lanes])
    ids = any_(literal([one.letter_id for one in places], ARRAY(Text)))
    inbound = (
        update(InboxRow)
        .where(col(InboxRow.id) == ids, col(InboxRow.state) == "failed")
        .values(state="pending", reason=None, turn_id=None, attempts=0, settled_at=None)
    )
    outbound = (
        update(OutboxRow)
        .where(col(OutboxRow.id) == ids, col(OutboxRow.state) == "failed")
        .values(
            state="pending",
            attempts=0,
            epoch=None,
            not_before=None,
            first_tried_at=None,
            uncertain_at=None,
            receipt=None,
            code=None,
            delivery=None,
            settled_at=None,
        )
    )
    put_back = [await connection.execute(one) for one in (inbound, outbound)]
    return sum(one.rowcount for one in put_back)
