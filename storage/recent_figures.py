"""What happened in the last hour, or another window: each figure by an index on its time.

It costs the same after years. Every label that can occur is there, at 0 if need be; an
average of nothing is None.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from context.calls import CallOutcome
from context.compaction import Obstacle
from context.lifecycle import TerminationReason
from context.tidying import SkipReason
from storage.chores import ChoreKind
from storage.compactions import CompactionState
from storage.database import Database
from storage.turn_times import TurnTimes, turn_times
from storage.usage_report import SPEND_COLUMNS, ModelSpend, spend

RECENT = timedelta(hours=1)
"""How far back things are counted."""

LOW_PROBE_SCORE = 0.9
"""A handoff whose document answers less than this share of what it was asked is low."""

OCCUPANCY_BOUNDS = (0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 1.0)
"""Bounds by which agents are told apart."""

_TIMED_CALLS = 1_000

_NOTICES = ("warning", "critical", "compaction", "handoff", "usage")
_REFUSALS = ("stopped", "withdrawn", "too_long")

# One figure a line: its name, a label, a number. A turn that was given up although its model
# had filled the window past the handoff's threshold failed at handing over.
_COUNTS = text("""
select 'model_calls', outcome, count(*)::float8 from model_usage
where started_at >= :since group by outcome
union all select 'handoffs', termination_reason, count(*) from agent_handoff
where created_at >= :since group by termination_reason
union all select 'probe', figure, number from (
  select count(*) filter (where probe_score < :low_score)::float8 as low,
    avg(probe_score) as average, min(probe_score) as lowest
  from agent_handoff where created_at >= :since) h,
  lateral (values ('low', low), ('average', average), ('lowest', lowest)) as of (figure, number)
union all select 'compactions', state, count(*) from compaction
where created_at >= :since group by state
union all select 'skips', reason, count(*) from compaction
where created_at >= :since and state = 'skipped' group by reason
union all select 'reduction', null, avg(1 - after_tokens / nullif(before_tokens, 0)::float8)
from compaction where created_at >= :since and state in ('ready', 'applied')
union all select 'notices', notice, count(*) from outbox
where created_at >= :since and notice is not null group by notice
union all select 'refusals', coalesce(reason, ''), count(*) from inbox
where settled_at >= :since and state = 'refused' group by reason
union all select 'failures', coalesce(reason, ''), count(*) from inbox
where settled_at >= :since and state = 'failed' group by reason
union all select 'delivery_failures', coalesce(code, ''), count(*) from outbox
where settled_at >= :since and state = 'failed' group by code
union all select 'failed_chores', kind, count(*) from chore
where settled_at >= :since and state = 'failed' group by kind
union all select 'failed_handing_over', null, count(distinct i.turn_id)
from inbox i join session s on s.id = i.session_id
where i.settled_at >= :since and i.state = 'failed' and i.reason = 'too_many_attempts'
  and exists (
    select from model_usage u
    where u.agent_id = s.agent_id and u.turn_id = i.turn_id and u.outcome = 'answered'
      and u.input_tokens + u.cache_read_tokens + u.cache_write_tokens + u.output_tokens
        >= :handoff_tokens)
""")

_SPENT = text(
    f"select {SPEND_COLUMNS} from model_usage u where u.started_at >= :since"  # noqa: S608 - constants only
    " group by u.model, is_long"
)

# Agents at work are those that called the model; how many people there are costs nothing.
_AT_MOST = ", ".join(f"count(*) filter (where share <= {at})" for at in OCCUPANCY_BOUNDS)
_OCCUPANCIES = text(f"""
select count(*), {_AT_MOST}
from (select occupied_tokens / cast(:limit_tokens as float8) as share from agent
  where ended_at is null
    and id in (select agent_id from model_usage where started_at >= :since)) at_work
