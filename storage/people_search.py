"""Finding a person of whom only a part of an identity or of a name is known."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text

from context.messages import Platform, UserId
from storage.database import Database

# There are as many identities as people, and an operator asks seldom: no index is kept.
_FOUND = text("""
select i.user_id, i.platform, i.speaker, i.created_at
from identity i
where i.user_id ilike :part escape '!' or i.speaker ilike :part escape '!'
order by i.user_id <> :whole, i.user_id not ilike :beginning escape '!', i.created_at desc,
  i.user_id
limit :limit
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """An identity that was found; `speaker` is what the platform calls the person."""

    user_id: UserId
    platform: Platform
    speaker: str | None = field(repr=False)
    created_at: datetime


class PeopleSearch:
    """Everybody who ever wrote, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def found(self, part: str, *, limit: int) -> tuple[FoundPerson, ...]:
        """Find identities that hold a text in themselves or in their name, best first.

        Case does not count. The very identity comes first, then those that begin with it.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        escaped = part.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        asked = {
            "whole": part,
            "part": f"%{escaped}%",
            "beginning": f"{escaped}%",
            "limit": limit,
        }
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_FOUND, asked)).mappings()
            return tuple(FoundPerson(**row) for row in rows)
