"""Wrong tokens that were brought of late, counted for all web processes together.

Only what was brought within a window of time counts. A clock that was put back, or that goes
wrong, thus locks nobody out for longer than the window: what seems to come from the far
future does not count either.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, not_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from storage.database import Database
from storage.tables.access import WrongTokenRow

WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A wrong token that was brought.

    Attributes:
        door: Where: `api` or `dashboard`.
        from_digest: Stands for the address it came from.
        guess: Tells it from other wrong tokens.
    """

    door: str
    from_digest: str
    guess: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What was tried at one door within the window.

    Attributes:
        guesses: Different wrong tokens from that address.
        tries: Wrong tokens from that address, each as often as it was brought.
        guesses_in_all: Different wrong tokens from all addresses.
        oldest_at: When the first of them was brought from that address.
    """

    guesses: int
    tries: int
    guesses_in_all: int
    oldest_at: datetime | None


class WrongTokens:
    """The attempts of the last minutes, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tried(self, door: str, from_digest: str, *, now: datetime) -> Tried:
        """Count what was tried at a door, from an address and in all.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        here = col(WrongTokenRow.from_digest) == from_digest
        statement = select(
            func.count().filter(here).label("guesses"),
            func.coalesce(func.sum(col(WrongTokenRow.tries)).filter(here), 0).label("tries"),
            func.count().label("guesses_in_all"),
            func.min(col(WrongTokenRow.first_at)).filter(here).label("oldest_at"),
        ).where(col(WrongTokenRow.door) == door, _counts(now))
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).mappings().one()
        return Tried(**row)

    async def note(self, attempt: Attempt, *, now: datetime) -> None:
        """Count one more, and forget those that no longer count.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        row = insert(WrongTokenRow).values(
            door=attempt.door,
            from_digest=attempt.from_digest,
            guess=attempt.guess,
            tries=1,
            first_at=now,
        )
        again = row.on_conflict_do_update(
            index_elements=["door", "from_digest", "guess"],
            set_={"tries": col(WrongTokenRow.tries) + 1},
        )
        async with self._database.transaction() as connection:
            await _forget(connection, now)
            await connection.execute(again)


_KEY = (
    col(WrongTokenRow.door),
    col(WrongTokenRow.from_digest),
    col(WrongTokenRow.guess),
)


def _counts(now: datetime) -> ColumnElement[bool]:
    return col(WrongTokenRow.first_at).between(now - WINDOW, now + WINDOW)


async def _forget(connection: AsyncConnection, now: datetime) -> None:
    # Whoever else is at it has locked them: there is no need to wait for that.
    past = select(*_KEY).where(not_(_counts(now))).with_for_update(skip_locked=True)
    await connection.execute(delete(WrongTokenRow).where(tuple_(*_KEY).in_(past)))
