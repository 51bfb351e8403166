from dataclasses import replace

import pytest

from context.lifecycle import AgentState, TerminationReason
from context.lifecycle_events import (
    Critical,
    HandedOff,
    LifecycleEvent,
    Subject,
    Terminated,
    Warned,
    events_of,
)
from context.session import Agent, Level
from tests.builders import an_agent

LIMIT = 200_000

BEFORE = an_agent(version=2, occupied_tokens=140_000)
WARNED = replace(
    BEFORE, occupied_tokens=150_000, told=Level.WARNING, state=AgentState.WARNING, turns=9
)
FULL = replace(
    BEFORE, occupied_tokens=184_000, told=Level.CRITICAL, state=AgentState.HANDOFF_COMPLETE
)
SUCCESSOR = an_agent(version=3, began_from="handoff-2")


def subject(agent: Agent) -> Subject:
    return Subject(
        agent_id=agent.agent_id,
        trace_id=agent.trace_id,
        session_id=agent.session_id,
        person_id=agent.person_id,
        user_id=agent.user_id,
        platform=agent.platform,
        agent_type="chat",
        version=2,
        turns=agent.turns,
        occupied_tokens=agent.occupied_tokens,
        limit_tokens=LIMIT,
    )


def events(
    before: Agent,
    after: Agent,
    *,
    successor: Agent | None = None,
    reason: TerminationReason | None = None,
) -> tuple[LifecycleEvent, ...]:
    return events_of(before, after, limit_tokens=LIMIT, successor=successor, reason=reason)


def test_a_turn_that_changes_no_level_is_no_event() -> None:
    assert events(BEFORE, replace(BEFORE, occupied_tokens=149_000, turns=4)) == ()
    assert events(WARNED, replace(WARNED, occupied_tokens=155_000)) == ()


def test_a_warning_tells_whose_and_how_full() -> None:
    (warned,) = events(BEFORE, WARNED)

    assert warned == Warned(subject(WARNED))
    assert warned.subject.occupancy == 0.75


def test_a_level_that_was_taken_off_is_no_event_and_may_come_again() -> None:
    calm = replace(WARNED, told=Level.NONE, state=AgentState.ACTIVE)

    assert events(WARNED, calm) == ()
    assert events(calm, WARNED) == (Warned(subject(WARNED)),)


@pytest.mark.parametrize("before", [BEFORE, WARNED])
def test_a_full_window_is_told_in_the_order_in_which_it_is_dealt_with(before: Agent) -> None:
    reason = TerminationReason.CONTEXT_WINDOW_EXHAUSTED

    told = events(before, FULL, successor=SUCCESSOR, reason=reason)

    assert told == (
        Critical(subject(FULL)),
        HandedOff(
            subject=subject(FULL),
            handoff_id="handoff-2",
            successor_id=SUCCESSOR.agent_id,
            successor_version=3,
        ),
        Terminated(subject=subject(FULL), state=AgentState.HANDOFF_COMPLETE, reason=reason),
    )


def test_a_handoff_by_wish_is_not_critical() -> None:
    ended = replace(BEFORE, state=AgentState.HANDOFF_COMPLETE)

    told = events(BEFORE, ended, successor=SUCCESSOR, reason=TerminationReason.USER_REQUEST)

    assert [type(event) for event in told] == [HandedOff, Terminated]


@pytest.mark.parametrize("state", [AgentState.TERMINATED, AgentState.FAILED])
def test_an_end_without_a_successor_is_told_with_its_reason(state: AgentState) -> None:
    ended = replace(BEFORE, state=state)

    assert events(BEFORE, ended) == (
        Terminated(subject=subject(BEFORE), state=state, reason=None),
    )
    assert events(BEFORE, ended, reason=TerminationReason.ERROR) == (
        Terminated(subject=subject(BEFORE), state=state, reason=TerminationReason.ERROR),
    )


def test_what_had_ended_has_no_more_events() -> None:
    ended = replace(BEFORE, state=AgentState.TERMINATED)

    assert events(ended, FULL, successor=SUCCESSOR) == ()
