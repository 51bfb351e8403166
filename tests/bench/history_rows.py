"""A year of handoffs, made by the database itself: 1,000,000 of 50,000 people in minutes.

Few people have many, traces are of 1 to 40, words occur as often as in talk (Zipf), and what
is asked by hangs together: no coder is on WhatsApp, nobody idled after June, no agent began
from a forced rotation. So there are pairs of which each half is common and both never occur.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from context.messages import TraceId, UserId
from storage.database import Database

BEGINS_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""The year that the history covers."""

ENDS_AT = datetime(2027, 1, 1, tzinfo=UTC)

_SLOWEST_S = 1_800.0
_LOADERS = 2

_WORDS = 30_000
_PARAGRAPHS = 20_000
_WORDS_OF_PARAGRAPH = 40


def user_of(person: int) -> UserId:
    """How the n-th person's platform names them; the first ones have the most handoffs."""
    return UserId(f"+1415{5_000_000 + person}" if person % 5 < 2 else f"T1:U{person}")


def trace_of(number: int) -> TraceId:
    """The n-th trace's id."""
    return TraceId(hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is."""

    people: int = 50_000
    handoffs: int = 1_000_000

    @property
    def chunk(self) -> int:
        """How many handoffs are stored at once."""
        return max(self.handoffs // 40, 1)


# The n-th word, the n-th most frequent one: four consonants with an a behind each.
_LEXICON = f"""
create unlogged table lexicon as
select n, regexp_replace(translate(right(to_hex(65536 + n * 7919 % 65536), 4),
  '0123456789abcdef', 'bcdfghjklmnprstv'), '(.)', '\\1a', 'g') as word
from generate_series(1, {_WORDS}) n;
create unique index on lexicon (n);
create unlogged table paragraph as
select p as n, body, to_tsvector('simple', body) as words
from (
  select p, string_agg(word, ' ' order by w) as body
  from (
    select p, w, floor({_WORDS} ^ random())::int as k
    from generate_series(0, {_PARAGRAPHS - 1}) p, generate_series(1, {_WORDS_OF_PARAGRAPH}) w
  ) drawn join lexicon on n = k
  group by p
) written;
create unique index on paragraph (n);
"""  # noqa: S608 - constants only

# $1 people, $2 handoffs. Everybody has a trace; of the others most are of few people.
_TRACES = """
create unlogged table planned_trace as
select t, person, least(length, $2 - before)::int as length, begun_at, days, kind,
  person % 5 < 2 as is_whatsapp,
  case when kind < 0.15 then 'researcher' when kind < 0.2 then 'planner'
    when kind < 0.201 then 'auditor'
    when kind < 0.28 and person % 5 >= 2 then 'coder'
    when kind < 0.3 and person % 5 >= 2 then 'reviewer' else 'chat' end as agent_type,
  case when person % 5 >= 2 and project < 0.7
    then 'project-' || floor(200 ^ (project / 0.7))::int end as project_id
from (
  select t, length, days, kind, project,
    $3::timestamptz + place * (365 - days) * interval '1 day' as begun_at,
    case when t < $1 then t else floor($1 * random() ^ 1.6)::int end as person,
    sum(length) over (order by t) - length as before
  from (
    select t, length, length * 3 * random() as days, random() as place, random() as kind,
      random() as project
    from (
      select t, 1 + floor(39.999 * random() ^ 3)::int as length from generate_series(0, $2) t
    ) lengths
  ) drawn
) numbered
where before < $2
"""

_HANDOFFS = """
create unlogged table planned as
select row_number() over (order by created_at) - 1 as n, *
from (
  select t, person, sequence, length, is_whatsapp, agent_type, project_id,
    sequence = length as active,
    begun_at + (sequence - 1 + random()) * days / length * interval '1 day' as created_at,
    case
      when reason < 0.0005 then 'admin_request' when reason < 0.005 then 'error'
      when reason < 0.02 and agent_type <> 'planner' then 'budget_exhausted'
      when reason < 0.08 and begun_at < $1::timestamptz + interval '120 days'
        then 'idle_timeout'
      when reason < 0.2 and not is_whatsapp and sequence < length then 'forced_rotation'
      when reason < 0.28 and sequence < length then 'task_completed'
      when reason < 0.4 then 'user_request' else 'context_window_exhausted' end as reason
  from planned_trace, lateral (
    select sequence, random() + 0 * t as reason from generate_series(1, length) sequence) drawn
) drawn
"""

_PEOPLE = """
insert into person (id, created_at) select 'person-' || n, $2 from generate_series(0, $1 - 1) n
"""
_IDENTITIES = """
insert into identity (platform, user_id, person_id, created_at)
select case when n % 5 < 2 then 'whatsapp' else 'slack' end,
  case when n % 5 < 2 then '+1415' || 5000000 + n else 'T1:U' || n end, 'person-' || n, $2
from generate_series(0, $1 - 1) n
"""
_SESSIONS = """
insert into session (id, person_id, user_id, platform, provider, conversation, shared, agent_id,
  created_at, updated_at)
select 'session-' || n, 'person-' || n,
  case when n % 5 < 2 then '+1415' || 5000000 + n else 'T1:U' || n end,
  case when n % 5 < 2 then 'whatsapp' else 'slack' end,
  case when n % 5 < 2 then 'twilio' else 'slack' end, 'D' || n, false,
  (select md5(t::text) || '-' || length + 1 from planned_trace where person = n
   order by begun_at desc limit 1), $2, $2
from generate_series(0, $1 - 1) n
"""

# Every trace has an agent more than handoffs, and the last trace's last one is at work.
_AGENTS = """
insert into agent (id, trace_id, session_id, person_id, user_id, platform, provider, agent_type,
  version, state, history_from, occupied_tokens, peak_tokens, turns, told, started_at, ended_at)
select a.id, md5(t::text), s.id, s.person_id, s.user_id, s.platform, s.provider, agent_type,
  version, case when s.agent_id = a.id then 'active' else 'handoff_complete' end,
  0, 90000, 181000, 40, 0, begun_at + version * interval '1 hour',
  case when s.agent_id = a.id then null else begun_at + version * interval '2 hours' end
from (
  select t, person, begun_at, agent_type, version, md5(t::text) || '-' || version as id
  from planned_trace, generate_series(1, length + 1) version
  where t between $1 and $2
) a join session s on s.id = 'session-' || person
"""
_CALLS = """
insert into model_usage (call_id, person_id, session_id, agent_id, turn_id, purpose, model,
  outcome, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, started_at)
select a.id || '-' || call, person_id, session_id, a.id, 'turn', 'reply', 'claude', 'answered',
  1000, 90000, 1000, 500, started_at
from agent a, generate_series(1, 2) call
"""
_COMPACTIONS = """
insert into compaction (id, trace_id, person_id, user_id, platform, session_id, agent_id,
  agent_version, trigger, state, before_tokens, after_tokens, context_window_limit, seconds,
  created_at)
select 'compaction-' || n, md5(t::text), 'person-' || person, s.user_id, s.platform, s.id,
  md5(t::text) || '-' || sequence, sequence, 'threshold',
  case when n % 20 = 0 then 'skipped' else 'applied' end, 160000,
  case when n % 20 > 0 then 40000 + n % 1000 end, 200000, 1.5,
  p.created_at - interval '1 hour'
from planned p join session s on s.id = 'session-' || person where n % 2 = 0
"""
_ROTATIONS = """
insert into rotation (id, trace_id, person_id, user_id, platform, trigger, session_id, handoff_id,
  old_agent_id, new_agent_id, occupied_tokens, context_window_limit, created_at)
select md5('h' || n), md5(t::text), s.person_id, s.user_id, s.platform, 'rotation_threshold', s.id,
  md5('h' || n), md5(t::text) || '-' || sequence, md5(t::text) || '-' || sequence + 1,
  190001, 200000, p.created_at
from planned p join session s on s.id = 'session-' || person where reason = 'forced_rotation'
"""

_STORE = f"""
insert into agent_handoff (id, trace_id, sequence, person_id, user_id, platform, provider,
  session_id, agent_id, agent_type, agent_version, project_id, termination_reason, total_tokens,
  context_window_limit, completion_percentage, probe_score, predecessor_handoff_id,
  successor_handoff_id, active, created_at, summary, document, briefing, words)
select md5('h' || p.n), md5(t::text), sequence, s.person_id, s.user_id, s.platform, s.provider,
  s.id, md5(t::text) || '-' || sequence, agent_type, sequence, project_id, reason,
  150000 + p.n * 7919 % 45000, 200000, case when p.n % 3 > 0 then p.n * 31 % 101 end,
  case when p.n % 2 = 0 then (50 + p.n * 17 % 51) / 100.0 end, null, null, active, p.created_at,
  left(a.body, 160), jsonb_build_object('schema', 1, 'conversation_summary', a.body,
    'current_state', b.body, 'remarks', c.body,
    'key_facts', jsonb_build_array('order number: ORD' || p.n)),
  a.body || ' ' || b.body, a.words || b.words || array_to_tsvector(array['ord' || p.n])
from planned p join session s on s.id = 'session-' || person
  join paragraph a on a.n = p.n * 7919 % {_PARAGRAPHS}
  join paragraph b on b.n = (p.n * 104729 + p.n / 7) % {_PARAGRAPHS}
  join paragraph c on c.n = (p.n * 1299709 + p.n / 11) % {_PARAGRAPHS}
where p.n >= $1 and p.n < $2
order by p.n
"""  # noqa: S608 - constants only

_INDEXES = """
select indexname, indexdef from pg_indexes where schemaname = 'public'
  and tablename in ('agent_handoff', 'agent', 'model_usage', 'compaction', 'rotation')
  and indexname not like '%_pkey'
"""


async def build(database: Database, size: Size, *, report: Callable[[str], None]) -> None:
    """Store the year.

    Args:
        database: Migrated and empty.
        size: How much there is to be.
        report: Told what is being done.
    """
    async with database.hot() as connection:
        await _run(connection, "select setseed(0.42)")
        report("words and paragraphs")
        await _run(connection, _LEXICON)
        report("plan of traces")
        await _run(connection, _TRACES, size.people, size.handoffs, BEGINS_AT)
        await _run(connection, _HANDOFFS, BEGINS_AT)
        await _run(connection, "create unique index on planned (n)")
        await _run(connection, "create index on planned_trace (person)")
        await _run(connection, "analyze planned, planned_trace, paragraph")
        report("people and sessions")
        for statement in (_PEOPLE, _IDENTITIES, _SESSIONS):
            await _run(connection, statement, size.people, BEGINS_AT)
        await _run(connection, "analyze session")
        # Words are put together from those of paragraphs: to parse a million texts takes longer
        # than all else. Nothing that is measured can tell.
        await _run(connection, "alter table agent_handoff alter column words drop expression")
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await _run(connection, f"drop index {index['indexname']}")
    await _store(database, size, report=report)
    await _index(database, [index["indexdef"] for index in indexes], report=report)


async def _store(database: Database, size: Size, *, report: Callable[[str], None]) -> None:
    """Store handoffs in the order they were made, and beside them agents and calls."""
    chunks = iter(range(0, size.handoffs, size.chunk))

    async def handoffs() -> None:
        for first in chunks:
            report(f"handoffs from {first:,} of {size.handoffs:,}")
            async with database.hot() as connection:
                await _run(connection, _STORE, first, first + size.chunk)

    async def others() -> None:
        async with database.hot() as connection:
            report("agents")
            await _run(connection, _AGENTS, 0, size.handoffs)
            report("model calls")
            await _run(connection, _CALLS)
            report("compactions and rotations")
            await _run(connection, _COMPACTIONS)
            await _run(connection, _ROTATIONS)
        await handoffs()

    async with asyncio.TaskGroup() as loaders:
        loaders.create_task(others())
        for _ in range(_LOADERS - 1):
            loaders.create_task(handoffs())


async def _index(
    database: Database, definitions: list[str], *, report: Callable[[str], None]
) -> None:
    async with database.hot() as connection:
        await _run(connection, "set maintenance_work_mem = '1GB'")
        for definition in definitions:
            report(definition.split(" USING ")[0].lower())
            await _run(connection, definition)
        report("vacuum and analyze")
        await _run(connection, "vacuum analyze")
        await _run(connection, "checkpoint")


async def _run(connection: asyncpg.Connection, statement: str, *arguments: object) -> None:
    await connection.execute(statement, *arguments, timeout=_SLOWEST_S)
