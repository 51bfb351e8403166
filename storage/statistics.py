"""What the service has done so far, in figures, as operators ask for them.

Finished days come from their totals and the rest from its rows, in one statement and so of one
moment: a total costs the same after years.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select, true
from sqlmodel import col

from context.lifecycle import TerminationReason
from storage.database import Database
from storage.day_totals import COUNTED, OPEN_DAYS
from storage.figures import overdue
from storage.tables.agents import AgentRow
from storage.tables.tallies import TallyRow
from storage.tally import Counted

_COUNTS = f"""
with open_day as ({OPEN_DAYS})
select figure, label, sum(number)::bigint as number, sum(total) as total
from (select day, figure, label, number, total from day_total union all {COUNTED}) counted
group by figure, label
order by figure, label
"""  # noqa: S608 - constants only

# For this transaction alone: Postgres expects a ninth of the table on every open day, and
# would compile the statement first.
_AS_IT_IS = select(func.set_config("jit", "off", true()))

_NONE = (0, Decimal(0))

_Counts = Mapping[str, tuple[int, Decimal]]
"""Label → how often it occurs, or how many values there are; and their sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All that was done and stands in the tables; what was erased counts no more.

    Attributes:
        handoffs_by_reason: Reason → handoffs; every reason is there, at 0 if need be.
        average_completion_percentage: Of the handoffs with to-dos, 0 to 100; None without any.
        average_tokens_at_handoff: The mean occupancy in tokens; None without handoffs.
        average_probe_score: Of the handoffs that were probed, 0 to 1; None without any.
        active_sessions: Sessions whose agent has not ended.
        compactions_total: Those that were made, swapped in or not.
        compactions_skipped: Those that were due and not begun.
        compactions_failed: Those that were begun and came to nothing.
        average_reduction_percent: What making one freed of the window, 0 to 100; None without
            any.
        messages_overdue: Inbound messages that wait for their answer for over a minute.
        duplicates_refused: Messages that a platform delivered again, by all web processes.
    """

    handoffs_total: int
    handoffs_by_platform: Mapping[str, int]
    handoffs_by_reason: Mapping[str, int]
    handoffs_by_agent_type: Mapping[str, int]
    average_completion_percentage: float | None
    average_tokens_at_handoff: float | None
    average_probe_score: float | None
    active_sessions: int
    compactions_total: int
    compactions_skipped: int
    compactions_failed: int
    average_reduction_percent: float | None
    messages_overdue: int
    duplicates_refused: int


class Statistics:
    """Reads the totals from Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, *, now: datetime) -> Totals:
        """Read all totals as they are now.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        active = select(func.count()).where(col(AgentRow.ended_at).is_(None))
        refused = select(func.coalesce(func.sum(col(TallyRow.count)), 0)).where(
            col(TallyRow.name) == Counted.DUPLICATE
        )
        at_present = select(
            active.scalar_subquery().label("active_sessions"),
            overdue(now).scalar_subquery().label("messages_overdue"),
            refused.scalar_subquery().label("duplicates_refused"),
        )
        async with self._database.transaction() as connection:
            await connection.execute(_AS_IT_IS)
            rows = (await connection.exec_driver_sql(_COUNTS, (now,))).mappings().all()
            present = (await connection.execute(at_present)).mappings().one()
        counts: dict[str, dict[str, tuple[int, Decimal]]] = defaultdict(dict)
        for row in rows:
            counts[row["figure"]][row["label"]] = (row["number"], row["total"])
        compactions = _numbers(counts["compaction"])
        return Totals(
            handoffs_total=counts["tokens"].get("", _NONE)[0],
            handoffs_by_platform=_numbers(counts["platform"]),
            handoffs_by_reason={
                **{reason.value: 0 for reason in TerminationReason},
                **_numbers(counts["reason"]),
            },
            handoffs_by_agent_type=_numbers(counts["agent_type"]),
            average_completion_percentage=_average(counts["completion"], digits=2),
            average_tokens_at_handoff=_average(counts["tokens"], digits=1),
            average_probe_score=_average(counts["probe"], digits=4),
            compactions_total=compactions.get("made", 0),
            compactions_skipped=compactions.get("skipped", 0),
            compactions_failed=compactions.get("failed", 0),
            average_reduction_percent=_average(counts["reduction"], digits=2),
            **present,
        )


def _numbers(found: _Counts) -> dict[str, int]:
    return {label: number for label, (number, _) in found.items()}


def _average(found: _Counts, *, digits: int) -> float | None:
    number, total = found.get("", _NONE)
    return round(float(total / number), digits) if number else None
