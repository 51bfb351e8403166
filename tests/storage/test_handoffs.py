from dataclasses import fields
from datetime import datetime, timedelta

import pytest

from context.lifecycle import TerminationReason
from context.messages import SLACK, WHATSAPP, TraceId, UserId, person_id
from storage.database import Database
from storage.handoffs import HandoffFilter, Handoffs, HandoffSummary
from tests.builders import NOON, USER
from tests.storage.bulk import HANDOFFS, fill
from tests.storage.explain import plans
from tests.storage.lines import a_line
from tests.storage.rows import (
    TRACE,
    a_document,
    a_handoff_row,
    a_met_person,
    a_person,
    an_identity,
    keep,
)

OTHER = UserId("T024BE7LD:UOTHER")
OTHER_TRACE = "fedcba9876543210fedcba9876543210"


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


async def found(database: Database, wanted: HandoffFilter) -> list[str]:
    """Ids of the handoffs that a filter finds, newest first."""
    page = await Handoffs(database).page(wanted, limit=50)
    return [item.handoff_id for item in page.items]


async def test_handoffs_come_newest_first(database: Database) -> None:
    await keep(database, a_handoff_row(2), a_handoff_row(3), a_handoff_row(1))

    page = await Handoffs(database).page(HandoffFilter(), limit=50)

    assert [item.sequence for item in page.items] == [3, 2, 1]
    assert page.next_cursor is None


async def test_a_summary_holds_what_was_stored(database: Database) -> None:
    stored = a_handoff_row(1).values(
        project_id="atlas", workflow_type="support", task_status="open", probe_score=0.75
    )
    await keep(database, stored)

    page = await Handoffs(database).page(HandoffFilter(), limit=50)

    (summary,) = page.items
    assert summary == HandoffSummary(
        handoff_id="handoff-01234567-1",
        trace_id=TraceId(TRACE),
        sequence=1,
        user_id=USER,
        platform=SLACK,
        provider=summary.provider,
        session_id=summary.session_id,
        agent_id=summary.agent_id,
        agent_type="chat",
        agent_version=1,
        project_id="atlas",
        workflow_type="support",
        task_status="open",
        termination_reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
        total_tokens=181_000,
        context_window_limit=200_000,
        completion_percentage=None,
        probe_score=0.75,
        predecessor_handoff_id=None,
        successor_handoff_id=None,
        active=True,
        created_at=minute(1),
        summary="Your order is A-1042.",
    )
    assert isinstance(summary.termination_reason, TerminationReason)


def test_a_summary_has_the_promised_fields_in_their_order() -> None:
    assert ", ".join(one.name for one in fields(HandoffSummary)) == (
        "handoff_id, trace_id, sequence, user_id, platform, provider, session_id, agent_id, "
        "agent_type, agent_version, project_id, workflow_type, task_status, termination_reason, "
        "total_tokens, context_window_limit, completion_percentage, probe_score, "
        "predecessor_handoff_id, successor_handoff_id, active, created_at, summary"
    )


async def test_pages_show_every_handoff_once_even_of_one_moment(database: Database) -> None:
    await keep(database, *(a_handoff_row(n).values(created_at=NOON) for n in range(1, 8)))
    handoffs = Handoffs(database)

    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = await handoffs.page(HandoffFilter(), limit=3, cursor=cursor)
        seen += [item.sequence for item in page.items]
        cursor, pages = page.next_cursor, pages + 1

    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert pages == 3


async def test_a_handoff_made_meanwhile_does_not_shift_the_next_page(
    database: Database,
) -> None:
    await keep(database, *(a_handoff_row(n) for n in (1, 2, 3)))
    handoffs = Handoffs(database)
    first = await handoffs.page(HandoffFilter(), limit=2)
    await keep(database, a_handoff_row(4))

    second = await handoffs.page(HandoffFilter(), limit=2, cursor=first.next_cursor)

    assert [item.sequence for item in (*first.items, *second.items)] == [3, 2, 1]


