from datetime import timedelta

from context.lifecycle import TerminationReason
from context.messages import SLACK, UserId, person_id
from storage.agent_changes import AgentChanges
from storage.database import Database
from tests.builders import NOON, USER
from tests.storage.rows import (
    a_handoff_row,
    a_met_person,
    a_person,
    an_agent_row,
    an_identity,
    keep,
)

OTHER = UserId("+14155550100")


async def test_an_agent_that_ended_is_told_with_its_reason_and_what_it_left(
    database: Database,
) -> None:
    ended = an_agent_row(1, state="handoff_complete").values(
        termination_reason="forced_rotation", ended_at=NOON
    )
    document = {"termination_reason": {"trigger": "rotation_threshold"}}
    await keep(
        database,
        *a_met_person(),
        ended,
        an_agent_row(2).values(began_from="handoff-01234567-1"),
        a_handoff_row(1).values(document=document),
    )

    (change,) = await AgentChanges(database).of(USER, limit=10)

    assert change.agent_version == 1
    assert change.termination_reason is TerminationReason.FORCED_ROTATION
    assert change.trigger == "rotation_threshold"
    assert change.handoff_id == "handoff-01234567-1"
    assert change.successor_version == 2


async def test_the_newest_change_comes_first_also_of_one_who_left_nothing(
    database: Database,
) -> None:
    earlier, later = (
        an_agent_row(number, state="terminated").values(
            termination_reason="user_request", ended_at=NOON + timedelta(minutes=number)
        )
        for number in (1, 2)
    )
    await keep(database, *a_met_person(), earlier, later, an_agent_row(3))

    changes = await AgentChanges(database).of(USER, limit=10)

    assert [one.agent_version for one in changes] == [2, 1]
    assert {one.handoff_id for one in changes} == {None}
    assert [one.agent_version for one in await AgentChanges(database).of(USER, limit=1)] == [2]


async def test_any_identity_means_the_person_and_nobody_else(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        a_person(OTHER, linked_to=person_id(SLACK, USER)),
        an_identity(OTHER),
        an_agent_row(1, state="handoff_complete"),
        *a_met_person(UserId("T024BE7LD:UOTHER")),
    )
    changes = AgentChanges(database)

    assert len(await changes.of(OTHER, limit=10)) == 1
    assert await changes.of(UserId("T024BE7LD:UOTHER"), limit=10) == ()
    assert await changes.of(UserId("nobody"), limit=10) == ()
