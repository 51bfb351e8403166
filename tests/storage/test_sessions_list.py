from datetime import timedelta

import pytest

from context.lifecycle import AgentState
from context.messages import SLACK, WHATSAPP, SessionId, UserId, person_id, session_id
from storage.database import Database
from storage.sessions_list import SessionFilter, SessionList
from tests.builders import NOON, USER
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    SESSION,
    TRACE,
    a_call_row,
    a_met_person,
    a_person,
    a_session,
    an_agent_row,
    an_identity,
    keep,
)
from tests.storage.scenes import run

OTHER = UserId("T024BE7LD:UOTHER")
OTHER_SESSION = session_id(SLACK, OTHER, "D0001")


async def found(database: Database, wanted: SessionFilter) -> list[str]:
    page = await SessionList(database).page(wanted, limit=50)
    return [one.session_id for one in page.items]


async def test_a_session_is_its_current_agent_and_all_it_has_spent(database: Database) -> None:
    await keep(
        database,
        a_person(),
        an_identity(),
        a_session().values(agent_id="agent-01234567-2"),
        an_agent_row(1, state="handoff_complete"),
        an_agent_row(2),
        a_call_row(1).values(agent_id="agent-01234567-1"),
        a_call_row(2).values(agent_id="agent-01234567-2"),
    )

    one = await SessionList(database).one(SESSION)

    assert one is not None
    assert (one.session_id, one.user_id, one.platform) == (SESSION, USER, SLACK)
    assert (one.trace_id, one.agent_version, one.state) == (TRACE, 2, AgentState.ACTIVE)
    assert (one.occupied_tokens, one.turns) == (1_250, 3)
    assert one.spent_tokens == 2 * 1_115


async def test_a_session_without_a_turn_has_no_agent(database: Database) -> None:
    await keep(database, *a_met_person())

    page = await SessionList(database).page(SessionFilter(), limit=50)

    (one,) = page.items
    assert (one.agent_id, one.state, one.occupied_tokens, one.turns) == (None,) * 4
    assert one.spent_tokens == 0


async def test_an_unknown_session_is_none(database: Database) -> None:
    assert await SessionList(database).one(SessionId("unknown")) is None


async def test_the_session_that_was_last_busy_comes_first_and_pages_join(
    database: Database,
) -> None:
    for number in range(5):
        await keep(
            database,
            a_person(UserId(f"T1:U{number}")),
            a_session(UserId(f"T1:U{number}")).values(
                id=f"session-{number}", updated_at=NOON + timedelta(minutes=number // 2)
            ),
        )
    sessions = SessionList(database)

    first = await sessions.page(SessionFilter(), limit=2)
    second = await sessions.page(SessionFilter(), limit=2, cursor=first.next_cursor)
    third = await sessions.page(SessionFilter(), limit=2, cursor=second.next_cursor)

    seen = [one.session_id for page in (first, second, third) for one in page.items]
    assert seen == [f"session-{number}" for number in (4, 3, 2, 1, 0)]
    assert third.next_cursor is None


async def test_sessions_are_found_by_person_platform_and_state(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        a_person(OTHER, linked_to=person_id(SLACK, USER)),
        an_identity(OTHER),
        a_session(OTHER).values(platform=WHATSAPP, agent_id="agent-01234567-1"),
        an_agent_row(1, user_id=OTHER, state="critical"),
        *a_met_person(UserId("T024BE7LD:UTHIRD")),
    )

    assert set(await found(database, SessionFilter(user_id=OTHER))) == {SESSION, OTHER_SESSION}
    assert set(await found(database, SessionFilter(user_id=USER))) == {SESSION, OTHER_SESSION}
    assert await found(database, SessionFilter(platform=WHATSAPP)) == [OTHER_SESSION]
    assert await found(database, SessionFilter(state=AgentState.CRITICAL)) == [OTHER_SESSION]
    assert await found(database, SessionFilter(state=AgentState.ACTIVE)) == []
    assert await found(database, SessionFilter(state=AgentState.TERMINATED)) == []
    assert await found(database, SessionFilter(user_id=UserId("T1:UNOBODY"))) == []


@pytest.mark.slow
async def test_sessions_are_listed_through_indexes(database: Database) -> None:
    await fill(database)
    await run(
        database,
        "update agent set state = 'critical' where ended_at is null"
        " and trace_id in ('trace-3', 'trace-4')",
    )
    await run(database, "update session set platform = 'whatsapp' where id = 'session-3'")
    await run(database, "vacuum analyze agent, session")
    sessions = SessionList(database)

    async with plans(database) as seen:
        await sessions.page(SessionFilter(), limit=50)
        await sessions.page(SessionFilter(user_id=UserId("T1:U7")), limit=50)
        await sessions.page(SessionFilter(platform=WHATSAPP), limit=50)
        await sessions.page(SessionFilter(state=AgentState.CRITICAL), limit=50)
        await sessions.one(SessionId("session-3"))

    newest, _, _, of_person, of_platform, of_state, one = seen
    spent = {"agent_pkey", "agent_session_id", "model_usage_agent_id"}
    assert newest.indexes == {"session_newest"} | spent
    assert of_person.indexes == {"session_person"} | spent
    assert of_platform.indexes == {"session_platform"} | spent
    assert {"agent_at_work", "session_agent"} <= of_state.indexes
    assert one.indexes == {"session_pkey"} | spent
    whole = (newest, of_person, of_platform, of_state, one)
    assert not any(plan.whole_tables for plan in whole)