""")  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """What happened in the window.

    Attributes:
        model_calls: Outcome → calls begun.
        spends: What they took, by model.
        handoffs: Reason → handoffs.
        low_probes: Handoffs whose probe score is low.
        probe_average: Of all their probe scores, 0 to 1.
        probe_lowest: Of them.
        failed_handoffs: Handoffs that came to nothing, in a turn or between turns.
        compactions: State → compactions.
        skips: Reason → compactions that were due and not made.
        reduction: Share of the window that a compaction freed, on average, 0 to 1.
        notices: What it is of → notices.
        refusals: Reason → messages refused without an answer.
        failures: Reason → messages given up.
        delivery_failures: The platform's code → messages that could not be sent.
        failed_chores: Kind → housekeeping given up.
        occupancies: Bound → agents at work whose occupancy is at most that.
        agents: Agents at work.
        turns: How long turns took.
    """

    model_calls: Mapping[str, int]
    spends: tuple[ModelSpend, ...]
    handoffs: Mapping[str, int]
    low_probes: int
    probe_average: float | None
    probe_lowest: float | None
    failed_handoffs: int
    compactions: Mapping[str, int]
    skips: Mapping[str, int]
    reduction: float | None
    notices: Mapping[str, int]
    refusals: Mapping[str, int]
    failures: Mapping[str, int]
    delivery_failures: Mapping[str, int]
    failed_chores: Mapping[str, int]
    occupancies: Mapping[float, int]
    agents: int
    turns: TurnTimes

    @property
    def compactions_made(self) -> int:
        """Compactions that came to something, used or not."""
        nothing = (CompactionState.SKIPPED, CompactionState.FAILED)
        return sum(self.compactions.values()) - sum(self.compactions[one] for one in nothing)


class RecentReader:
    """Reads what happened of late, in one transaction."""

    def __init__(
        self,
        database: Database,
        *,
        limit_tokens: int,
        handoff_share: float | None,
        window: timedelta = RECENT,
        timed_calls: int = _TIMED_CALLS,
    ) -> None:
        """Read from a database.

        Args:
            database: Where.
            limit_tokens: What an agent may hold.
            handoff_share: The share of that at which it hands over; None where it never does.
            window: How far back things count.
            timed_calls: So many of the newest calls say how long turns take.
        """
        self._database = database
        self._window = window
        self._timed_calls = timed_calls
        self._limit_tokens = limit_tokens
        self._handoff_tokens = int(limit_tokens * (handoff_share or 1.0))

    async def read(self, *, now: datetime) -> Recent:
        """Read all of it as it is now.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        since = now - self._window
        async with self._database.transaction() as connection:
            counted = await connection.execute(
                _COUNTS,
                {
                    "since": since,
                    "low_score": LOW_PROBE_SCORE,
                    "handoff_tokens": self._handoff_tokens,
                },
            )
            found: dict[str, dict[str, float | None]] = defaultdict(dict)
            for figure, label, number in counted:
                found[figure][label or ""] = number
            spends = (await connection.execute(_SPENT, {"since": since})).mappings().all()
            agents, occupancies = await self._occupancies(connection, since=since)
            turns = await turn_times(connection, since=since, most_calls=self._timed_calls)
        return _recent(
            found,
            spends=[spend(row) for row in spends],
            agents=agents,
            occupancies=occupancies,
            turns=turns,
        )

    async def _occupancies(
        self, connection: AsyncConnection, *, since: datetime
    ) -> tuple[int, Mapping[float, int]]:
        given = {"since": since, "limit_tokens": self._limit_tokens}
        agents, *at_most = (await connection.execute(_OCCUPANCIES, given)).one()
        return agents, dict(zip(OCCUPANCY_BOUNDS, at_most, strict=True))


def _recent(
    found: Mapping[str, Mapping[str, float | None]],
    *,
    spends: Sequence[ModelSpend],
    agents: int,
    occupancies: Mapping[float, int],
    turns: TurnTimes,
) -> Recent:
    def counted(figure: str, labels: Iterable[str] = ()) -> dict[str, int]:
        numbers = {label: int(number or 0) for label, number in found.get(figure, {}).items()}
        return {**{str(label): 0 for label in labels}, **numbers}

    probe = found["probe"]
    failed_chores = counted("failed_chores", get_args(ChoreKind))
    return Recent(
        model_calls=counted("model_calls", CallOutcome),
        spends=tuple(spends),
        handoffs=counted("handoffs", TerminationReason),
        low_probes=int(probe["low"] or 0),
        probe_average=probe["average"],
        probe_lowest=probe["lowest"],
        failed_handoffs=failed_chores["handoff"] + counted("failed_handing_over")[""],
        compactions=counted("compactions", CompactionState),
        skips=counted("skips", (*SkipReason, *Obstacle)),
        reduction=found["reduction"][""],
        notices=counted("notices", _NOTICES),
        refusals=counted("refusals", _REFUSALS),
        failures=counted("failures"),
        delivery_failures=counted("delivery_failures"),
        failed_chores=failed_chores,
        occupancies=occupancies,
        agents=agents,
        turns=turns,
    )