async def test_the_last_full_page_is_known_to_be_the_last(database: Database) -> None:
    await keep(database, a_handoff_row(1), a_handoff_row(2))

    page = await Handoffs(database).page(HandoffFilter(), limit=2)

    assert len(page.items) == 2
    assert page.next_cursor is None


async def test_a_handoff_is_found_by_what_its_successor_is_told(database: Database) -> None:
    told = "## key_facts\n- order number: BX-48213"
    await keep(database, a_handoff_row(1, said="A lamp.").values(briefing=told))

    finds = {q: await found(database, HandoffFilter(q=q)) for q in ("order", "BX-48213")}

    assert all(finds.values()), finds
    assert await found(database, HandoffFilter(q="lamp")) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (HandoffFilter(platform=WHATSAPP), [2]),
        (HandoffFilter(trace_id=TraceId(OTHER_TRACE)), [4]),
        (HandoffFilter(agent_type="researcher"), [2]),
        (HandoffFilter(project_id="atlas"), [3]),
        (HandoffFilter(termination_reason=TerminationReason.FORCED_ROTATION), [3]),
        (HandoffFilter(active=True), [4, 2, 1]),
        (HandoffFilter(active=False), [3]),
        (HandoffFilter(created_after=minute(3)), [4, 3]),
        (HandoffFilter(created_before=minute(3)), [2, 1]),
        (HandoffFilter(created_after=minute(2), created_before=minute(4)), [3, 2]),
        (HandoffFilter(q="blue lamp"), [2]),
        (HandoffFilter(q='"lamp blue"'), []),
        (HandoffFilter(q="lamp or order -A-1042"), [2]),
        (HandoffFilter(q="'); drop table agent_handoff; --"), []),
        (HandoffFilter(active=True, agent_type="chat", platform=SLACK), [4, 1]),
        (HandoffFilter(project_id="nothing"), []),
    ],
)
async def test_a_filter_keeps_what_it_names(
    database: Database, wanted: HandoffFilter, expected: list[int]
) -> None:
    await keep(
        database,
        a_handoff_row(1),
        a_handoff_row(2, said="The blue lamp").values(
            platform=WHATSAPP, agent_type="researcher"
        ),
        a_handoff_row(3).values(
            project_id="atlas", termination_reason="forced_rotation", active=False
        ),
        a_handoff_row(4, trace_id=OTHER_TRACE),
    )

    page = await Handoffs(database).page(wanted, limit=50)

    assert [item.sequence for item in page.items] == expected


async def test_a_person_is_found_by_each_linked_identity(database: Database) -> None:
    phone = UserId("+14155550100")
    await keep(
        database,
        *a_met_person(USER),
        a_person(phone, linked_to=person_id(SLACK, USER)),
        an_identity(phone),
        *a_met_person(OTHER),
        a_handoff_row(1, user_id=USER),
        a_handoff_row(2, user_id=phone),
        a_handoff_row(3, user_id=OTHER),
    )

    by_first = await found(database, HandoffFilter(user_id=USER))
    by_second = await found(database, HandoffFilter(user_id=phone))
    latest = await Handoffs(database).latest(USER)

    assert by_first == by_second == ["handoff-01234567-2", "handoff-01234567-1"]
    assert latest is not None
    assert latest.user_id == phone


async def test_nobodys_handoffs_are_none(database: Database) -> None:
    await keep(database, *a_met_person(USER), a_handoff_row(1))
    handoffs = Handoffs(database)

    assert await found(database, HandoffFilter(user_id=OTHER)) == []
    assert await handoffs.latest(OTHER) is None


async def test_one_handoff_comes_with_its_document(database: Database) -> None:
    await keep(database, a_handoff_row(1), a_handoff_row(2, said="Later"))
    handoffs = Handoffs(database)

    one = await handoffs.one("handoff-01234567-1")

    assert one is not None
    assert one.sequence == 1
    assert one.document == a_document("Your order is A-1042.")
    assert await handoffs.one("handoff-unknown") is None


async def test_the_latest_handoff_of_a_person_is_the_newest(database: Database) -> None:
    await keep(database, *a_met_person(USER), a_handoff_row(2), a_handoff_row(1))

    latest = await Handoffs(database).latest(USER)

    assert latest is not None
    assert latest.sequence == 2
    assert "conversation_summary" in latest.document


