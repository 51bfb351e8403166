"""What handoffs and compactions come to, counted day by day and kept once a day is over.

A day is counted from its rows until it is folded, and from its totals afterwards, so the two
never overlap and nothing is counted twice, wherever a process dies. Whoever adds, changes or
removes rows of finished days calls `unfold` in that transaction: then these days are counted
from their rows again, until the next fold. Days are UTC's.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

import asyncpg

from context.messages import PersonId
from storage.database import Database

_FOLDED = "folded"
_MOST_DAYS = 31
# What was made at a day's end may be committed a little later, by a clock a little behind.
_SETTLED_AFTER = timedelta(hours=1)

# One fold at a time over all workers, and none while days are being unfolded; any number that
# nobody else uses.
_LOCK = 0x446179546F74

# What is dated before belongs to this day: a year 1 in an imported file would be 700,000 days.
_FIRST_DAY = "2020-01-01"

# The days since the first row that are not folded; `$1` is the moment up to which they go.
# The last one goes on for ever: a row by a clock ahead of ours belongs to it.
OPEN_DAYS = f"""
select d::date as day,
  case when d = '{_FIRST_DAY}' then '-infinity' else d at time zone 'UTC' end as since,
  case when d + interval '1 day' > $1 at time zone 'UTC' then 'infinity'
    else (d + interval '1 day') at time zone 'UTC' end as until
from (
  select least((select min(created_at) from agent_handoff),
    (select min(created_at) from compaction)) at time zone 'UTC' as at
) first, generate_series(
  case when at < '{_FIRST_DAY}' then '{_FIRST_DAY}' else date_trunc('day', at) end,
  $1 at time zone 'UTC', interval '1 day') d
where not exists (select from day_total t where t.day = d::date and t.figure = '{_FOLDED}')
"""  # noqa: S608 - constants only
"""Selects `day`, `since`, `until` of every day up to $1 that is not folded."""

# All a day's figures: how often each label occurs, or how many values there are and their sum.
# Sums are of decimals, so that they are the same in any order. Each day is a subquery of its
# own: joined, all days are compared with all rows.
COUNTED = """
select day, figure, label, sum(number)::bigint as number, sum(total) as total
from (
  select o.day, f.* from open_day o, lateral (
    select h.platform, h.termination_reason, h.agent_type,
      count(*) as handoffs, sum(h.total_tokens) as tokens,
      count(h.completion_percentage) as completions,
      sum(h.completion_percentage::numeric) as completion,
      count(h.probe_score) as probes, sum(h.probe_score::numeric) as probe
    from agent_handoff h where h.created_at >= o.since and h.created_at < o.until
    group by h.platform, h.termination_reason, h.agent_type
  ) kinds, lateral (values
    ('platform', platform, handoffs, 0),
    ('reason', termination_reason, handoffs, 0),
    ('agent_type', agent_type, handoffs, 0),
    ('tokens', '', handoffs, tokens),
    ('completion', '', completions, completion),
    ('probe', '', probes, probe)) f (figure, label, number, total)
  union all
  select o.day, f.* from open_day o, lateral (
    select case when c.state in ('skipped', 'failed') then c.state else 'made' end as state,
      count(*) as compactions,
      count(c.after_tokens) filter (where c.before_tokens > 0) as reductions,
      sum(round(100 - 100.0 * c.after_tokens / nullif(c.before_tokens, 0), 1)) as reduction
    from compaction c where c.created_at >= o.since and c.created_at < o.until
    group by 1
  ) kinds, lateral (values
    ('compaction', state, compactions, 0),
    ('reduction', '', reductions, reduction)) f (figure, label, number, total)
) figures
where number > 0
group by day, figure, label
"""
"""Selects the figures of the days in `open_day`."""

_FOLD = f"""
with open_day as (
  select * from ({OPEN_DAYS}) o where until <= $1 order by day limit {_MOST_DAYS}
), kept as (
  insert into day_total (day, figure, label, number, total) {COUNTED}
)
insert into day_total (day, figure, label, number, total)
select day, '{_FOLDED}', '', 0, 0 from open_day
"""  # noqa: S608 - constants only

# In one order, so that two who do this never wait for each other in a circle.
_UNFOLD = """
with held as (
  select day, figure, label from day_total where day = any($1::date[])
  order by day, figure, label for update
)
delete from day_total t using held h
where (t.day, t.figure, t.label) = (h.day, h.figure, h.label)
"""

_DAYS_OF = f"""
select distinct greatest('{_FIRST_DAY}', (created_at at time zone 'UTC')::date) as day from (
  select created_at from agent_handoff where person_id = any($1::text[])
  union all
  select created_at from compaction where person_id = any($1::text[])
) made
"""  # noqa: S608 - constants only


class DayTotals:
    """The totals of finished days, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fold(self, *, now: datetime) -> int:
        """Keep the totals of days that are over; say of how many, 31 at most.

        One worker folds at a time; another one's turn, or a day that somebody is changing,
        is left to the next time.

        Raises:
            StoreUnavailable: The database is out of reach; nothing is folded.
        """
        settled = now - _SETTLED_AFTER
        async with self._database.hot() as connection, connection.transaction():
            if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK):
                return 0
            # Not in the statement that locks: this one sees what was committed before.
            status = await connection.execute(_FOLD, settled)
        return int(status.rsplit(" ", 1)[-1])


async def unfold(connection: asyncpg.Connection, days: Collection[date]) -> None:
    """Count these days from their rows again, from the caller's commit on.

    Call it in the transaction that adds, changes or removes handoffs or compactions of them.
    """
    await connection.execute("select pg_advisory_xact_lock_shared($1)", _LOCK)
    await connection.execute(_UNFOLD, list(days))


async def unfold_days_of(connection: asyncpg.Connection, whose: Collection[PersonId]) -> None:
    """Count all days on which these persons have handoffs or compactions from rows again.

    Call it in the transaction that removes their rows, before they are removed.
    """
    rows = await connection.fetch(_DAYS_OF, list(whose))
    await unfold(connection, [row["day"] for row in rows])
