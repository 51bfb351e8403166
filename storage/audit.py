"""The audit log: which operator asked for what, when, by which way, and with what outcome.

It holds ids and no words: an action is the pattern of a route or the name of a command. Whom
it was about is looked up while the row is written, so that a person can be told who read of
them.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Insert,
    ScalarSelect,
    exists,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.errors import StoreUnavailable
from context.messages import UserId
from storage.cursor import Cursor
from storage.database import Database
from storage.paging import Page, newest_first, page_of
from storage.people import person_ids
from storage.tables.access import AuditLogRow
from storage.tables.agents import AgentRow
from storage.tables.handoffs import AgentHandoffRow
from storage.tables.people import IdentityRow
from storage.tables.row import NAMES
from storage.tables.sessions import SessionRow

OPERATOR = "operator"
"""Who asked at the command line: whoever has the address of the database."""

_LOG = NAMES.tables["audit_log"]
_FIRST_FAULT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A call as it is written down before its outcome is known.

    Attributes:
        who: The id of a token, `bootstrap`, `operator` at the command line, or `nobody`.
        role: `viewer` or `admin`; None where no role was asked for.
        via: `api`, `dashboard` or `cli`.
        action: A route's method and pattern, or a command.
        subjects: What it was about: `handoff_id`, `trace_id`, `session_id`, `user_id` or
            others → id. A user id is only looked up and never written.
        from_digest: Stands for the address it came from.
    """

    at: datetime
    who: str
    role: str | None
    via: str
    action: str
    subjects: Mapping[str, str]
    from_digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One row of the log.

    Attributes:
        status: As HTTP counts; None at the command line, and where nobody lived to tell.
        calls: How many calls it stands for; over 1 only for refused ones.
    """

    entry_id: str
    at: datetime
    who: str
    role: str | None
    via: str
    action: str
    subject: str | None
    person_id: str | None
    status: int | None
    calls: int
    from_digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are asked for; None asks for any.

    Attributes:
        user_id: Any identity of a person whom the call was about.
        created_after: The first moment that counts.
        created_before: The first moment after that counts no more.
    """

    who: str | None = None
    user_id: UserId | None = None
    from_digest: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


@contextlib.asynccontextmanager
async def log_written(database: Database) -> AsyncIterator[AsyncConnection]:
    """Lend a transaction whose every failure means that the log cannot be written now.

    A full disk or a server that only reads is no bug of ours, and must not keep an operator
    from looking.

    Raises:
        StoreUnavailable: It cannot.
    """
    try:
        async with database.transaction() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreUnavailable(type(error.orig).__name__) from error


async def at_leisure(connection: AsyncConnection) -> None:
    """Let a transaction's commit not wait until it is on disk."""
    await connection.execute(select(func.set_config("synchronous_commit", "off", True)))  # noqa: FBT003 - SQL's own


class Audit:
    """The log, in Postgres; every method raises StoreUnavailable if that is out of reach."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, deed: Deed) -> str:
        """Write down what is about to be done, for good; give the entry's id."""
        entry_id = uuid4().hex
        async with log_written(self._database) as connection:
            await connection.execute(_written(entry_id, deed, status=None))
        return entry_id

    async def settle(self, entry_id: str, *, status: int) -> None:
        """Say what came of it."""
        row = update(AuditLogRow).where(col(AuditLogRow.id) == entry_id).values(status=status)
        async with log_written(self._database) as connection:
            await connection.execute(row)

    async def record(self, deed: Deed, *, status: int) -> None:
        """Write down what was done and changed nothing, without waiting for the disk.

        A server that crashes may lose the last half second of these.
        """
        async with log_written(self._database) as connection:
            await at_leisure(connection)
            await connection.execute(_written(uuid4().hex, deed, status=status))

    async def has_come(self, who: str, *, from_digest: str, since: datetime) -> bool:
        """Whether somebody was let in from that address since then."""
        entry = (
            exists()
            .where(col(AuditLogRow.from_digest) == from_digest)
            .where(col(AuditLogRow.at) >= since)
            .where(col(AuditLogRow.who) == who, col(AuditLogRow.status) < _FIRST_FAULT)
        )
        async with self._database.transaction() as connection:
            return bool(await connection.scalar(select(entry)))

    async def page(
        self, wanted: AuditFilter, *, limit: int, cursor: Cursor | None = None
    ) -> Page[AuditEntry]:
        """Read a page of the log, newest first.

        Args:
            wanted: All that is given must hold.
            limit: Most items on the page, at least 1.
            cursor: Where the page before ended.
        """
        statement = newest_first(
            select(*_COLUMNS).where(*_conditions(wanted)),
            created_at=_LOG.c.at,
            item_id=_LOG.c.id,
            limit=limit,
            cursor=cursor,
        )
        async with self._database.transaction() as connection:
            if wanted.user_id is not None:
                whose = await person_ids(connection, wanted.user_id)
                statement = statement.where(col(AuditLogRow.person_id).in_(whose))
            rows = (await connection.execute(statement)).mappings()
            found = [AuditEntry(**row) for row in rows]
        return page_of(
            found,
            limit=limit,
            place=lambda one: Cursor(created_at=one.at, item_id=one.entry_id),
        )


_COLUMNS = tuple(
    _LOG.c["id" if one.name == "entry_id" else one.name].label(one.name)
    for one in fields(AuditEntry)
)

# Where a subject says whom it is about, in the order they are asked.
_OWNERS: Mapping[str, tuple[Any, Any]] = {
    "user_id": (IdentityRow.person_id, IdentityRow.user_id),
    "session_id": (SessionRow.person_id, SessionRow.id),
    "handoff_id": (AgentHandoffRow.person_id, AgentHandoffRow.id),
    "trace_id": (AgentRow.person_id, AgentRow.trace_id),
}


def _written(entry_id: str, deed: Deed, *, status: int | None) -> Insert:
    named = [value for name, value in deed.subjects.items() if name != "user_id"]
    person = _person(deed.subjects)
    return insert(AuditLogRow).values(
        id=entry_id,
        at=deed.at,
        who=deed.who,
        role=deed.role,
        via=deed.via,
        action=deed.action,
        subject=named[0] if named else person,
        person_id=person,
        status=status,
        from_digest=deed.from_digest,
    )


def _person(subjects: Mapping[str, str]) -> ColumnElement[Any] | ScalarSelect[Any]:
    """Whom a call was about; nobody where that is not known."""
    for name, (person_id, key) in _OWNERS.items():
        if name in subjects:
            return (
                select(col(person_id))
                .where(col(key) == subjects[name])
                .limit(1)
                # Not of somebody who is erased while the row is written.
                .with_for_update(read=True, key_share=True)
                .scalar_subquery()
            )
    return null()


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    equal = ((AuditLogRow.who, wanted.who), (AuditLogRow.from_digest, wanted.from_digest))
    conditions = [col(column) == value for column, value in equal if value is not None]
    if wanted.created_after is not None:
        conditions.append(col(AuditLogRow.at) >= wanted.created_after)
    if wanted.created_before is not None:
        conditions.append(col(AuditLogRow.at) < wanted.created_before)
    return conditions
