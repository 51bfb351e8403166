"""How an agent is stored: no step in its life that is not legal."""

from itertools import product

import pytest
from asyncpg.exceptions import IntegrityConstraintViolationError

from context.errors import IllegalTransition
from context.lifecycle import AgentState, after
from storage.database import Database
from tests.storage.rows import a_met_person, an_agent_row, keep
from tests.storage.scenes import run, value

STEPS = list(product(AgentState, AgentState))


def is_legal(state: AgentState, following: AgentState) -> bool:
    try:
        after(state, following)
    except IllegalTransition:
        return False
    return True


def reachable(state: AgentState) -> set[AgentState]:
    """Where an agent may be after some steps, as one commit may hold several."""
    found: set[AgentState] = {state}
    while more := {two for one, two in STEPS if one in found and is_legal(one, two)} - found:
        found |= more
    return found


@pytest.mark.parametrize("state", AgentState)
async def test_only_what_legal_steps_lead_to_can_be_stored(
    database: Database, state: AgentState
) -> None:
    await keep(database, *a_met_person())
    stored: set[AgentState] = set()
    for version, following in enumerate(AgentState, start=1):
        await keep(database, an_agent_row(version, state=state))
        try:
            await run(
                database, "update agent set state = $1 where version = $2", following, version
            )
        except IntegrityConstraintViolationError:
            kept = await value(database, "select state from agent where version = $1", version)
            assert kept == state
        else:
            stored.add(following)

    assert stored == reachable(state)


async def test_no_agent_is_in_a_state_that_there_is_not(database: Database) -> None:
    await keep(database, *a_met_person(), an_agent_row())

    with pytest.raises(IntegrityConstraintViolationError, match="state_known"):
        await run(database, "update agent set state = 'asleep'")
