from itertools import product

import pytest

from context.errors import IllegalTransition
from context.lifecycle import AgentState, TerminationReason, after

ENDED = (AgentState.HANDOFF_COMPLETE, AgentState.TERMINATED, AgentState.FAILED)
WORKING = (
    AgentState.INITIALIZING,
    AgentState.ACTIVE,
    AgentState.WARNING,
    AgentState.COMPACTING,
    AgentState.CRITICAL,
)


@pytest.mark.parametrize(
    "life",
    [
        (
            "initializing",
            "active",
            "warning",
            "critical",
            "handoff_pending",
            "handoff_complete",
        ),
        ("initializing", "warning", "compacting", "active", "terminated"),
        ("active", "compacting", "handoff_pending", "failed"),
        ("critical", "active", "critical", "warning"),
    ],
)
def test_an_agents_life_is_legal_step_by_step(life: tuple[str, ...]) -> None:
    state = AgentState(life[0])

    for following in life[1:]:
        state = after(state, AgentState(following))

    assert state == life[-1]


@pytest.mark.parametrize("state", WORKING)
@pytest.mark.parametrize(
    "following", [AgentState.HANDOFF_PENDING, AgentState.TERMINATED, AgentState.FAILED]
)
def test_whoever_works_may_be_broken_off(state: AgentState, following: AgentState) -> None:
    assert after(state, following) is following


@pytest.mark.parametrize("state", [*WORKING, AgentState.HANDOFF_PENDING])
def test_whoever_has_not_ended_may_stay_as_it_is(state: AgentState) -> None:
    assert after(state, state) is state


@pytest.mark.parametrize("state", ENDED)
@pytest.mark.parametrize("following", AgentState)
def test_what_has_ended_stays_ended(state: AgentState, following: AgentState) -> None:
    with pytest.raises(IllegalTransition) as caught:
        after(state, following)

    assert (caught.value.state, caught.value.following) == (state, following)


@pytest.mark.parametrize("state", WORKING)
def test_no_handoff_completes_that_was_not_begun(state: AgentState) -> None:
    with pytest.raises(IllegalTransition):
        after(state, AgentState.HANDOFF_COMPLETE)


def test_nobody_is_initialised_twice() -> None:
    with pytest.raises(IllegalTransition, match="from active to initializing"):
        after(AgentState.ACTIVE, AgentState.INITIALIZING)


def test_predicates_part_the_states() -> None:
    assert [state for state in AgentState if not state.is_operational] == list(ENDED)
    assert {state for state in AgentState if state.can_accept_tasks} == {
        AgentState.INITIALIZING,
        AgentState.ACTIVE,
        AgentState.WARNING,
        AgentState.COMPACTING,
    }
    assert {state for state in AgentState if state.requires_attention} == {
        AgentState.CRITICAL,
        AgentState.HANDOFF_PENDING,
        AgentState.FAILED,
    }


LEGAL = {
    "initializing": "active warning compacting critical handoff_pending terminated failed",
    "active": "warning compacting critical handoff_pending terminated failed",
    "warning": "active compacting critical handoff_pending terminated failed",
    "compacting": "active warning critical handoff_pending terminated failed",
    "critical": "active warning handoff_pending terminated failed",
    "handoff_pending": "handoff_complete terminated failed",
    "handoff_complete": "",
    "terminated": "",
    "failed": "",
}


@pytest.mark.parametrize(("state", "following"), list(product(AgentState, AgentState)))
def test_a_step_is_legal_or_it_is_refused(state: AgentState, following: AgentState) -> None:
    stays = state is following and state not in ENDED
    if stays or following in LEGAL[state].split():
        assert after(state, following) is following
    else:
        with pytest.raises(IllegalTransition):
            after(state, following)


@pytest.mark.parametrize("calm", [AgentState.ACTIVE, AgentState.WARNING])
def test_a_compaction_begins_and_ends_on_either_side_of_the_warning(calm: AgentState) -> None:
    assert after(after(calm, AgentState.COMPACTING), calm) is calm


@pytest.mark.parametrize("state", [*WORKING, AgentState.HANDOFF_PENDING])
def test_a_new_conversation_ends_whoever_works(state: AgentState) -> None:
    assert after(state, AgentState.TERMINATED) is AgentState.TERMINATED


def test_an_agent_ends_for_one_of_eight_reasons() -> None:
    assert set(TerminationReason) == {
        "context_window_exhausted",
        "forced_rotation",
        "user_request",
        "task_completed",
        "idle_timeout",
        "budget_exhausted",
        "error",
        "admin_request",
    }
