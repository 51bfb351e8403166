import pytest

from context.errors import IllegalTransition
from context.lifecycle import AgentState
from tests.builders import an_agent


def test_an_agent_enters_states_one_after_the_other_and_is_else_the_same() -> None:
    agent = an_agent(state=AgentState.WARNING, occupied_tokens=7)

    ended = agent.entering(AgentState.HANDOFF_PENDING, AgentState.HANDOFF_COMPLETE)

    assert ended == an_agent(state=AgentState.HANDOFF_COMPLETE, occupied_tokens=7)
    assert agent.entering() == agent


def test_an_agent_takes_no_step_that_is_not_legal() -> None:
    with pytest.raises(IllegalTransition, match="from handoff_complete to active"):
        an_agent().entering(
            AgentState.HANDOFF_PENDING, AgentState.HANDOFF_COMPLETE, AgentState.ACTIVE
        )
