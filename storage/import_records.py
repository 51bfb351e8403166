"""What an import's lines become in the database: one table for all, and what is kept of it.

Messages have columns of their own; the rest of a line is a JSON object in `record`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from datetime import datetime
from itertools import accumulate
from typing import assert_never

from sqlalchemy import Table

from context.messages import PersonId, session_id
from storage.import_lines import (
    ImportedIdentity,
    ImportedMessage,
    ImportedRecord,
    ImportedSession,
    ImportedUser,
    LineReader,
)
from storage.passages import indexed
from storage.tables.row import NAMES
from storage.values import storable_json

CREATE = """
create temporary table incoming (
  line bigint, kind text, platform text, user_id text, speaker text, session_id text,
  provider text, conversation text, shared boolean, record jsonb, message_id text, role text,
  body text, trace_id text, sent_at timestamptz, terms bigint[], ends int[]
) on commit drop;
create temporary table arrived (like incoming, position bigint) on commit drop
"""
COLUMNS = (
    *("line", "kind", "platform", "user_id", "speaker", "session_id", "provider"),
    *("conversation", "shared", "record", "message_id", "role", "body", "trace_id", "sent_at"),
    *("terms", "ends"),
)

# $1 all ids of the person. A fault, and the first line that has it.
FAULTS: Mapping[str, str] = {
    "session_id: is none of the person's": """
select min(i.line) from incoming i
where i.kind = 'fact' and not exists (
  select from session s where s.id = i.record->>'session_id' and s.person_id = any($1::text[]))
""",
    "user_id: is none of the person's": """
select min(i.line) from incoming i
where i.kind = 'handoff' and not exists (
  select from identity n where n.platform = i.record->>'platform'
    and n.user_id = i.record->>'user_id' and n.person_id = any($1::text[]))
""",
    "trace_id: belongs to somebody else here": """
select min(i.line) from incoming i
where i.kind = 'handoff' and (
  exists (select from agent_handoff h where h.trace_id = i.record->>'trace_id'
    and h.person_id <> all($1::text[]))
  or exists (select from agent a where a.trace_id = i.record->>'trace_id'
    and a.person_id <> all($1::text[])))
""",
    "handoff_id: belongs to somebody else here": """
select min(i.line) from incoming i join agent_handoff h on h.id = i.record->>'id'
where i.kind = 'handoff' and h.person_id <> all($1::text[])
""",
    "sequence: another handoff of the trace has it": """
select min(line) from (
  select i.line, i.record->>'id' <> min(i.record->>'id') over (
      partition by i.record->>'trace_id', i.record->>'sequence')
    or exists (select from agent_handoff h where h.trace_id = i.record->>'trace_id'
      and h.sequence = (i.record->>'sequence')::int and h.id <> i.record->>'id'
      and h.person_id = any($1::text[])) as is_taken
  from incoming i where i.kind = 'handoff'
) placed where is_taken
""",
    "call_id: belongs to somebody else here": """
select min(i.line) from incoming i join model_usage u on u.call_id = i.record->>'call_id'
where i.kind = 'usage' and u.person_id <> all($1::text[])
""",
}


def _kept(kind: str, table: Table) -> str:
    """The statement that keeps a kind's records as rows of $1; what is known is left."""
    names = [column.name for column in table.c if column.computed is None]
    return f"""
insert into {table.name} ({", ".join(names)})
select {", ".join(f"r.{name}" for name in names)}
from incoming i, jsonb_populate_record(
  null::{table.name}, i.record || jsonb_build_object('person_id', $1::text)) r
where i.kind = '{kind}' order by i.line
on conflict ({", ".join(column.name for column in table.primary_key)}) do nothing
"""  # noqa: S608 - our own names


KEEP: Mapping[str, str] = {
    "fact": _kept("fact", NAMES.tables["fact"]),
    "handoff": _kept("handoff", NAMES.tables["agent_handoff"]),
    "usage": _kept("usage", NAMES.tables["model_usage"]),
}


async def records(
    reader: LineReader,
    lines: AsyncGenerator[bytes, None],
    *,
    user: ImportedUser,
    person: PersonId,
) -> AsyncIterator[tuple[object, ...]]:
    """Give the rows of `incoming` that a file's lines make, the first line's included.

    Raises:
        QueryError: A line cannot be used: names its number and fault.
    """
    first = ImportedIdentity(platform=user.platform, user_id=user.user_id)
    yield _identity(first, line=reader.number)
    async for line in lines:
        match reader.next(line):
            case ImportedIdentity() as identity:
                yield _identity(identity, line=reader.number)
                for row in _sessions(identity, line=reader.number):
                    yield row
            case ImportedMessage() as message:
                yield _message(message, person, line=reader.number)
            case ImportedRecord(kind=kind, row=row):
                yield _row(reader.number, kind, record=row)
            case None:
                pass
            case never:
                assert_never(never)


def _row(line: int, kind: str, **values: object) -> tuple[object, ...]:
    known = {"line": line, "kind": kind, **values}
    return tuple(known.get(name) for name in COLUMNS)


def _identity(identity: ImportedIdentity, *, line: int) -> tuple[object, ...]:
    return _row(
        line,
        "identity",
        platform=identity.platform,
        user_id=identity.user_id,
        speaker=identity.speaker,
        record=_moments(created_at=identity.created_at, greeted_at=identity.greeted_at),
    )


def _sessions(identity: ImportedIdentity, *, line: int) -> Iterator[tuple[object, ...]]:
    for one in identity.sessions:
        yield _session(one, identity, line=line)


def _session(
    session: ImportedSession, identity: ImportedIdentity, *, line: int
) -> tuple[object, ...]:
    return _row(
        line,
        "session",
        platform=identity.platform,
        user_id=identity.user_id,
        session_id=session.session_id,
        provider=session.provider,
        conversation=session.conversation,
        shared=session.shared,
        record=_moments(created_at=session.created_at, updated_at=session.updated_at),
    )


def _moments(**moments: datetime | None) -> str:
    told = {name: at.isoformat() for name, at in moments.items() if at is not None}
    return storable_json(told)


def _message(message: ImportedMessage, person: PersonId, *, line: int) -> tuple[object, ...]:
    identity = message.identity
    parts: list[list[int]] = []
    if message.text.strip():
        parts = indexed(person, message.text, is_answer=message.role == "assistant")
    return _row(
        line,
        "message",
        platform=identity.platform,
        user_id=identity.user_id,
        speaker=message.speaker,
        session_id=session_id(identity.platform, identity.user_id, message.conversation),
        provider=message.provider,
        conversation=message.conversation,
        shared=message.shared,
        message_id=message.message_id,
        role=message.role,
        body=message.text,
        trace_id=message.trace_id,
        sent_at=message.sent_at,
        terms=[number for part in parts for number in part],
        ends=list(accumulate(map(len, parts))),
    )
