"""Each thing that can go wrong or cost money moves its metric."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Insert

from bot.limits import Limits
from bot.metrics import metrics_of
from storage.database import Database
from tests.bot.exposition import Sample, sample, samples
from tests.builders import NOON
from tests.storage.rows import (
    a_call_row,
    a_chore_row,
    a_compaction_row,
    a_handoff_row,
    a_met_person,
    a_turn,
    an_agent_row,
    an_inbox_row,
    an_outbox_row,
    keep,
)

LATER = NOON + timedelta(minutes=2)
AGENT = "agent-01234567-1"

HAPPENED: Sequence[tuple[str, tuple[Insert, ...], Sample, float]] = [
    ("a message waits", (an_inbox_row(1),), sample("baton_messages_overdue"), 1),
    ("the oldest ages", (an_inbox_row(1),), sample("baton_queue_age_seconds"), 120),
    ("a lane fills", (an_inbox_row(1),), sample("baton_waiting", lane="turn"), 1),
    (
        "it is unknown whether a message arrived",
        (an_outbox_row(1, state="uncertain"),),
        sample("baton_outbox", state="uncertain"),
        1,
    ),
    (
        "a message is given up",
        (an_inbox_row(1, state="failed").values(reason="ModelBusy"),),
        sample("baton_messages_failed_last_hour", reason="ModelBusy"),
        1,
    ),
    (
        "a dead letter more",
        (an_inbox_row(1, state="failed"),),
        sample("baton_dead_letters", direction="inbound"),
        1,
    ),
    (
        "a person stops a turn",
        (an_inbox_row(1, state="refused").values(reason="stopped"),),
        sample("baton_messages_refused_last_hour", reason="stopped"),
        1,
    ),
    (
        "a platform refuses a message",
        (an_outbox_row(1, state="failed").values(code="63016"),),
        sample("baton_deliveries_failed_last_hour", code="63016"),
        1,
    ),
    (
        "the account may not go on",
        (a_call_row(1).values(outcome="refused"),),
        sample("baton_model_calls_last_hour", outcome="refused"),
        1,
    ),
    (
        "tokens are served from the cache",
        (a_call_row(1),),
        sample("baton_tokens_last_hour", kind="cache_read"),
        100,
    ),
    (
        "a call costs money",
        (a_call_row(1, output_tokens=1_000_000).values(model="claude-opus-5"),),
        sample("baton_cost_usd_last_hour", model="claude-opus-5"),
        25.00635,
    ),
    (
        "nobody knows what a call costs",
        (a_call_row(1),),
        sample("baton_model_calls_unpriced_last_hour"),
        1,
    ),
    (
        "somebody is warned",
        (an_outbox_row(1, state="sent").values(kind="notice", notice="warning"),),
        sample("baton_notices_last_hour", notice="warning"),
        1,
    ),
    (
        "notes cannot be made",
        (a_chore_row(1, state="failed").values(kind="draft"),),
        sample("baton_chores_failed_last_hour", kind="draft"),
        1,
    ),
    (
        "a compaction fails",
        (a_compaction_row(1).values(state="failed"),),
        sample("baton_compactions_last_hour", state="failed"),
        1,
    ),
    (
        "a compaction frees three quarters",
        (a_compaction_row(1),),
        sample("baton_compaction_reduction_ratio_last_hour"),
        0.75,
    ),
    (
        "a compaction is due and not made",
        (a_compaction_row(1).values(state="skipped", reason="cooling_down"),),
        sample("baton_compaction_skips_last_hour", reason="cooling_down"),
        1,
    ),
    (
        "an agent hands over",
        (a_handoff_row(1),),
        sample("baton_handoffs_last_hour", reason="context_window_exhausted"),
        1,
    ),
    (
        "a handoff fails",
        (a_chore_row(1, state="failed").values(kind="handoff"),),
        sample("baton_handoffs_failed_last_hour"),
        1,
    ),
    (
        "a document answers half",
        (a_handoff_row(1).values(probe_score=0.5),),
        sample("baton_probe_score_ratio_last_hour", statistic="lowest"),
        0.5,
    ),
    (
        "a document answers half, so it is low",
        (a_handoff_row(1).values(probe_score=0.5),),
        sample("baton_handoffs_low_probe_last_hour"),
        1,
    ),
    (
        "an agent fills up",
        (an_agent_row().values(occupied_tokens=150_001), a_call_row(1).values(agent_id=AGENT)),
        sample("baton_agents_by_occupancy", le="0.8"),
        1,
    ),
    ("a turn waits", a_turn(), sample("baton_reply_seconds_last_hour", quantile="0.95"), 8),
    *(
        (
            f"a turn is {phase}",
            a_turn(),
            sample("baton_turn_phase_seconds_last_hour", phase=phase, quantile="0.5"),
            seconds,
        )
        for phase, seconds in (
            ("waiting", 1),
            ("assembling", 1),
            ("model", 3),
            ("closing", 1),
            ("delivering", 2),
        )
    ),
]


@pytest.mark.parametrize(
    ("rows", "moved", "value"),
    [one[1:] for one in HAPPENED],
    ids=[one[0].replace(" ", "_") for one in HAPPENED],
)
async def test_what_happens_moves_its_metric(
    database: Database, *, rows: tuple[Insert, ...], moved: Sample, value: float
) -> None:
    metrics = metrics_of(database, Limits(tokens=200_000))
    before = samples(await metrics.text(now=LATER))
    await keep(database, *a_met_person(), *rows)

    after = samples(await metrics.text(now=LATER))

    assert before.get(moved, 0) == 0
    assert after[moved] == pytest.approx(value)
