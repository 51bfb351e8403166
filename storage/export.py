"""Everything held of one person, line by line, however much it is.

All lines are read from one snapshot with cursors on the server, so that a line is in memory
only while it is given.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ARRAY, Text, TextClause, bindparam, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from context.messages import PersonId, UserId
from context.prompt import mail_blocks
from storage.database import Database
from storage.passages import text_of
from storage.people import person_ids
from storage.values import inbound

Line = Mapping[str, object]
"""One line; `type` first."""

_BATCH = 200
_TIMES = {"created_at", "updated_at"}


def _of_persons(statement: str) -> TextClause:
    """A statement about all rows of one person, whose ids are `:persons`."""
    return text(statement).bindparams(bindparam("persons", type_=ARRAY(Text)))


_PERSON = _of_persons("""
select (select min(platform) from identity where user_id = :user_id) as platform,
  notices, language, created_at
from person where id = any(:persons) and linked_to is null
""")

_IDENTITIES = _of_persons("""
select n.platform, n.user_id, n.speaker, n.greeted_at, n.created_at, coalesce((
    select json_agg(json_build_object(
      'session_id', s.id, 'provider', s.provider, 'conversation', s.conversation,
      'shared', s.shared, 'created_at', s.created_at, 'updated_at', s.updated_at)
      order by s.created_at, s.id)
    from session s
    where s.platform = n.platform and s.user_id = n.user_id and s.person_id = any(:persons)
  ), '[]') as sessions
from identity n where n.person_id = any(:persons) order by n.created_at, n.platform, n.user_id
""")

# A person's message stands in the inbox by itself, in the transcript perhaps with others; the
# assistant's, and all that was imported, only in the transcript. Whose message it was and
# in which trace comes along.
_MESSAGES = _of_persons("""
select m.message_id, m.role, m.body, m.blocks, m.sent_at, coalesce(m.speaker, case
    when m.role = 'user' then n.speaker end) as speaker,
  s.platform, s.user_id, s.conversation, s.shared, m.session_id, m.is_imported,
  coalesce(m.trace_id, a.trace_id) as trace_id
from (
  select i.id as message_id, 'user' as role, i.body::text as body, null::text as blocks,
    i.sent_at, i.position, i.body->>'speaker' as speaker, i.session_id, null as trace_id,
    false as is_imported, (select agent_id from step where turn_id = i.turn_id limit 1) as agent_id
  from inbox i where i.person_id = any(:persons) and i.lane = 'turn'
  union all
  select coalesce(c.imported_id, c.session_id || '-' || c.position), c.role, null,
    c.blocks::text, c.said_at, c.position, c.speaker, c.session_id, c.trace_id,
    c.imported_id is not null, c.agent_id
  from content_item c
  where c.person_id = any(:persons) and (c.role = 'assistant' or c.imported_id is not null)
) m
join session s on s.id = m.session_id
left join identity n on n.platform = s.platform and n.user_id = s.user_id
left join agent a on a.id = m.agent_id
order by m.sent_at, m.session_id, m.role desc, m.position
""")

_FACTS = _of_persons("""
select session_id, trace_id, turn_id, kind, origin, source_message_ids, said_at, fact
from fact where person_id = any(:persons) order by said_at, session_id, trace_id, kind, digest
""")

_HANDOFFS = _of_persons("""
select id as handoff_id, trace_id, sequence, user_id, platform, provider, session_id, agent_id,
  agent_type, agent_version, project_id, workflow_type, current_phase, task_status,
  task_description, termination_reason, total_tokens, context_window_limit,
  completion_percentage, probe_score, predecessor_handoff_id, successor_handoff_id, active,
  created_at, summary, document, briefing
from agent_handoff where person_id = any(:persons) order by created_at, id
""")

_USAGE = _of_persons("""
select call_id, session_id, agent_id, turn_id, purpose, model, outcome, input_tokens,
  cache_read_tokens, cache_write_tokens, output_tokens, started_at, ended_at
from model_usage where person_id = any(:persons) order by started_at, call_id
""")


class Export:
    """Reads everything held of a person, from Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lines(self, user_id: UserId) -> AsyncGenerator[Line, None]:
        """Give everything, the person first; nothing if nobody is known by that identity.

        Then come identities, messages, facts, handoffs and usage, each oldest first.

        Args:
            user_id: Any identity of the person.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            await connection.execute(text("set transaction isolation level repeatable read"))
            persons = await person_ids(connection, user_id)
            whose = _PERSON.bindparams(user_id=user_id)
            async for row in _rows(connection, whose, persons):
                yield {"type": "user", "user_id": user_id, **row}
            async for row in _rows(connection, _IDENTITIES, persons):
                yield {"type": "identity", **row, "sessions": _sessions(row["sessions"])}
            async for row in _rows(connection, _MESSAGES, persons):
                if (line := _message(row)) is not None:
                    yield line
            for kind, statement in (
                ("fact", _FACTS),
                ("handoff", _HANDOFFS),
                ("usage", _USAGE),
            ):
                async for row in _rows(connection, statement, persons):
                    yield {"type": kind, **row}


async def _rows(
    connection: AsyncConnection, statement: TextClause, persons: tuple[PersonId, ...]
) -> AsyncIterator[RowMapping]:
    options: dict[str, Any] = {"yield_per": _BATCH}
    result = await connection.stream(
        statement, {"persons": list(persons)}, execution_options=options
    )
    async for row in result.mappings():
        yield row


def _sessions(entries: list[dict[str, Any]]) -> list[Line]:
    """Read the times in JSON, which are told in the server's time zone."""
    return [
        {
            name: datetime.fromisoformat(told).astimezone(UTC) if name in _TIMES else told
            for name, told in entry.items()
        }
        for entry in entries
    ]


def _message(row: RowMapping) -> Line | None:
    """A message as a line; None for what holds no words, such as a mere call of a tool."""
    if row["body"] is not None:
        said = text_of(mail_blocks([inbound(row["body"])]))
    else:
        said = text_of(json.loads(row["blocks"])["blocks"])
        if not said.strip() and not row["is_imported"]:
            return None
    names = ("sent_at", "speaker", "platform", "user_id", "conversation", "shared")
    return {
        "type": "message",
        "message_id": row["message_id"],
        "role": row["role"],
        "text": said,
        **{name: row[name] for name in (*names, "session_id", "trace_id")},
    }
