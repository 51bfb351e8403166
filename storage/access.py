"""Admin tokens: made, asked for, and taken back."""

import hashlib
import secrets
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Update, func, insert, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlmodel import col

from storage.database import Database
from storage.tables.access import AdminTokenRow
from storage.tables.row import NAMES

_TOKENS = NAMES.tables["admin_token"]

# What tells a Baton token from others, for whoever finds one where it should not be.
_PREFIX = "baton_"
_SECRET_BYTES = 32
# Each call would otherwise be a write.
_USED_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminToken:
    """What is known of a token; the token itself is not.

    Attributes:
        role: `viewer` or `admin`.
        name: Whose it is, or what for, in an operator's words.
        expires_at: When it stops working; None is never.
        last_used_at: To the minute.
    """

    token_id: str
    role: str
    name: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def works(self, now: datetime) -> bool:
        """Whether it opens anything at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class AdminTokens:
    """All tokens but the one in the configuration, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        role: str,
        *,
        now: datetime,
        name: str | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[str, str]:
        """Make a token; give its id and the token, which nobody can be shown again.

        Args:
            role: `viewer` or `admin`.
            now: When it is made.
            name: Whose it is, or what for.
            expires_at: When it stops working; None is never.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        token_id, secret = uuid4().hex, _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(AdminTokenRow).values(
                    id=token_id,
                    role=role,
                    name=name,
                    digest=_digest(secret),
                    created_at=now,
                    expires_at=expires_at,
                )
            )
        return token_id, secret

    async def holder(self, secret: str, now: datetime) -> AdminToken | None:
        """Find the token that somebody brought; None if it does not work, or not any more.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        return await self._working(col(AdminTokenRow.digest) == _digest(secret), now)

    async def working(self, token_id: str, now: datetime) -> AdminToken | None:
        """Find a token that works by its id; as for `holder`."""
        return await self._working(col(AdminTokenRow.id) == token_id, now)

    async def all(self) -> tuple[AdminToken, ...]:
        """Read all tokens, newest first, those that no longer work included.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        newest = (col(AdminTokenRow.created_at).desc(), col(AdminTokenRow.id))
        async with self._database.transaction() as connection:
            rows = await connection.execute(select(*_COLUMNS).order_by(*newest))
            return tuple(_token(row) for row in rows.mappings())

    async def revoke(self, token_id: str, *, now: datetime) -> bool:
        """Let a token open nothing from now on; False if there is none of that id.

        One that was revoked before stays so since then.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        statement = (
            update(AdminTokenRow)
            .where(col(AdminTokenRow.id) == token_id)
            .values(revoked_at=func.coalesce(col(AdminTokenRow.revoked_at), now))
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def _working(
        self, condition: ColumnElement[bool], now: datetime
    ) -> AdminToken | None:
        async with self._database.transaction() as connection:
            row = (await connection.execute(select(*_COLUMNS).where(condition))).mappings()
            token = None if (found := row.one_or_none()) is None else _token(found)
            if token is None or not token.works(now):
                return None
            if token.last_used_at is None or now - token.last_used_at >= _USED_AGAIN_AFTER:
                await connection.execute(_used(token.token_id, now))
        return token


_COLUMNS = tuple(
    _TOKENS.c["id" if one.name == "token_id" else one.name].label(one.name)
    for one in fields(AdminToken)
)


def _used(token_id: str, now: datetime) -> Update:
    used_at = col(AdminTokenRow.last_used_at)
    return (
        update(AdminTokenRow)
        # Of two processes that used it at once, or whose clocks differ, the later one counts.
        .where(col(AdminTokenRow.id) == token_id, or_(used_at.is_(None), used_at < now))
        .values(last_used_at=now)
    )


def _token(row: RowMapping) -> AdminToken:
    return AdminToken(**row)


def _digest(secret: str) -> str:
    """What is kept of a token; with 256 random bits in it, a plain digest gives none away."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
