"""A service that has been busy: enough rows that Postgres prefers an index where it has one.

Everybody has a session; the history belongs to the first few.
"""

from storage.database import Database

PEOPLE = 200
HANDOFFS = 5_000

_FILL = f"""
insert into person (id, created_at)
  select 'person-' || n, '2026-01-01Z' from generate_series(0, {HANDOFFS - 1}) n;
insert into identity (platform, user_id, person_id, created_at)
  select 'slack', 'T1:U' || n, 'person-' || n, '2026-01-01Z'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into session (id, person_id, user_id, platform, provider, conversation, shared,
    agent_id, created_at, updated_at)
  select 'session-' || n, 'person-' || n, 'T1:U' || n, 'slack', 'slack', 'D' || n, false,
    'agent-' || n || '-24', '2026-01-01Z', '2026-01-01Z'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into agent (id, trace_id, session_id, person_id, user_id, platform, provider, agent_type,
    version, state, history_from, occupied_tokens, peak_tokens, turns, told, started_at, ended_at)
  select 'agent-' || n % {PEOPLE} || '-' || n / {PEOPLE}, 'trace-' || n % {PEOPLE},
    'session-' || n % {PEOPLE}, 'person-' || n % {PEOPLE}, 'T1:U' || n % {PEOPLE}, 'slack',
    'slack', 'chat', n / {PEOPLE},
    case when n / {PEOPLE} < 24 then 'handoff_complete' else 'active' end,
    0, 0, 0, 0, 0, '2026-01-01Z',
    case when n / {PEOPLE} < 24 then timestamptz '2026-01-02Z' end
  from generate_series(0, {HANDOFFS - 1}) n;
insert into agent_handoff (id, trace_id, sequence, person_id, user_id, platform, provider,
    session_id, agent_id, agent_type, agent_version, project_id, termination_reason,
    total_tokens, context_window_limit, active, created_at, summary, document)
  select 'handoff-' || n, 'trace-' || n % {PEOPLE}, n / {PEOPLE}, 'person-' || n % {PEOPLE},
    'T1:U' || n % {PEOPLE}, case when n % 100 = 0 then 'whatsapp' else 'slack' end, 'slack',
    'session-' || n % {PEOPLE}, 'agent-' || n % {PEOPLE} || '-' || n / {PEOPLE},
    case when n % 100 = 1 then 'researcher' else 'chat' end, 1,
    case when n % 100 = 2 then 'atlas' end,
    case when n % 100 = 3 then 'user_request' else 'context_window_exhausted' end, 181000, 200000,
    n / {PEOPLE} = 24, timestamptz '2026-01-01Z' + n * interval '1 minute', 'Order ' || n,
    jsonb_build_object('conversation_summary', 'Order number' || n,
      'recent_turns', (select jsonb_agg(md5(n || ' ' || m)) from generate_series(1, 12) m))
  from generate_series(0, {HANDOFFS - 1}) n;
insert into compaction (id, trace_id, person_id, user_id, platform, session_id, agent_id,
    agent_version, trigger, state, before_tokens, after_tokens, context_window_limit, seconds,
    created_at)
  select 'compaction-' || n, 'trace-' || n % {PEOPLE}, 'person-' || n % {PEOPLE},
    'T1:U' || n % {PEOPLE}, case when n % 100 = 0 then 'whatsapp' else 'slack' end,
    'session-' || n % {PEOPLE}, 'agent-' || n % {PEOPLE} || '-' || n / {PEOPLE}, 1, 'threshold',
    'applied', 160000, 40000, 200000, 1.5, timestamptz '2026-01-01Z' + n * interval '1 minute'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into rotation (id, trace_id, person_id, platform, session_id, handoff_id, old_agent_id,
    new_agent_id, occupied_tokens, context_window_limit, created_at)
  select 'rotation-' || n, 'trace-' || n % {PEOPLE}, 'person-' || n % {PEOPLE},
    case when n % 100 = 0 then 'whatsapp' else 'slack' end, 'session-' || n % {PEOPLE},
    'handoff-' || n, 'agent-' || n, 'agent-' || n + 1, 1, 2,
    timestamptz '2026-01-01Z' + n * interval '1 minute'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into inbox (id, session_id, person_id, lane, body, state, turn_id, sent_at, received_at,
    settled_at)
  select 'message-' || n, 'session-' || n % {PEOPLE}, 'person-' || n % {PEOPLE}, 'turn', '{{}}',
    case when n % 500 = 0 then 'pending' when n % 500 = 1 then 'failed' else 'answered' end,
    'turn-' || n, '2026-01-01Z', '2026-01-01Z', '2026-01-01Z'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into outbox (id, session_id, person_id, turn_id, kind, address, body, state, created_at,
    settled_at)
  select 'outbox-' || n, 'session-' || n % {PEOPLE}, 'person-' || n % {PEOPLE}, 'turn-' || n,
    'reply', '{{}}', 'hello',
    case when n % 500 = 0 then 'pending' when n % 500 = 1 then 'failed' else 'sent' end,
    '2026-01-01Z', '2026-01-01Z'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into erasure (digest, kind, receipt_id, erased_at)
  select md5(n::text), 'identity', 'receipt-' || n, '2026-01-01Z'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into chore (id, session_id, person_id, agent_id, lane, kind, trigger, state, created_at)
  select 'chore-' || n, 'session-' || n % {PEOPLE}, 'person-' || n % {PEOPLE}, 'agent-' || n,
    'maintain', 'draft', 'threshold', case when n % 500 = 0 then 'pending' else 'done' end,
    '2026-01-01Z'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into model_usage (call_id, person_id, session_id, agent_id, turn_id, purpose, model,
    outcome, started_at)
  select 'call-' || n, 'person-' || n % {PEOPLE}, 'session-' || n % {PEOPLE}, 'agent-' || n,
    'turn-' || n, 'reply', 'claude', 'answered', timestamptz '2026-01-01Z' + n * interval '1 hour'
  from generate_series(0, {HANDOFFS - 1}) n;
insert into compaction (id, trace_id, person_id, user_id, platform, session_id, agent_id,
    agent_version, trigger, state, before_tokens, after_tokens, context_window_limit, seconds,
    created_at)
  select 'shrunk-' || n, 'trace-' || n % {PEOPLE}, 'person-' || n % {PEOPLE},
    'T1:U' || n % {PEOPLE}, 'slack', 'session-' || n % {PEOPLE}, 'agent-' || n, 1, 'threshold',
    'applied', 160000, 80000, 200000, 1, timestamptz '2026-01-01Z' + n * interval '1 hour'
  from generate_series(0, {HANDOFFS - 1}) n;
"""  # noqa: S608 - constants only


async def fill(database: Database) -> None:
    """Store the rows of a busy year."""
    async with database.hot() as connection:
        await connection.execute(_FILL)
        await connection.execute("vacuum analyze")
