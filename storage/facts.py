"""The fact ledger: what was said word for word, one row for each value of a trace.

A row keeps what was last stated of its value, and all messages it stood in. Which value took
whose place is worked out whenever the ledger is read, by the rules that a handoff follows, so
that no rule is written down twice.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import asyncpg
from pydantic import TypeAdapter
from sqlalchemy import case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.fact_patterns import FactKind
from context.facts import CAN_CHANGE, MOST_SOURCES, SAID_ANEW, SENTENCES, Fact, merged
from context.messages import PersonId, SessionId, TraceId, TurnId
from storage.tables.transcript import ContentItemRow, FactRow
from storage.values import storable_json

MOST_READ = 5_000
"""As many rows are read of one trace: all sentences, then the newest values."""

_FACT = TypeAdapter(Fact)


def _listed(kinds: Iterable[FactKind]) -> str:
    return ", ".join(sorted(f"'{kind}'" for kind in kinds))


# As `context.facts.merged` decides it, but for what only the other rows could say.
_IS_ANEW = f"""
(excluded.fact->>'said_at')::timestamptz > (f.fact->>'said_at')::timestamptz
and excluded.origin in ('user', f.origin)
and (f.kind in ({_listed(SAID_ANEW)})
  or f.kind in ({_listed(CAN_CHANGE)}) and (excluded.fact->>'stated')::boolean)
"""
_IS_NAMED = "f.fact->>'name' = '' and excluded.fact->>'name' <> ''"
_HAS_SOURCES = f"""
cardinality(f.source_message_ids) >= {MOST_SOURCES}
  or excluded.source_message_ids <@ f.source_message_ids
"""

# In the order of the key, so that no two turns wait for each other.
_KEEP = f"""
insert into fact as f (session_id, trace_id, kind, digest, person_id, turn_id,
  source_message_ids, origin, fact, said_at)
select $1, $2, new.kind, new.digest, $3, $4,
  array(select jsonb_array_elements_text(new.fact->'sources')), new.origin, new.fact, new.said_at
from unnest($5::text[], $6::text[], $7::text[], $8::jsonb[], $9::timestamptz[])
  as new(kind, digest, origin, fact, said_at)
order by new.kind, new.digest
on conflict (session_id, trace_id, kind, digest) do update set
  turn_id = case when {_IS_ANEW} then excluded.turn_id else f.turn_id end,
  origin = case when {_IS_ANEW} then excluded.origin else f.origin end,
  said_at = case when {_IS_ANEW} then excluded.said_at else f.said_at end,
  fact = case when {_IS_ANEW} then excluded.fact
    when {_IS_NAMED} then jsonb_set(f.fact, '{{name}}', excluded.fact->'name')
    else f.fact end,
  source_message_ids = (f.source_message_ids || array(
    select id from unnest(excluded.source_message_ids) as id
    where id <> all (f.source_message_ids)))[1:{MOST_SOURCES}]
where {_IS_ANEW} or {_IS_NAMED} or not ({_HAS_SOURCES})
"""  # noqa: S608 - constants only


async def keep_facts(
    connection: asyncpg.Connection,
    *,
    session_id: SessionId,
    trace_id: TraceId,
    person_id: PersonId,
    turn_id: TurnId,
    facts: Sequence[Fact],
) -> None:
    """Keep what a turn said, in the caller's transaction.

    A value that is known already is brought up to date: it gets a name where it had none, a
    later statement takes an earlier one's place, and messages are added to its sources.
    Keeping the same facts again changes nothing.

    Args:
        connection: Where the caller's transaction is.
        session_id: Whose ledger it is.
        trace_id: Which line of agents heard it.
        person_id: Whose words they are, to be found by who they are about.
        turn_id: The turn in which they were said.
        facts: As found, in the order they were said; the same value may come twice.
    """
    once = merged((), facts)
    if not once:
        return
    await connection.execute(
        _KEEP,
        session_id,
        trace_id,
        person_id,
        turn_id,
        [fact.kind for fact in once],
        [_digest(fact.value) for fact in once],
        [fact.origin for fact in once],
        [storable_json(_FACT.dump_python(fact, mode="json")) for fact in once],
        [_place(fact.said_at, number) for number, fact in enumerate(once)],
    )


async def read_facts(
    connection: AsyncConnection, session_id: SessionId, trace_id: TraceId
) -> tuple[Fact, ...]:
    """Read what is known, in the order it was said; superseded values say so.

    Of questions only those of the session's latest turn are among them, because what was said
    since answers all others. Settlements are not: the promises they settle say so.
    """
    mine = (col(FactRow.session_id) == session_id, col(FactRow.trace_id) == trace_id)
    latest = (
        select(col(ContentItemRow.turn_id))
        .where(col(ContentItemRow.session_id) == session_id)
        .order_by(col(ContentItemRow.position).desc())
        .limit(1)
        .scalar_subquery()
    )
    is_sentence = case((col(FactRow.kind).in_(SENTENCES), 0), else_=1)
    rows = await connection.execute(
        select(col(FactRow.fact), col(FactRow.source_message_ids), col(FactRow.said_at))
        .where(
            *mine,
            or_(col(FactRow.kind) != FactKind.QUESTION, col(FactRow.turn_id) == latest),
        )
        .order_by(is_sentence, col(FactRow.said_at).desc(), col(FactRow.digest))
        .limit(MOST_READ)
    )
    ordered = sorted(rows.all(), key=lambda row: row[2])
    known = (_FACT.validate_python({**fact, "sources": ids}) for fact, ids, _ in ordered)
    return tuple(fact for fact in merged((), known) if fact.kind is not FactKind.SETTLEMENT)


def _digest(value: str) -> str:
    """Stand in for a value in the key, because an index takes no long ones."""
    return hashlib.sha256(value.encode()).hexdigest()


def _place(said_at: datetime, number: int) -> datetime:
    """When something was said, so that what one message says keeps its order."""
    return said_at + timedelta(microseconds=number)
