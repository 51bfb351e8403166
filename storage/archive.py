"""A person's past as `context.recall` ranks it: how long messages are, and where terms stand.

Both statements read the index of the transcript alone. Whose past it is decides each of them,
by the person; and by the session, where others read along.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from context.messages import PersonId, SessionId
from context.recall import Archive, Term, Voice
from storage.passages import number

# Ranking so many takes some 10 ms; what a question's rare terms find comes first.
_MOST_POSTINGS = 2_000
_MOST_TERMS = 32

# $1 persons; $2 the only session, or null. One person at a time, in the order of the index, so
# that nothing has to be sorted: of ten thousand messages that is a few milliseconds. What most
# messages lack (further parts, `speaker`) is left out where all lack it.
_OUTLINE = """
select o.*, (
  select n.speaker from session s join identity n using (platform, user_id)
  where s.id = o.session_id) as name
from unnest($1::text[]) as asked(person), lateral (
  select session_id, array_agg(position) as positions, array_agg(length) as lengths,
    array_agg(role = 'user') as is_person, bool_or(part > 0) as has_parts,
    case when count(speaker) > 0 then array_agg(speaker) end as speakers
  from (
    select session_id, position, part, length, role, speaker from passage
    where person_id = asked.person and ($2::text is null or session_id = $2)
    order by session_id, position, part
  ) said
  group by session_id
) o
"""

# $3 a number for each term and person. The number alone finds the person's passages; that
# they are the person's is asked again above the index (`offset 0`), which so stays in use.
# Rare terms come first; once enough passages are found, what stands nearly everywhere is left.
_POSTINGS = """
with term as materialized (
  select number, (
    select count(*)
    from (select * from passage where terms @> array[asked.number] offset 0) held
    where held.person_id = any($1::text[]) and ($2::text is null or held.session_id = $2)
  ) as passages
  from unnest($3::bigint[]) as asked(number)
), chosen as (
  select number, passages, sum(passages) over (order by passages, number) as so_far
  from term where passages > 0
)
select c.number, c.passages, p.session_id, array_agg(p.position) as positions,
  array_agg(p.part) as parts, array_agg(p.length) as lengths,
  array_agg(cardinality(array_positions(p.terms, c.number))) as counts
from chosen c, lateral (
  select * from (select * from passage where terms @> array[c.number] offset 0) held
  where held.person_id = any($1::text[]) and ($2::text is null or held.session_id = $2)
  order by position desc limit {most}
) p
where c.so_far <= {most} or c.so_far = c.passages
group by c.number, c.passages, p.session_id
""".replace("{most}", str(_MOST_POSTINGS))


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose messages are searched, by all ids of one person; and the only session, if any."""

    persons: tuple[PersonId, ...]
    session_id: SessionId | None = None


@dataclass(frozen=True, slots=True)
class _Conversation:
    """The messages of one session, oldest first, numbered on from the first."""

    session_id: SessionId
    first: int
    positions: Sequence[int]

    def number(self, position: int) -> int | None:
        """Give a message's number; None if it was not there when the outline was read."""
        place = bisect_left(self.positions, position)
        is_there = place < len(self.positions) and self.positions[place] == position
        return self.first + place if is_there else None


class Numbered:
    """A person's past with its messages numbered."""

    def __init__(self, outline: Sequence[asyncpg.Record]) -> None:
        self._conversations: list[_Conversation] = []
        self._lengths: list[int] = [0]
        self._voices: list[int] = [0]
        self._gaps: list[int] = [0]
        self._speakers: dict[Voice, int] = {}
        for row in outline:
            self._add(row)
        self._by_session = {one.session_id: one for one in self._conversations}
        self.archive = Archive(
            lengths=self._lengths,
            voices=self._voices,
            gaps=self._gaps,
            passages=sum(len(row["positions"]) for row in outline),
            speakers=tuple(self._speakers),
        )

    def place(self, message: int) -> tuple[SessionId, int]:
        """Give the session and the position of a message."""
        found = bisect_right(self._conversations, message, key=lambda one: one.first) - 1
        conversation = self._conversations[found]
        return conversation.session_id, conversation.positions[message - conversation.first]

    def number(self, session_id: SessionId, position: int) -> int | None:
        """Give a message's number; None if it was not there when the outline was read."""
        conversation = self._by_session.get(session_id)
        return conversation.number(position) if conversation is not None else None

    def _add(self, row: asyncpg.Record) -> None:
        positions, lengths = row["positions"], row["lengths"]
        voices = self._said_by(row)
        if row["has_parts"]:
            begins = [
                place
                for place, position in enumerate(positions)
                if place == 0 or positions[place - 1] != position
            ]
            ends = [*begins[1:], len(positions)]
            lengths = [sum(lengths[a:b]) for a, b in zip(begins, ends, strict=True)]
            positions = [positions[place] for place in begins]
            voices = [voices[place] for place in begins]
        first = len(self._lengths)
        self._conversations.append(_Conversation(row["session_id"], first, positions))
        self._gaps.append(first + len(positions))
        self._lengths += (*lengths, 0)
        self._voices += (*voices, 0)

    def _said_by(self, row: asyncpg.Record) -> list[int]:
        """Who said each passage, as a place among the speakers."""
        person = self._voice(Voice(name=row["name"], is_person=True))
        bot = self._voice(Voice(is_person=False))
        if row["speakers"] is None:
            return [person if one else bot for one in row["is_person"]]
        return [
            (person if is_person else bot)
            if name is None
            else self._voice(Voice(name=name, is_person=is_person))
            for is_person, name in zip(row["is_person"], row["speakers"], strict=True)
        ]

    def _voice(self, voice: Voice) -> int:
        return self._speakers.setdefault(voice, len(self._speakers))


async def numbered(connection: asyncpg.Connection, scope: Scope) -> Numbered:
    """Read who said how much, in order."""
    return Numbered(await connection.fetch(_OUTLINE, scope.persons, scope.session_id))


async def postings(
    connection: asyncpg.Connection, scope: Scope, past: Numbered, *, terms: Sequence[str]
) -> Mapping[str, Term]:
    """Read where terms stand; those that stand nowhere, or nearly everywhere, are left out."""
    numbers = {
        number(person, term): term for term in terms[:_MOST_TERMS] for person in scope.persons
    }
    rows = await connection.fetch(_POSTINGS, scope.persons, scope.session_id, list(numbers))
    found: dict[str, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(numbers[row["number"]], []).append(row)
    return {term: _term(rows_of_term, past) for term, rows_of_term in found.items()}


def _term(rows: Sequence[asyncpg.Record], past: Numbered) -> Term:
    messages, parts, counts, lengths = [], [], [], []
    for row in rows:
        columns = zip(
            row["positions"], row["parts"], row["counts"], row["lengths"], strict=True
        )
        for position, part, times, length in columns:
            message = past.number(row["session_id"], position)
            if message is not None:
                messages.append(message)
                parts.append(part)
                counts.append(times)
                lengths.append(length)
    return Term(
        # Each person's number of the term has rows of its own, one for each session.
        passages=sum({row["number"]: row["passages"] for row in rows}.values()),
        messages=messages,
        parts=parts,
        counts=counts,
        lengths=lengths,
    )
