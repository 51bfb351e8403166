"""Pruning transcripts that are past their time, a session and a batch at a time.

What goes is what was said, word for word: messages in and out, transcript, its index, tools'
outputs. What was made of it stays (documents, facts, notes, summaries): the next agent goes
on from that, and it is what operators read. So do model calls, which hold no words.

Nothing goes that a prompt still needs or that waits. A conversation in which nothing was said
for so long needs nothing any more: its agent goes on with an empty window, from its briefing.
"""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from asyncpg.exceptions import LockNotAvailableError

from context.messages import SessionId
from storage.database import Database

_MOST_SESSIONS = 500
_MOST_ROWS = 1_000

# The oldest of each, one look into an index: `exists` might be planned as reading them all.
_PAGE = """
select p.id, coalesce(least(
  (select c.said_at from content_item c where c.session_id = p.id order by c.position limit 1),
  (select i.sent_at from inbox i
    where i.session_id = p.id and i.state not in ('pending', 'taken')
    order by i.sent_at, i.position limit 1),
  (select o.created_at from outbox o
    where o.session_id = p.id and o.state in ('sent', 'failed')
    order by o.created_at, o.position limit 1)) < $2, false) as is_due
from (select id from session where id > $1 order by id limit {most}) p order by p.id
""".replace("{most}", str(_MOST_SESSIONS))

# Whoever works on the session commits first, or begins after; then the session's row.
_HOLD = """
select from lane where session_id = $1 and name in ('control', 'turn', 'maintain')
order by array_position(array['control', 'turn', 'maintain'], name) for update nowait
"""
_HOLD_SESSION = "select from session where id = $1 for no key update nowait"

_IS_SILENT = """
select s.updated_at < $2
  and not exists (select from lane l where l.session_id = s.id
    and (l.awake or l.leased_until is not null))
  and not exists (select from inbox i where i.session_id = s.id
    and (i.state in ('pending', 'taken') or i.sent_at >= $2))
  and not exists (select from chore c where c.session_id = s.id and c.state = 'pending')
from session s where s.id = $1
"""

# With no turns behind it an agent is not asked to hand over for being idle.
_EMPTY = """
with emptied as (
  update agent a set history_from = s.next_position, compaction_id = null, occupied_tokens = 0,
    turns = 0, told = 0, compactions = 0, weak_compactions = 0, compacted_at_turn = 0,
    compacted_to_tokens = 0
  from session s
  where s.id = $1 and a.id = s.agent_id and a.ended_at is null
    and a.history_from < s.next_position
  returning a.id
)
update compaction set state = 'stale'
where agent_id in (select id from emptied) and state = 'ready'
"""

# Where the prompt of the session's agent begins, and the oldest words in it: of a message
# that was answered along with a later one, too.
_BOUND = """
select w.floor, least($2, k.said_at, (
  select min(i.sent_at) from inbox i where i.id = any(k.message_ids))) as before
from (
  select s.id, case when a.ended_at is null then coalesce(a.history_from, s.next_position)
    else s.next_position end as floor
  from session s left join agent a on a.id = s.agent_id where s.id = $1
) w
left join lateral (
  select said_at, message_ids from content_item
  where session_id = w.id and position >= w.floor order by position limit 1
) k on true
"""

_PRUNE_ITEMS = """
with gone as (
  delete from content_item c using (
    select session_id, position from content_item
    where session_id = $1 and position < $3 and said_at < $2 order by position limit {most}
  ) old
  where c.session_id = old.session_id and c.position = old.position
  returning c.position
), unindexed as (
  delete from passage where session_id = $1 and position in (select position from gone)
)
select count(*) from gone
""".replace("{most}", str(_MOST_ROWS))


def _pruned(table: str, key: str, condition: str) -> str:
    """A statement that prunes one batch of a table by its key and says how many rows it was."""
    return f"""
with gone as (
  delete from {table} where session_id = $1 and {key} in (
    select {key} from {table} where session_id = $1 and {condition} limit {_MOST_ROWS})
  returning 1
)
select count(*) from gone
"""  # noqa: S608 - our own names


_PRUNE = (
    _pruned("inbox", "id", "sent_at < $2 and state not in ('pending', 'taken')"),
    _pruned("outbox", "id", "created_at < $2 and state in ('sent', 'failed')"),
    _pruned("step", "turn_id", "committed_at < $2"),
    _pruned("tool_output", "call_id", "created_at < $2"),
    _pruned(
        "chore",
        "id",
        "created_at < $2 and state <> 'pending'"
        " and person_id = (select person_id from session where id = $1)",  # for the index
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Sessions with something to prune, of those that were looked at.

    Attributes:
        last: Where to look on from; None at the end of all.
    """

    sessions: tuple[SessionId, ...]
    last: SessionId | None


class Retention:
    """Prunes transcripts, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, *, before: datetime, after: SessionId) -> Due:
        """Look at some sessions, in the order of their ids.

        Args:
            before: What was said until then is past its time.
            after: The last session that was looked at; empty to begin.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.hot() as connection:
            rows = await connection.fetch(_PAGE, after, before)
        is_full = len(rows) == _MOST_SESSIONS
        return Due(
            sessions=tuple(SessionId(row["id"]) for row in rows if row["is_due"]),
            last=SessionId(rows[-1]["id"]) if is_full else None,
        )

    async def prune(self, session_id: SessionId, *, before: datetime) -> int:
        """Prune what a session holds from before then; say how many rows went.

        One that somebody is at work on this moment is left for the next time.

        Raises:
            StoreUnavailable: The database is out of reach; what is pruned stays so.
        """
        pruned = 0
        while gone := await self._batch(session_id, before=before):
            pruned += gone
        return pruned

    async def _batch(self, session_id: SessionId, *, before: datetime) -> int:
        async with self._database.hot() as connection:
            try:
                async with connection.transaction():
                    await connection.execute(_HOLD, session_id)
                    await connection.execute(_HOLD_SESSION, session_id)
                    return await _prune(connection, session_id, before=before)
            except LockNotAvailableError:
                return 0


async def _prune(
    connection: asyncpg.Connection, session_id: SessionId, *, before: datetime
) -> int:
    """Prune one batch of each table in the caller's transaction."""
    if await connection.fetchval(_IS_SILENT, session_id, before):
        await connection.execute(_EMPTY, session_id)
    bound = await connection.fetchrow(_BOUND, session_id, before)
    if bound is None:
        return 0
    gone: int = await connection.fetchval(
        _PRUNE_ITEMS, session_id, bound["before"], bound["floor"]
    )
    for statement in _PRUNE:
        gone += await connection.fetchval(statement, session_id, bound["before"])
    return gone
