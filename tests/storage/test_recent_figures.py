"""What happened in the last hour, and what it costs to know it."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.recent_figures import Recent, RecentReader
from storage.turn_times import Phase
from tests.builders import NOON
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    SESSION,
    a_call_row,
    a_chore_row,
    a_compaction_row,
    a_handoff_row,
    a_met_person,
    an_agent_row,
    an_inbox_row,
    an_outbox_row,
    keep,
)

LONG_AGO = NOON - timedelta(hours=2)
AGENT = "agent-01234567-1"


async def read(database: Database) -> Recent:
    return await RecentReader(database, limit_tokens=200_000, handoff_share=0.9).read(now=NOON)


async def test_an_unused_service_has_every_count_at_nought_and_no_average(
    database: Database,
) -> None:
    recent = await read(database)

    for counts in (
        recent.model_calls,
        recent.handoffs,
        recent.compactions,
        recent.skips,
        recent.notices,
        recent.refusals,
        recent.failed_chores,
        recent.occupancies,
    ):
        assert counts
        assert set(counts.values()) == {0}
    assert recent.spends == ()
    assert recent.failed_handoffs == recent.low_probes == recent.agents == 0
    assert recent.probe_average is recent.probe_lowest is recent.reduction is None
    assert recent.turns.reply.p95 is None


async def test_calls_and_tokens_are_those_of_the_last_hour_by_model(database: Database) -> None:
    unanswered = {
        f"{kind}_tokens": None for kind in ("input", "cache_read", "cache_write", "output")
    }
    await keep(
        database,
        a_call_row(1),
        a_call_row(2, output_tokens=7),
        a_call_row(3).values(outcome="busy", **unanswered),
        a_call_row(4).values(model="other"),
        a_call_row(5).values(started_at=LONG_AGO),
    )

    recent = await read(database)

    assert recent.model_calls["answered"] == 3
    assert recent.model_calls["busy"] == 1
    assert {one.model: (one.calls, one.usage.output_tokens) for one in recent.spends} == {
        "claude": (3, 12),
        "other": (1, 5),
    }


async def test_handoffs_are_counted_with_how_good_they_were(database: Database) -> None:
    await keep(
        database,
        a_handoff_row(1).values(probe_score=1.0),
        a_handoff_row(2).values(termination_reason="forced_rotation", probe_score=0.5),
        a_handoff_row(3).values(probe_score=None),
        a_handoff_row(4).values(created_at=LONG_AGO, probe_score=0.1),
    )

    recent = await read(database)

    assert recent.handoffs["context_window_exhausted"] == 2
    assert recent.handoffs["forced_rotation"] == 1
    assert recent.handoffs["user_request"] == 0
    assert (recent.low_probes, recent.probe_average, recent.probe_lowest) == (1, 0.75, 0.5)


async def test_compactions_are_counted_with_what_they_freed(database: Database) -> None:
    await keep(
        database,
        a_compaction_row(1),
        a_compaction_row(2).values(state="ready", after_tokens=80_000),
        a_compaction_row(3).values(state="skipped", reason="cooling_down", after_tokens=None),
        a_compaction_row(4).values(state="failed", after_tokens=None),
        a_compaction_row(5).values(created_at=LONG_AGO),
    )

    recent = await read(database)

    assert recent.compactions["applied"] == recent.compactions["ready"] == 1
    assert recent.compactions["failed"] == 1
    assert recent.skips["cooling_down"] == 1
    assert recent.skips["too_soon"] == 0
    assert recent.reduction == pytest.approx(0.625)


async def test_what_went_wrong_is_counted_by_its_reason(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        an_inbox_row(1, state="refused").values(reason="stopped"),
        an_inbox_row(2, state="failed").values(reason="ModelRefused"),
        an_inbox_row(3, state="failed", received_at=LONG_AGO).values(reason="ModelRefused"),
        an_outbox_row(1, state="failed").values(code="63016"),
        an_outbox_row(2, state="sent").values(kind="notice", notice="warning"),
        a_chore_row(1, state="failed").values(kind="draft"),
    )

    recent = await read(database)

    assert recent.refusals["stopped"] == 1
    assert recent.failures == {"ModelRefused": 1}
    assert recent.delivery_failures == {"63016": 1}
    assert recent.notices["warning"] == 1
    assert recent.failed_chores == {"draft": 1, "compaction": 0, "handoff": 0}


async def test_a_handoff_fails_between_turns_or_within_one_that_was_full(
    database: Database,
) -> None:
    await keep(
        database,
        *a_met_person(),
        an_agent_row(),
        a_chore_row(1, state="failed").values(kind="handoff"),
        # Answered, past the critical threshold, and yet given up: twice tried, one turn.
        *(
            an_inbox_row(number, state="failed", turn_id="full").values(
                reason="too_many_attempts"
            )
            for number in (1, 2)
        ),
        a_call_row(1).values(agent_id=AGENT, turn_id="full", cache_read_tokens=180_000),
        # The same, with room left: something else was the matter.
        an_inbox_row(3, state="failed", turn_id="roomy").values(reason="too_many_attempts"),
        a_call_row(2).values(agent_id=AGENT, turn_id="roomy"),
    )
    async with database.hot() as connection:
        await connection.execute(
            "update session set agent_id = $1 where id = $2", AGENT, SESSION
        )

    assert (await read(database)).failed_handoffs == 2


async def test_agents_at_work_are_parted_by_how_full_they_are(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        an_agent_row(1).values(occupied_tokens=20_000),
        an_agent_row(2).values(occupied_tokens=150_001),
        an_agent_row(3).values(occupied_tokens=300_000),
        *(a_call_row(n).values(agent_id=f"agent-01234567-{n}") for n in (1, 2, 3)),
    )

    recent = await read(database)

    assert recent.agents == 3
    assert recent.occupancies[0.1] == 1
    assert recent.occupancies[0.75] == 1
    assert recent.occupancies[0.8] == 2
    assert recent.occupancies[1.0] == 2


async def test_a_turns_phases_follow_each_other_from_its_message_to_its_reply(
    database: Database,
) -> None:
    def at(seconds: float) -> dict[str, object]:
        return {"at": NOON - timedelta(minutes=5) + timedelta(seconds=seconds)}

    moments = {
        name: at(s)["at"]
        for name, s in {
            "received": 0,
            "taken": 1,
            "called": 3,
            "again": 5,
            "answered": 10,
            "tried": 11,
            "sent": 15,
        }.items()
    }
    await keep(
        database,
        *a_met_person(),
        an_inbox_row(1, state="answered", turn_id="turn-1").values(
            received_at=moments["received"], taken_at=moments["taken"]
        ),
        a_call_row(1).values(started_at=moments["called"], ended_at=moments["again"]),
        a_call_row(2).values(started_at=moments["again"], ended_at=moments["answered"]),
        an_outbox_row(1, state="sent", turn_id="turn-1").values(
            first_tried_at=moments["tried"], settled_at=moments["sent"]
        ),
    )

    turns = (await read(database)).turns

    assert turns.turns == 1
    assert {phase: turns.phases[phase].half for phase in Phase} == {
        "waiting": 1,
        "assembling": 2,
        "model": 7,
        "closing": 1,
        "delivering": 4,
    }
    assert turns.reply.p95 == 15


async def test_a_reply_that_has_not_arrived_has_taken_no_time_yet(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        an_inbox_row(1, state="answered", turn_id="turn-1"),
        a_call_row(1),
        an_outbox_row(1, state="sent", turn_id="turn-1"),
        an_outbox_row(2, state="uncertain", turn_id="turn-1"),
    )

    assert (await read(database)).turns.turns == 0


@pytest.mark.slow
async def test_reading_what_happened_scans_no_table_whole(database: Database) -> None:
    await fill(database)

    async with plans(database) as seen:
        await read(database)

    assert set.union(*(plan.whole_tables for plan in seen)) == set()
    assert set.union(*(plan.indexes for plan in seen)) >= {
        "model_usage_newest",
        "agent_handoff_newest",
        "compaction_newest",
        "outbox_notice",
        "inbox_refused",
        "inbox_failed",
        "outbox_failed",
        "chore_failed",
        "inbox_turn",
        "outbox_turn",
    }
