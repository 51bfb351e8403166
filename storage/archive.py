"""A person's past as `context.recall` ranks it: how long messages are, and where terms stand.

Both statements read the index of the transcript alone. Whose past it is decides each of them,
by the person; and by the session, where others read along.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, repeat

import asyncpg

from context.messages import PersonId, SessionId
from context.recall import Archive, Term, Voice
from storage.passages import number

# Ranking so many takes some 10 ms; what a question's rare terms find comes first.
_MOST_POSTINGS = 2_000
_MOST_TERMS = 32

# $1 persons; $2 the only session, or null. In the order of the index; what most messages lack
# (`speaker`) is left out where all lack it.
_OUTLINE = """
select m.session_id, array_agg(m.position order by m.position) as positions,
  array_agg(m.length order by m.position) as lengths,
  array_agg(m.is_person order by m.position) as is_person, sum(m.parts)::int as passages,
  case when count(m.speaker) > 0 then array_agg(m.speaker order by m.position) end as speakers,
  (select n.speaker from session s join identity n using (platform, user_id)
   where s.id = m.session_id) as name
from (
  select session_id, position, sum(length)::int as length, count(*) as parts,
    bool_and(role = 'user') as is_person, max(speaker) as speaker
  from passage
  where person_id = any($1::text[]) and ($2::text is null or session_id = $2)
  group by session_id, position
) m
group by m.session_id
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


class Numbered:
    """A person's past with its messages numbered."""

    def __init__(self, outline: Sequence[asyncpg.Record]) -> None:
        self._numbers: dict[SessionId, dict[int, int]] = {}
        self._places: list[tuple[SessionId, int]] = []
        self._lengths: list[int] = []
        self._voices: list[int] = []
        self._gaps: list[int] = []
        self._speakers: dict[Voice, int] = {}
        self._add_gap()
        for row in outline:
            self._add(row)
            self._add_gap()
        self.archive = Archive(
            lengths=self._lengths,
            voices=self._voices,
            gaps=self._gaps,
            passages=sum(row["passages"] for row in outline),
            speakers=tuple(self._speakers),
        )

    def place(self, message: int) -> tuple[SessionId, int]:
        """Give the session and the position of a message."""
        return self._places[message]

    def number(self, session_id: SessionId, position: int) -> int | None:
        """Give a message's number; None if it was not there when the outline was read."""
        return self._numbers.get(session_id, {}).get(position)

    def _add_gap(self) -> None:
        self._gaps.append(len(self._lengths))
        self._places.append((SessionId(""), 0))
        self._lengths.append(0)
        self._voices.append(0)

    def _add(self, row: asyncpg.Record) -> None:
        session_id, positions = SessionId(row["session_id"]), row["positions"]
        self._numbers[session_id] = dict(
            zip(positions, count(len(self._lengths)), strict=False)
        )
        self._places.extend(zip(repeat(session_id), positions, strict=False))
        self._lengths.extend(row["lengths"])
        person = self._voice(Voice(name=row["name"], is_person=True))
        bot = self._voice(Voice(is_person=False))
        if row["speakers"] is None:
            self._voices.extend([person if one else bot for one in row["is_person"]])
            return
        for is_person, name in zip(row["is_person"], row["speakers"], strict=True):
            unnamed = person if is_person else bot
            named = Voice(name=name, is_person=is_person)
            self._voices.append(unnamed if name is None else self._voice(named))

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
