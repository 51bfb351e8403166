from datetime import timedelta

import pytest

from context.lifecycle import TerminationReason
from storage.database import Database
from storage.day_totals import DayTotals
from storage.statistics import Statistics
from storage.tally import Counted, Kind, Tally
from tests.builders import NOON
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    a_compaction_row,
    a_handoff_row,
    a_met_person,
    an_agent_row,
    an_inbox_row,
    keep,
)

LATER = NOON + timedelta(days=2)


async def test_an_unused_service_has_done_nothing(database: Database) -> None:
    totals = await Statistics(database).read(now=NOON)

    assert totals.handoffs_total == 0
    assert totals.handoffs_by_platform == totals.handoffs_by_agent_type == {}
    assert totals.handoffs_by_reason == {str(reason): 0 for reason in TerminationReason}
    assert totals.average_completion_percentage is None
    assert totals.average_tokens_at_handoff is None
    assert totals.average_probe_score is None
    assert totals.average_reduction_percent is None
    assert totals.active_sessions == 0
    assert totals.compactions_total == totals.messages_overdue == totals.duplicates_refused == 0


@pytest.mark.parametrize("folded_days", [0, 2])
async def test_totals_are_the_same_before_and_after_their_days_are_folded(
    database: Database, folded_days: int
) -> None:
    await keep(
        database,
        a_handoff_row(1).values(completion_percentage=50, probe_score=0.5),
        a_handoff_row(2).values(completion_percentage=75.5, total_tokens=100_000),
        a_handoff_row(3).values(platform="whatsapp", termination_reason="user_request"),
        a_handoff_row(4).values(created_at=LATER, agent_type="researcher"),
        a_compaction_row(1),
        a_compaction_row(2).values(state="weak", after_tokens=150_000),
        a_compaction_row(3).values(state="skipped", after_tokens=None),
        a_compaction_row(4).values(state="failed", after_tokens=None, created_at=LATER),
    )
    if folded_days:
        assert await DayTotals(database).fold(now=LATER) == folded_days

    totals = await Statistics(database).read(now=LATER)

    assert totals.handoffs_total == 4
    assert totals.handoffs_by_platform == {"slack": 3, "whatsapp": 1}
    assert totals.handoffs_by_reason["user_request"] == 1
    assert totals.handoffs_by_reason["context_window_exhausted"] == 3
    assert totals.handoffs_by_agent_type == {"chat": 3, "researcher": 1}
    assert totals.average_completion_percentage == 62.75
    assert totals.average_tokens_at_handoff == 160_750
    assert totals.average_probe_score == 0.5
    assert totals.compactions_total == 2
    assert totals.compactions_skipped == 1
    assert totals.compactions_failed == 1
    assert totals.average_reduction_percent == pytest.approx((75 + 6.3) / 2)


async def test_sessions_at_work_and_overdue_messages_are_those_of_the_moment(
    database: Database,
) -> None:
    await keep(
        database,
        *a_met_person(),
        an_agent_row(1, state="handoff_complete"),
        an_agent_row(2),
        an_inbox_row(1, received_at=NOON - timedelta(minutes=2)),
        an_inbox_row(2, received_at=NOON),
    )

    totals = await Statistics(database).read(now=NOON)

    assert totals.active_sessions == 1
    assert totals.messages_overdue == 1


async def test_every_message_that_comes_again_is_counted_wherever_and_whenever_it_came(
    database: Database,
) -> None:
    tally, twilio, slack = Tally(database), *(Kind(Counted.DUPLICATE, p) for p in "ts")
    await tally.add({twilio: 2, slack: 1}, now=NOON - timedelta(days=400))
    await tally.add({slack: 4, Kind(Counted.ACCEPTED, "slack"): 9}, now=NOON)

    totals = await Statistics(database).read(now=NOON)

    assert totals.duplicates_refused == 7


@pytest.mark.slow
async def test_totals_are_read_through_indexes(database: Database) -> None:
    await fill(database)
    now = NOON.replace(month=1, day=4)  # the day of the last handoffs of `fill`
    await DayTotals(database).fold(now=now)

    async with plans(database) as seen:
        totals = await Statistics(database).read(now=now)

    assert totals.handoffs_total == 5_000
    counts, present = seen[1:]
    assert {"agent_handoff_newest", "compaction_newest"} <= counts.indexes
    assert "agent_at_work" in present.indexes
    assert not {"agent_handoff", "compaction", "agent", "inbox", "outbox"} & (
        counts.whole_tables | present.whole_tables
    )
