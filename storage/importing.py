"""A person's past brought in from elsewhere, all of it or nothing.

Lines are read one after another into a table that only this transaction sees, so that a file
of any size takes the same memory and a bad line leaves nothing behind. Every statement is
text, as what they move never passes through here.

Imported messages lie before everything that was said here, below position 0: they are found
again, and are in no agent's prompt. An import after an erasure is an operator's own deed, and
what it brings is kept.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from context.errors import QueryError
from context.messages import PersonId, Platform, Provider, UserId, person_id
from storage.database import Database
from storage.day_totals import unfold_days_of
from storage.import_lines import ImportedUser, LineReader
from storage.import_records import COLUMNS, CREATE, FAULTS, KEEP, records
from storage.tombstones import hold_past

# An import of millions takes its time, unlike any other statement.
_PATIENCE_S = 24 * 3600.0

_PERSON_OF = """
select coalesce(p.linked_to, p.id) from identity n join person p on p.id = n.person_id
where n.platform = $1 and n.user_id = $2
"""

# Whoever is known keeps what they chose.
_KEEP_PERSON = """
insert into person (id, notices, language, created_at)
values ($1, $2, $3, coalesce($4,
  (select min(sent_at) from incoming where kind = 'message'), $5)) on conflict do nothing
"""

_PERSONS = "select array_agg(id) from person where id = $1 or linked_to = $1"

_EVERY_IDENTITY = """
select min(line) as line, platform, user_id,
  max(speaker) filter (where kind = 'identity') as speaker,
  min((record->>'created_at')::timestamptz) filter (where kind = 'identity') as created_at,
  min((record->>'greeted_at')::timestamptz) filter (where kind = 'identity') as greeted_at
from incoming where kind in ('identity', 'message') group by platform, user_id
"""

_SOMEBODY_ELSES = f"""
select named.line from ({_EVERY_IDENTITY}) named
join identity n using (platform, user_id) join person p on p.id = n.person_id
where coalesce(p.linked_to, p.id) <> $1
order by named.line limit 1
"""  # noqa: S608 - constants only

_KEEP_IDENTITIES = f"""
insert into identity (platform, user_id, person_id, speaker, greeted_at, created_at)
select platform, user_id, $1, speaker, greeted_at,
  coalesce(created_at, (select created_at from person where id = $1))
from ({_EVERY_IDENTITY}) named on conflict do nothing
"""  # noqa: S608 - constants only

# What a session's own entry says goes before what its messages let guess.
_KEEP_SESSIONS = """
insert into session
  (id, person_id, user_id, platform, provider, conversation, shared, created_at, updated_at)
select session_id, $1, min(user_id), min(platform),
  coalesce(min(provider) filter (where kind = 'session'), min(provider)), min(conversation),
  coalesce(bool_or(shared) filter (where kind = 'session'), bool_or(shared)),
  coalesce(min((record->>'created_at')::timestamptz), min(sent_at)),
  coalesce(max((record->>'updated_at')::timestamptz), max(sent_at))
from incoming where kind in ('session', 'message') group by session_id on conflict do nothing
"""

# $1 all ids of the person. What is known is left: what was imported before, and what was said
# here, by the ids it is exported under.
_NUMBER = """
insert into arrived
select i.*, least((select coalesce(min(c.position), 0) from content_item c
    where c.session_id = i.session_id), 0)
  - count(*) over (partition by i.session_id)
  + row_number() over (partition by i.session_id order by i.sent_at, i.line) - 1
from (select distinct on (message_id) * from incoming where kind = 'message'
  order by message_id, line) i
where not exists (select from content_item c
    where c.person_id = any($1::text[]) and c.imported_id = i.message_id)
  and not exists (select from inbox b
    where b.person_id = any($1::text[]) and b.id = i.message_id)
  and not exists (select from content_item c
    where c.person_id = any($1::text[]) and c.session_id = left(i.message_id, 32)
      and c.position = case when i.message_id ~ '^[0-9a-f]{32}-[0-9]{1,18}$'
        then substr(i.message_id, 34)::bigint end)
"""

_KEEP_MESSAGES = """
insert into content_item (session_id, position, person_id, agent_id, turn_id, role, blocks,
  message_ids, imported_id, speaker, trace_id, said_at)
select session_id, position, $1, 'imported', 'imported', role,
  jsonb_build_object('schema', 1, 'blocks',
    jsonb_build_array(jsonb_build_object('type', 'text', 'text', body))),
  array[message_id], message_id, speaker, trace_id, sent_at
