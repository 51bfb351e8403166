import itertools
from datetime import timedelta

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.figures import OVERDUE_AFTER, FiguresReader
from tests.builders import NOON
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    a_met_person,
    an_agent_row,
    an_inbox_row,
    an_outbox_row,
    keep,
)

LONG_AGO = NOON - timedelta(hours=2)


async def test_an_unused_service_has_every_figure_at_zero(database: Database) -> None:
    figures = await FiguresReader(database).read(now=NOON)

    assert figures.messages_overdue == 0
    assert figures.queue_age == timedelta(0)
    assert figures.waiting == {"turn": 0, "control": 0, "deliver": 0, "maintain": 0}
    assert figures.outbox == {"pending": 0, "sending": 0, "uncertain": 0, "failed": 0}
    assert figures.dead_letters == {"inbound": 0, "outbound": 0}
    assert "terminated" not in figures.agents
    assert figures.agents["active"] == 0


async def test_what_waits_is_counted_by_lane_with_the_age_of_the_oldest(
    database: Database,
) -> None:
    await keep(
        database,
        *a_met_person(),
        an_inbox_row(1, received_at=NOON - timedelta(seconds=30)),
        an_inbox_row(2, state="taken"),
        an_inbox_row(3, lane="control"),
        an_inbox_row(4, state="answered", received_at=LONG_AGO),
        an_inbox_row(5, state="failed", received_at=LONG_AGO),
        an_outbox_row(1, state="uncertain", created_at=NOON - timedelta(seconds=45)),
        an_outbox_row(2),
        an_outbox_row(3, state="sent", created_at=LONG_AGO),
        an_outbox_row(4, state="failed", created_at=LONG_AGO),
    )

    figures = await FiguresReader(database).read(now=NOON)

    assert figures.waiting == {"turn": 2, "control": 1, "deliver": 2, "maintain": 0}
    assert figures.queue_age == timedelta(seconds=45)
    assert figures.outbox == {"pending": 1, "sending": 0, "uncertain": 1, "failed": 1}
    assert figures.dead_letters == {"inbound": 1, "outbound": 1}


async def test_what_came_in_by_a_clock_ahead_of_ours_has_not_waited_yet(
    database: Database,
) -> None:
    await keep(database, *a_met_person(), an_inbox_row(received_at=NOON + timedelta(minutes=1)))

    figures = await FiguresReader(database).read(now=NOON)

    assert figures.queue_age == timedelta(0)


async def test_overdue_is_what_the_view_calls_waiting_for_too_long(database: Database) -> None:
    """Every inbound state with every mix of answers, both sides of the limit."""
    inbound = ("pending", "taken", "answered", "merged", "refused", "failed")
    answers = (
        (),
        ("sent",),
        ("pending",),
        ("sending", "sent"),
        ("uncertain",),
        ("failed",),
        ("failed", "pending"),
    )
    ages = (OVERDUE_AFTER - timedelta(seconds=1), OVERDUE_AFTER)
    numbers = itertools.count(1)
    rows = list(a_met_person())
    for (state, said), age in itertools.product(itertools.product(inbound, answers), ages):
        turn = f"turn-{next(numbers)}"
        rows.append(
            an_inbox_row(next(numbers), state=state, turn_id=turn, received_at=NOON - age)
        )
        rows += [an_outbox_row(next(numbers), state=one, turn_id=turn) for one in said]
    notice = "turn-of-a-notice"
    rows += [
        an_inbox_row(next(numbers), state="answered", turn_id=notice, received_at=LONG_AGO),
        an_outbox_row(next(numbers), turn_id=notice).values(kind="notice"),
    ]
    await keep(database, *rows)

    figures = await FiguresReader(database).read(now=NOON)

    async with database.transaction() as connection:
        expected = await connection.scalar(
            text(
                "select count(*) from message_fate where fate = 'waiting' and received_at <= :at"
            ),
            {"at": NOON - OVERDUE_AFTER},
        )
    assert figures.messages_overdue == expected == 2 * len(answers) + 3


async def test_agents_are_counted_by_state_until_they_end(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        an_agent_row(1, state="handoff_complete"),
        an_agent_row(2, state="warning"),
        an_agent_row(3),
        an_agent_row(4),
    )

    figures = await FiguresReader(database).read(now=NOON)

    assert figures.agents["active"] == 2
    assert figures.agents["warning"] == 1
    assert sum(figures.agents.values()) == 3


@pytest.mark.slow
async def test_reading_the_figures_scans_no_table_whole(database: Database) -> None:
    await fill(database)

    async with plans(database) as seen:
        await FiguresReader(database).read(now=NOON)

    (plan,) = seen
    assert plan.whole_tables == set()
    assert plan.indexes >= {
        "inbox_waiting",
        "inbox_failed",
        "outbox_unsettled",
        "outbox_failed",
        "chore_waiting",
        "agent_at_work",
    }
