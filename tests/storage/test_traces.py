import pytest

from context.lifecycle import AgentState
from context.messages import TraceId, UserId
from storage.database import Database
from storage.traces import Traces
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    SESSION,
    TRACE,
    a_handoff_row,
    a_met_person,
    a_person,
    a_session,
    an_agent_row,
    an_identity,
    keep,
)

NEXT_TRACE = "fedcba9876543210fedcba9876543210"


async def test_a_trace_shows_its_handoffs_and_agents_oldest_first(database: Database) -> None:
    await keep(
        database,
        a_person(),
        an_identity(),
        a_session().values(agent_id="agent-01234567-3"),
        an_agent_row(3),
        an_agent_row(2, state="handoff_complete").values(termination_reason="user_request"),
        an_agent_row(1, state="handoff_complete").values(
            termination_reason="context_window_exhausted"
        ),
        a_handoff_row(2),
        a_handoff_row(1),
    )

    trace = await Traces(database).one(TraceId(TRACE))

    assert trace is not None
    assert [one.sequence for one in trace.handoffs] == [1, 2]
    assert [one.agent_version for one in trace.agents] == [1, 2, 3]
    assert [one.termination_reason for one in trace.agents] == [
        "context_window_exhausted",
        "user_request",
        None,
    ]
    (session,) = trace.sessions
    assert session.session_id == SESSION
    assert session.agent_id == "agent-01234567-3"
    assert session.state is AgentState.ACTIVE


async def test_a_session_that_began_anew_shows_its_current_agents_trace(
    database: Database,
) -> None:
    await keep(
        database,
        a_person(),
        an_identity(),
        a_session().values(agent_id="agent-fedcba98-1"),
        an_agent_row(1, state="terminated"),
        an_agent_row(1, trace_id=NEXT_TRACE),
    )

    trace = await Traces(database).one(TraceId(TRACE))

    assert trace is not None
    assert trace.handoffs == ()
    assert [one.state for one in trace.agents] == [AgentState.TERMINATED]
    assert [one.trace_id for one in trace.sessions] == [NEXT_TRACE]


async def test_a_session_without_an_agent_of_its_own_says_nothing_of_one(
    database: Database,
) -> None:
    await keep(database, *a_met_person(), an_agent_row(1))

    trace = await Traces(database).one(TraceId(TRACE))

    assert trace is not None
    assert trace.sessions[0].agent_id is None
    assert trace.sessions[0].state is None


async def test_traces_do_not_mix(database: Database) -> None:
    other = UserId("T024BE7LD:UOTHER")
    await keep(
        database,
        *a_met_person(),
        *a_met_person(other),
        an_agent_row(1),
        an_agent_row(1, user_id=other, trace_id=NEXT_TRACE),
        a_handoff_row(1, user_id=other, trace_id=NEXT_TRACE),
    )

    trace = await Traces(database).one(TraceId(TRACE))

    assert trace is not None
    assert trace.handoffs == ()
    assert len(trace.agents) == 1
    assert [one.session_id for one in trace.sessions] == [SESSION]


async def test_a_trace_that_nobody_was_on_is_none(database: Database) -> None:
    assert await Traces(database).one(TraceId(TRACE)) is None


@pytest.mark.slow
async def test_a_trace_is_read_through_indexes(database: Database) -> None:
    await fill(database)

    async with plans(database) as seen:
        trace = await Traces(database).one(TraceId("trace-7"))

    assert trace is not None
    assert len(trace.handoffs) == len(trace.agents) == 25
    agents, calls, handoffs, sessions = seen
    assert calls.indexes == {"model_usage_agent_id"}
    assert agents.indexes == {"agent_trace"}
    assert handoffs.indexes == {"agent_handoff_trace"}
    assert sessions.indexes == {
        "session_pkey",
        "agent_pkey",
        "agent_session_id",
        "model_usage_agent_id",
    }
    assert not any(plan.whole_tables for plan in seen)
