from datetime import timedelta

import pytest

from context.messages import SLACK, WHATSAPP, AgentId, TraceId, UserId, person_id
from storage.compaction_history import (
    CompactionHistory,
    CompactionRecord,
    RotationRecord,
    Span,
)
from storage.compactions import CompactionState
from storage.database import Database
from tests.builders import NOON, USER
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    SESSION,
    TRACE,
    a_compaction_row,
    a_met_person,
    a_rotation_row,
    keep,
)

OTHER = UserId("T024BE7LD:UOTHER")


async def found(database: Database, wanted: Span) -> list[str]:
    page = await CompactionHistory(database).compactions(wanted, limit=50)
    return [item.compaction_id for item in page.items]


async def test_compactions_come_newest_first_with_all_that_is_known(database: Database) -> None:
    await keep(database, a_compaction_row(1), a_compaction_row(2))

    page = await CompactionHistory(database).compactions(Span(), limit=50)

    assert [item.compaction_id for item in page.items] == ["compaction-2", "compaction-1"]
    assert page.items[1] == CompactionRecord(
        compaction_id="compaction-1",
        trace_id=TraceId(TRACE),
        user_id=USER,
        platform=SLACK,
        session_id=SESSION,
        agent_id=AgentId("agent-1"),
        agent_version=1,
        trigger="threshold",
        focus=None,
        state=CompactionState.APPLIED,
        reason=None,
        before_tokens=160_000,
        after_tokens=40_000,
        reduction_percent=75.0,
        context_window_limit=200_000,
        seconds=1.5,
        created_at=NOON + timedelta(minutes=1),
        applied_at=NOON + timedelta(minutes=1),
    )
    assert page.next_cursor is None


async def test_a_compaction_that_was_skipped_is_a_record_with_its_reason(
    database: Database,
) -> None:
    skipped = a_compaction_row(1).values(
        state="skipped", reason="too_soon", after_tokens=None, applied_at=None
    )
    await keep(database, skipped)

    (record,) = (await CompactionHistory(database).compactions(Span(), limit=50)).items

    assert record.state is CompactionState.SKIPPED
    assert record.reason == "too_soon"
    assert record.reduction_percent is None


async def test_of_a_window_that_held_nothing_no_reduction_is_told(database: Database) -> None:
    await keep(database, a_compaction_row(1).values(before_tokens=0, after_tokens=0))

    (record,) = (await CompactionHistory(database).compactions(Span(), limit=50)).items

    assert record.reduction_percent is None


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Span(trace_id=TraceId("trace-3")), [3]),
        (Span(platform=WHATSAPP), [2]),
        (Span(created_after=NOON + timedelta(minutes=2)), [3, 2]),
        (Span(created_before=NOON + timedelta(minutes=2)), [1]),
        (Span(user_id=USER), [3, 2]),
        (Span(user_id=USER, platform=SLACK), [3]),
        (Span(user_id=UserId("nobody")), []),
    ],
)
async def test_a_span_picks_what_it_says(
    database: Database, wanted: Span, expected: list[int]
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_compaction_row(1).values(person_id=person_id(SLACK, OTHER)),
        a_compaction_row(2).values(platform=WHATSAPP),
        a_compaction_row(3).values(trace_id="trace-3"),
    )

    assert await found(database, wanted) == [f"compaction-{number}" for number in expected]


async def test_pages_of_compactions_show_every_one_once(database: Database) -> None:
    await keep(database, *(a_compaction_row(n).values(created_at=NOON) for n in range(1, 6)))
    history = CompactionHistory(database)

    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = await history.compactions(Span(), limit=2, cursor=cursor)
        seen += [item.compaction_id for item in page.items]
        cursor, pages = page.next_cursor, pages + 1

    assert seen == [f"compaction-{number}" for number in (5, 4, 3, 2, 1)]
    assert pages == 3


async def test_rotations_come_newest_first_with_all_that_is_known(database: Database) -> None:
    await keep(database, a_rotation_row(1), a_rotation_row(2))

    page = await CompactionHistory(database).rotations(Span(), limit=1)

    assert page.items == (
        RotationRecord(
            rotation_id="rotation-2",
            trace_id=TraceId(TRACE),
            user_id=USER,
            platform=SLACK,
            session_id=SESSION,
            handoff_id="rotation-2",
            trigger="rotation_threshold",
            old_agent_id=AgentId("agent-2"),
            new_agent_id=AgentId("agent-3"),
            occupied_tokens=190_001,
            context_window_limit=200_000,
            occupancy=0.95,
            created_at=NOON + timedelta(minutes=2),
        ),
    )
    rest = await CompactionHistory(database).rotations(Span(), limit=1, cursor=page.next_cursor)
    assert [item.rotation_id for item in rest.items] == ["rotation-1"]


async def test_rotations_of_a_person_are_found_by_any_identity(database: Database) -> None:
    stored_before = a_rotation_row(1).values(user_id=None, platform=None, trigger=None)
    theirs = a_rotation_row(2).values(person_id="somebody")
    await keep(database, *a_met_person(), stored_before, theirs)

    page = await CompactionHistory(database).rotations(Span(user_id=USER), limit=50)

    assert [item.rotation_id for item in page.items] == ["rotation-1"]
    assert page.items[0].platform is None


@pytest.mark.slow
async def test_the_history_is_read_through_indexes(database: Database) -> None:
    await fill(database)
    history = CompactionHistory(database)

    spans = (
        Span(),
        Span(platform=WHATSAPP),
        Span(trace_id=TraceId("trace-7")),
        Span(user_id=UserId("T1:U7")),
    )

    async with plans(database) as seen:
        for ask in (history.compactions, history.rotations):
            for span in spans:
                await ask(span, limit=50)

    # Two statements find out who the person is.
    assert [plan.indexes for plan in (*seen[:3], seen[5])] == [
        {"compaction_newest"},
        {"compaction_platform"},
        {"compaction_trace"},
        {"compaction_person"},
    ]
    assert [plan.indexes for plan in (*seen[6:9], seen[11])] == [
        {"rotation_newest"},
        {"rotation_platform"},
        {"rotation_trace_id"},
        {"rotation_person_id"},
    ]
    assert not any(plan.whole_tables for plan in seen)
