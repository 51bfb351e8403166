"""People: which of them an identity, or a digest of one, means, and how they want to be told."""

import hashlib
from dataclasses import dataclass

import asyncpg
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    SQLColumnExpression,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.language import Language
from context.messages import PersonId, UserId
from context.notices import Preference
from storage.database import Database
from storage.tables.people import IdentityRow, PersonRow

_BLOCK_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How a person wants to be told: which notices they get, and in which language."""

    notices: Preference
    language: Language


class People:
    """Everybody who ever wrote, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def behind(self, digest: str, *, key: bytes) -> UserId | None:
        """Find the identity whose HMAC-SHA256 under a key begins with these hex digits.

        Those of logs are digests of the user id, those of receipts of platform and user id.

        It is computed here, for every identity there is: an operator asks seldom, and a stored
        digest would outlive its key.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        user_id = col(IdentityRow.user_id)
        statement = select(user_id).where(
            or_(
                func.starts_with(_digest(user_id, key), digest),
                func.starts_with(
                    _digest(col(IdentityRow.platform) + ":" + user_id, key), digest
                ),
            )
        )
        async with self._database.transaction() as connection:
            found = await connection.scalar(statement.limit(1))
        return None if found is None else UserId(found)


async def preferences(connection: asyncpg.Connection, person_id: PersonId) -> Preferences:
    """Read how a person wants to be told; what everybody gets, if they were erased."""
    row = await connection.fetchrow(
        "select notices, language from person where id = $1", person_id
    )
    if row is None:
        return Preferences(notices="all", language=Language.of(None))
    return Preferences(notices=row["notices"], language=Language.of(row["language"]))


async def choose_notices(
    connection: asyncpg.Connection, person_id: PersonId, preference: Preference
) -> None:
    """Keep which notices a person wants, in the caller's transaction."""
    await connection.execute(
        "update person set notices = $2 where id = $1", person_id, preference
    )


def _digest(text: SQLColumnExpression[str], key: bytes) -> ColumnElement[str]:
    """HMAC-SHA256 as Postgres reckons it, in hex digits."""
    inner, outer = _pads(key)
    said = func.convert_to(text, "UTF8")
    inside = func.sha256(literal(inner, LargeBinary).op("||")(said))
    hashed: ColumnElement[str] = func.encode(
        func.sha256(literal(outer, LargeBinary).op("||")(inside)), "hex"
    )
    return hashed


def _pads(key: bytes) -> tuple[bytes, bytes]:
    """The key as HMAC mixes it in, inside and outside (RFC 2104)."""
    short = hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key
    padded = short.ljust(_BLOCK_BYTES, b"\0")
    return bytes(one ^ 0x36 for one in padded), bytes(one ^ 0x5C for one in padded)


async def person_ids(connection: AsyncConnection, user_id: UserId) -> tuple[PersonId, ...]:
    """Find all ids that the rows of one person carry; none if the identity is unknown.

    Linking points one person at another and moves no rows, so somebody linked has several.

    Args:
        connection: Inside the transaction that goes on to read the rows.
        user_id: Any identity of the person.
    """
    of_identity = (
        select(func.coalesce(col(PersonRow.linked_to), col(PersonRow.id)))
        .join(IdentityRow, col(IdentityRow.person_id) == col(PersonRow.id))
        .where(col(IdentityRow.user_id) == user_id)
    )
    roots = (await connection.scalars(of_identity)).all()
    everyone = select(col(PersonRow.id)).where(
        or_(col(PersonRow.id).in_(roots), col(PersonRow.linked_to).in_(roots))
    )
    return tuple(PersonId(one) for one in await connection.scalars(everyone))
