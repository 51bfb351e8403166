"""The search over everything a person and the bot have said to each other."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import asyncpg

from context.messages import MessageId, PersonId, SessionId, TurnId, UserId
from context.prompt import Role
from context.recall import Ranked, question, ranked
from context.terms import passages
from storage.archive import Scope, numbered, postings
from storage.database import Database
from storage.passages import text_of
from storage.people import person_ids

MOST_HITS = 200
"""More are never given for one question."""

# Everybody whose rows are the person's: linking points from one to another and moves no rows.
_PERSONS = """
select p.id from person p
join (select coalesce(linked_to, id) as id from person where id = $1) root
  on p.id = root.id or p.linked_to = root.id
"""

# A session's person, and the one session that may be searched where others read along.
_READERS = "select person_id, case when shared then id end from session where id = $1"

_MESSAGES = """
select c.session_id, c.position, c.role, c.speaker, c.blocks, c.message_ids, c.said_at
from unnest($2::text[], $3::bigint[]) as found(session_id, position)
join content_item c using (session_id, position)
where c.person_id = any($1::text[]) and c.turn_id is distinct from $4
"""

# As many messages of the turn at work may be among the best.
_OF_ONE_TURN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A message that was found.

    Attributes:
        text: All of it, word for word.
        passage: The part of the text that was found; all of it unless it is long.
        score: How good a hit it is beside the best, which has 1.
        position: Its place in the session's transcript.
        speaker: The name of who said it, where an import told it.
    """

    message_id: MessageId
    session_id: SessionId
    role: Role
    text: str = field(repr=False)
    passage: str = field(repr=False)
    score: float
    sent_at: datetime
    position: int
    speaker: str | None = field(default=None, repr=False)


class Recall:
    """The whole transcript of every person, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def found(
        self,
        person_id: PersonId,
        asked: str,
        *,
        session_id: SessionId | None = None,
        limit: int,
    ) -> tuple[Hit, ...]:
        """Find what a person and the bot said about something, best first.

        Args:
            person_id: Whose past is searched, by any id that is the person's.
            asked: A question or words, in any language.
            session_id: The only session that is searched; all of them without it.
            limit: Most hits, 1 to `MOST_HITS`.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            persons = await _persons(connection, person_id)
            return await _hits(connection, Scope(persons, session_id), asked, limit=limit)

    async def found_of(self, user_id: UserId, asked: str, *, limit: int) -> tuple[Hit, ...]:
        """Find what was said by and to the person whom an identity means, best first.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as reading:
            persons = await person_ids(reading, user_id)
        async with self._database.hot() as connection:
            return await _hits(connection, Scope(persons), asked, limit=limit)

    async def found_from(
        self, session_id: SessionId, asked: str, *, limit: int, besides: TurnId | None = None
    ) -> tuple[Hit, ...]:
        """Find what may be brought up in a session, best first.

        In a direct chat that is everything of its person; where others read along, only what
        was said in that same session.

        Args:
            session_id: Where it is brought up.
            asked: A question or words, in any language.
            limit: Most hits, 1 to `MOST_HITS`.
            besides: The turn at work, whose own words are no find.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            reader = await connection.fetchrow(_READERS, session_id)
            if reader is None:
                return ()
            persons = await _persons(connection, reader[0])
            scope = Scope(persons, reader[1])
            return await _hits(connection, scope, asked, limit=limit, besides=besides)


async def _persons(connection: asyncpg.Connection, person_id: PersonId) -> tuple[PersonId, ...]:
    return tuple(PersonId(row[0]) for row in await connection.fetch(_PERSONS, person_id))


async def _hits(
    connection: asyncpg.Connection,
    scope: Scope,
    asked: str,
    *,
    limit: int,
    besides: TurnId | None = None,
) -> tuple[Hit, ...]:
    past = await numbered(connection, scope)
    wanted = question(asked, past.archive.speakers)
    found = await postings(connection, scope, past, terms=wanted.terms)
    limit = min(limit, MOST_HITS)
    most = limit if besides is None else limit + _OF_ONE_TURN
    best = ranked(wanted, past.archive, found, limit=most)
    if not best:
        return ()
    places = [past.place(one.message) for one in best]
    rows = await connection.fetch(
        _MESSAGES,
        scope.persons,
        [session_id for session_id, _ in places],
        [position for _, position in places],
        besides,
    )
    messages = {(row["session_id"], row["position"]): row for row in rows}
    hits = (
        _hit(one, messages[place])
        for one, place in zip(best, places, strict=True)
        if place in messages
    )
    return tuple(islice(hits, limit))


def message_id(session_id: SessionId, position: int, kept: Sequence[str]) -> MessageId:
    """Name a transcript item: by the first message it holds, else by its place."""
    return MessageId(kept[0] if kept else f"{session_id}-{position}")


def _hit(found: Ranked, row: asyncpg.Record) -> Hit:
    text = text_of(json.loads(row["blocks"])["blocks"])
    parts = passages(text, is_answer=row["role"] == "assistant")
    return Hit(
        message_id=message_id(row["session_id"], row["position"], row["message_ids"]),
        session_id=SessionId(row["session_id"]),
        role=row["role"],
        text=text,
        passage=parts[min(found.part, len(parts) - 1)],
        score=round(found.score, 4),
        sent_at=row["said_at"],
        position=row["position"],
        speaker=row["speaker"],
    )
