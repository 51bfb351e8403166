"""One person as operators see them: identities, preferences, latest sessions, spend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ARRAY, Text, TextClause, bindparam, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from context.language import Language
from context.messages import PersonId, Platform, UserId
from storage.database import Database
from storage.people import Preferences, person_ids
from storage.sessions_list import SessionRecord, latest_sessions
from storage.usage_report import SPEND_COLUMNS, ModelSpend, spend

LATEST_SESSIONS = 50
"""So many of a person's sessions come with their record; the list of sessions has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How a platform names a person; `speaker` is the name they show there, if known."""

    platform: Platform
    user_id: UserId
    speaker: str | None = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """A person.

    Attributes:
        user_id: The identity they were asked for by.
        identities: All of them, oldest first.
        sessions: The latest, the one that was last busy first.
        spends: What their model calls took, by model.
    """

    user_id: UserId
    identities: tuple[Identity, ...]
    preferences: Preferences
    sessions: tuple[SessionRecord, ...]
    spends: tuple[ModelSpend, ...]
    created_at: datetime


def _of_persons(statement: str) -> TextClause:
    """A statement about all rows of one person, whose ids are `:persons`."""
    return text(statement).bindparams(bindparam("persons", type_=ARRAY(Text)))


_PERSON = _of_persons("""
select notices, language, created_at from person
where id = any(:persons) and linked_to is null
""")
_IDENTITIES = _of_persons("""
select platform, user_id, speaker, created_at from identity
where person_id = any(:persons) order by created_at, platform, user_id
""")
_SPENT = _of_persons(f"""
select {SPEND_COLUMNS} from model_usage u where u.person_id = any(:persons)
group by 1, 2 order by 1, 2
""")  # noqa: S608 - constants only


class PeopleRecords:
    """Everybody who ever wrote, as operators see them, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, user_id: UserId) -> PersonRecord | None:
        """Read one person; None if nobody is known by that identity.

        Args:
            user_id: Any identity of the person.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            persons = await person_ids(connection, user_id)
            found = await _rows(connection, _PERSON, persons)
            if not found:
                return None
            identities = await _rows(connection, _IDENTITIES, persons)
            spends = await _rows(connection, _SPENT, persons)
            sessions = await latest_sessions(connection, persons, most=LATEST_SESSIONS)
        return PersonRecord(
            user_id=user_id,
            identities=tuple(Identity(**row) for row in identities),
            preferences=_preferences(found[0]),
            sessions=sessions,
            spends=tuple(spend(row) for row in spends),
            created_at=found[0]["created_at"],
        )


def _preferences(row: RowMapping) -> Preferences:
    return Preferences(notices=row["notices"], language=Language.of(row["language"]))


async def _rows(
    connection: AsyncConnection, statement: TextClause, persons: Sequence[PersonId]
) -> Sequence[RowMapping]:
    given: Mapping[str, object] = {"persons": list(persons)}
    return (await connection.execute(statement, given)).mappings().all()
