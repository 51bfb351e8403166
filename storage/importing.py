"""A person's past brought in from elsewhere, all of it or nothing.

Lines are read one after another into a table that only this transaction sees, so that a file
of any size takes the same memory and a bad line leaves nothing behind. Every statement is
text, as what they move never passes through here.

Imported messages lie before everything that was said here, below position 0: they are found
again, and are in no agent's prompt.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

import asyncpg

from context.errors import QueryError
from context.messages import PersonId, Platform, Provider, UserId, person_id, session_id
from storage.database import Database
from storage.import_lines import ImportedIdentity, ImportedMessage, LineReader
from storage.passages import indexed

# An import of millions takes its time, unlike any other statement.
_PATIENCE_S = 24 * 3600.0

_PERSON_OF = """
select coalesce(p.linked_to, p.id) from identity n join person p on p.id = n.person_id
where n.platform = $1 and n.user_id = $2
"""

_INCOMING = """
create temporary table incoming (
  line bigint, message_id text, session_id text, platform text, provider text, user_id text,
  conversation text, shared boolean, role text, body text, speaker text, trace_id text,
  sent_at timestamptz, terms bigint[], ends int[]
) on commit drop;
create temporary table arrived (like incoming, position bigint) on commit drop;
create temporary table incoming_identity (
  line bigint, platform text, user_id text, speaker text
) on commit drop
"""
_COLUMNS = (
    *("line", "message_id", "session_id", "platform", "provider", "user_id", "conversation"),
    *("shared", "role", "body", "speaker", "trace_id", "sent_at", "terms", "ends"),
)

_KEEP_PERSON = """
insert into person (id, created_at)
values ($1, coalesce((select min(sent_at) from incoming), $2)) on conflict do nothing
"""

# Other imports of the same person wait here until this one is over.
_LOCK_PERSON = "select 1 from person where id = $1 for update"

_PERSONS = "select array_agg(id) from person where id = $1 or linked_to = $1"

_EVERY_IDENTITY = """
select min(line) as line, platform, user_id, max(speaker) as speaker from (
  select line, platform, user_id, null as speaker from incoming
  union all select line, platform, user_id, speaker from incoming_identity
) named
group by platform, user_id
"""

_SOMEBODY_ELSES = f"""
select named.line from ({_EVERY_IDENTITY}) named
join identity n using (platform, user_id) join person p on p.id = n.person_id
where coalesce(p.linked_to, p.id) <> $1
order by named.line limit 1
"""  # noqa: S608 - constants only

_KEEP_IDENTITIES = f"""
insert into identity (platform, user_id, person_id, speaker, created_at)
select platform, user_id, $1, speaker, (select created_at from person where id = $1)
from ({_EVERY_IDENTITY}) named on conflict do nothing
"""  # noqa: S608 - constants only

_KEEP_SESSIONS = """
insert into session
  (id, person_id, user_id, platform, provider, conversation, shared, created_at, updated_at)
select session_id, $1, min(user_id), min(platform), min(provider), min(conversation),
  bool_or(shared), min(sent_at), max(sent_at)
from incoming group by session_id on conflict do nothing
"""

# $1 all ids of the person. What is known is left: what was imported before, and what was said
# here, by the ids it is exported under.
_NUMBER = """
insert into arrived
select i.*, least((select coalesce(min(c.position), 0) from content_item c
    where c.session_id = i.session_id), 0)
  - count(*) over (partition by i.session_id)
  + row_number() over (partition by i.session_id order by i.sent_at, i.line) - 1
from (select distinct on (message_id) * from incoming order by message_id, line) i
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
        known: How many were here already.
        left_out: How many lines are of a kind that is not imported.
    """

    user_id: UserId
    messages: int
    known: int
    left_out: int


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
        self._identities: dict[ImportedIdentity, int] = {}
        self._messages = 0

    async def run(self, lines: AsyncGenerator[bytes, None]) -> Imported:
        user = self._reader.user(await anext(lines, b""))
        self._identities[user] = self._reader.number
        whose = await self._connection.fetchval(_PERSON_OF, user.platform, user.user_id)
        person = PersonId(whose or person_id(user.platform, user.user_id))
        await self._execute(_INCOMING)
        await self._connection.copy_records_to_table(
            "incoming",
            records=self._records(lines, person),
            columns=_COLUMNS,
            timeout=_PATIENCE_S,
        )
        await self._keep_person(person)
        kept = await self._keep_messages(person)
        return Imported(
            user_id=user.user_id,
            messages=kept,
            known=self._messages - kept,
            left_out=self._reader.left_out,
        )

    async def _records(
        self, lines: AsyncGenerator[bytes, None], person: PersonId
    ) -> AsyncIterator[tuple[object, ...]]:
        async for line in lines:
            match self._reader.next(line):
                case ImportedIdentity() as identity:
                    self._identities.setdefault(identity, self._reader.number)
                case ImportedMessage() as message:
                    self._messages += 1
                    yield _record(message, person, line=self._reader.number)
                case None:
                    pass

    async def _keep_person(self, person: PersonId) -> None:
        await self._connection.copy_records_to_table(
            "incoming_identity",
            records=[
                (line, one.platform, one.user_id, one.speaker)
                for one, line in self._identities.items()
            ],
        )
        await self._execute(_KEEP_PERSON, person, self._now)
        await self._execute(_LOCK_PERSON, person)
        line = await self._connection.fetchval(_SOMEBODY_ELSES, person, timeout=_PATIENCE_S)
        if line is not None:
            place = f"line {line}"
            raise QueryError(place, "user_id: belongs to somebody else here")
        await self._execute(_KEEP_IDENTITIES, person)

    async def _keep_messages(self, person: PersonId) -> int:
        persons = await self._connection.fetchval(_PERSONS, person)
        await self._execute(_KEEP_SESSIONS, person)
        await self._execute("analyze incoming")
        await self._execute(_NUMBER, persons)
        await self._execute(_KEEP_MESSAGES, person)
        await self._execute(_KEEP_PASSAGES, person)
        count: int = await self._connection.fetchval("select count(*) from arrived")
        return count

    async def _execute(self, statement: str, *arguments: object) -> None:
        await self._connection.execute(statement, *arguments, timeout=_PATIENCE_S)


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


def _record(message: ImportedMessage, person: PersonId, *, line: int) -> tuple[object, ...]:
    """A message as a row of `incoming`."""
    identity = message.identity
    parts: list[list[int]] = []
    if message.text.strip():
        parts = indexed(person, message.text, is_answer=message.role == "assistant")
    return (
        line,
        message.message_id,
        session_id(identity.platform, identity.user_id, message.conversation),
        identity.platform,
        message.provider,
        identity.user_id,
        message.conversation,
        message.shared,
        message.role,
        message.text,
        message.speaker,
        message.trace_id,
        message.sent_at,
        [number for part in parts for number in part],
        list(accumulate(map(len, parts))),
    )