def test_a_handoff_does_not_show_peoples_words_in_its_representation() -> None:
    hidden = {one.name for one in fields(HandoffSummary) if not one.repr}

    assert hidden == {"summary"}
    assert "secret" not in repr(HandoffFilter(q="secret"))


@pytest.mark.slow
async def test_every_question_is_answered_through_its_index(database: Database) -> None:
    await fill(database)
    handoffs = Handoffs(database)
    questions = {
        "agent_handoff_newest": HandoffFilter(active=True),
        "agent_handoff_person": HandoffFilter(user_id=UserId("T1:U7")),
        "agent_handoff_platform": HandoffFilter(platform=WHATSAPP),
        "agent_handoff_trace": HandoffFilter(trace_id=TraceId("trace-7")),
        "agent_handoff_agent_type": HandoffFilter(agent_type="researcher"),
        "agent_handoff_project": HandoffFilter(project_id="atlas"),
        "agent_handoff_reason": HandoffFilter(
            termination_reason=TerminationReason.USER_REQUEST
        ),
        "agent_handoff_kind": HandoffFilter(agent_type="researcher", active=False),
        "agent_handoff_project_kind": HandoffFilter(project_id="atlas", active=False),
        "agent_handoff_words": HandoffFilter(q="number77"),
    }

    for index, wanted in questions.items():
        async with plans(database) as seen:
            page = await handoffs.page(wanted, limit=20)
        assert page.items
        assert index in set().union(*(plan.indexes for plan in seen))
        assert not any(plan.whole_tables for plan in seen), index


@pytest.mark.slow
async def test_a_page_deep_in_the_list_is_found_by_index_too(database: Database) -> None:
    await fill(database)
    handoffs = Handoffs(database)
    page = await handoffs.page(HandoffFilter(), limit=HANDOFFS // 2)

    async with plans(database) as seen:
        await handoffs.page(HandoffFilter(), limit=20, cursor=page.next_cursor)

    assert seen[0].indexes == {"agent_handoff_newest"}


@pytest.mark.slow
async def test_one_and_the_latest_are_found_by_index(database: Database) -> None:
    await fill(database)
    handoffs = Handoffs(database)

    async with plans(database) as seen:
        assert await handoffs.one("handoff-4711") is not None
        assert await handoffs.latest(UserId("T1:U7")) is not None

    assert seen[0].indexes == {"agent_handoff_pkey"}
    assert seen[-1].indexes == {"agent_handoff_person"}
    assert not any(plan.whole_tables for plan in seen)


async def test_a_deactivated_handoff_is_superseded(database: Database) -> None:
    await keep(database, a_handoff_row(1), a_handoff_row(2))
    handoffs = Handoffs(database)

    once = await handoffs.deactivate("handoff-01234567-1")
    again = await handoffs.deactivate("handoff-01234567-1")

    assert once is not None
    assert not once.active
    assert again == once
    assert await found(database, HandoffFilter(active=True)) == ["handoff-01234567-2"]


async def test_a_handoff_that_is_not_there_is_not_deactivated(database: Database) -> None:
    assert await Handoffs(database).deactivate("handoff-unknown") is None


async def test_a_deactivated_handoff_still_names_the_one_that_follows(
    database: Database,
) -> None:
    line = await a_line(database)
    first = await line.hand_over()
    await Handoffs(database).deactivate(first)

    second = await line.hand_over()

    stored = await Handoffs(database).one(first)
    assert stored is not None
    assert stored.successor_handoff_id == second


async def test_what_the_next_agent_was_told_is_given_word_for_word(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        a_handoff_row(1).values(briefing="<handoff>\n as it was"),
        a_handoff_row(2),
    )
    handoffs = Handoffs(database)

    assert await handoffs.told("handoff-01234567-1") == "<handoff>\n as it was"
    assert await handoffs.told("handoff-01234567-2") is None
    assert await handoffs.told("unknown") is None