from arrived
"""

# `terms` holds those of all passages, one after another; `ends` says where each one ends.
_KEEP_PASSAGES = """
insert into passage (session_id, position, part, person_id, role, speaker, length, terms)
select a.session_id, a.position, p.part - 1, $1, a.role, a.speaker, cardinality(p.terms), p.terms
from arrived a, lateral (
  select part, a.terms[coalesce(a.ends[part - 1], 0) + 1 : a.ends[part]] as terms
  from generate_subscripts(a.ends, 1) part
) p
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did.

    Attributes:
        user_id: The identity that the file is about.
        messages: How many it brought in.
        facts: How many rows of the fact ledger.
        handoffs: How many handoffs.
        calls: How many model calls.
        known: How many of all these were here already.
    """

    user_id: UserId
    messages: int
    facts: int
    handoffs: int
    calls: int
    known: int


class Import:
    """Brings people's pasts into Postgres."""

    def __init__(self, database: Database, *, providers: Mapping[Platform, Provider]) -> None:
        """Keep where to.

        Args:
            database: Everything.
            providers: The platforms that messages may be of, and who carries theirs.
        """
        self._database = database
        self._providers = providers

    async def run(
        self,
        batches: AsyncGenerator[Sequence[bytes], None],
        *,
        now: datetime,
        report: Callable[[int], None],
    ) -> Imported:
        """Import a file; the same file again adds nothing.

        Args:
            batches: Its lines, in order, some at a time; closed at the end.
            now: When a person who has said nothing is first known.
            report: Told how many lines were read, again and again.

        Raises:
            QueryError: A line cannot be used: names its number and fault. Nothing is kept.
            StoreUnavailable: The database is out of reach. Nothing is kept.
        """
        reader = LineReader(self._providers)
        async with (
            aclosing(batches),
            self._database.hot() as connection,
            connection.transaction(),
        ):
            return await _Run(connection, reader, now=now).run(_counted(batches, report))


class _Run:
    """One import, inside its transaction."""

    def __init__(
        self, connection: asyncpg.Connection, reader: LineReader, *, now: datetime
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._now = now

    async def run(self, lines: AsyncGenerator[bytes, None]) -> Imported:
        user = self._reader.user(await anext(lines, b""))
        person = await self._person(user)
        await self._execute(CREATE)
        await self._connection.copy_records_to_table(
            "incoming",
            records=records(self._reader, lines, user=user, person=person),
            columns=COLUMNS,
            timeout=_PATIENCE_S,
        )
        await self._execute("analyze incoming")
        await self._keep_person(user, person)
        kept = {"message": await self._keep_messages(person), **await self._keep_rest(person)}
        read = "select count(*) from incoming where kind not in ('identity', 'session')"
        count: int = await self._connection.fetchval(read, timeout=_PATIENCE_S)
        return Imported(
            user_id=user.user_id,
            messages=kept["message"],
            facts=kept["fact"],
            handoffs=kept["handoff"],
            calls=kept["usage"],
            known=count - sum(kept.values()),
        )

    async def _person(self, user: ImportedUser) -> PersonId:
        """Find whose past it is, and let nobody else import or erase it meanwhile."""
        held = None
        while (found := await self._whose(user)) != held:
            await hold_past(self._connection, found, patience_s=_PATIENCE_S)
            held = found
        return found

    async def _whose(self, user: ImportedUser) -> PersonId:
        known = await self._connection.fetchval(_PERSON_OF, user.platform, user.user_id)
        return PersonId(known or person_id(user.platform, user.user_id))

    async def _keep_person(self, user: ImportedUser, person: PersonId) -> None:
        chosen = (user.notices, user.language, user.created_at)
        await self._execute(_KEEP_PERSON, person, *chosen, self._now)
        await self._refuse("user_id: belongs to somebody else here", _SOMEBODY_ELSES, person)
        await self._execute(_KEEP_IDENTITIES, person)
        await self._execute(_KEEP_SESSIONS, person)

    async def _keep_messages(self, person: PersonId) -> int:
        persons = await self._connection.fetchval(_PERSONS, person)
        await self._execute(_NUMBER, persons)
        kept = await self._execute(_KEEP_MESSAGES, person)
        await self._execute(_KEEP_PASSAGES, person)
        return kept

    async def _keep_rest(self, person: PersonId) -> dict[str, int]:
        """Keep facts, handoffs and model calls; say how many of each were new."""
        persons = await self._connection.fetchval(_PERSONS, person)
        for fault, statement in FAULTS.items():
            await self._refuse(fault, statement, persons)
        kept = {
            kind: await self._execute(statement, person) for kind, statement in KEEP.items()
        }
        if kept["handoff"]:
            await unfold_days_of(self._connection, persons)
        return kept

    async def _refuse(self, fault: str, statement: str, whose: object) -> None:
        """Stop at the first line that a statement finds, if it finds any."""
        line = await self._connection.fetchval(statement, whose, timeout=_PATIENCE_S)
        if line is not None:
            place = f"line {line}"
            raise QueryError(place, fault)

    async def _execute(self, statement: str, *arguments: object) -> int:
        """Run a statement; say how many rows it changed, if it changes any."""
        status: str = await self._connection.execute(statement, *arguments, timeout=_PATIENCE_S)
        count = status.rsplit(" ", 1)[-1]
        return int(count) if count.isdigit() else 0


async def _counted(
    batches: AsyncGenerator[Sequence[bytes], None], report: Callable[[int], None]
) -> AsyncGenerator[bytes, None]:
    """Give the lines one by one, and tell how many they were."""
    read = 0
    async for batch in batches:
        for line in batch:
            yield line
        read += len(batch)
        report(read)
