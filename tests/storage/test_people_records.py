from datetime import timedelta

import pytest

from context.messages import SLACK, UserId, person_id
from storage.database import Database
from storage.people_records import LATEST_SESSIONS, PeopleRecords
from tests.builders import NOON, USER
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    a_call_row,
    a_met_person,
    a_person,
    a_session,
    an_identity,
    keep,
)

PHONE = UserId("+14155550100")
ADA = UserId("T024BE7LD:UADA")


@pytest.mark.parametrize("asked", [USER, PHONE])
async def test_a_person_is_all_their_identities_sessions_and_spend(
    database: Database, asked: UserId
) -> None:
    await keep(
        database,
        a_person().values(notices="critical", language="de"),
        an_identity().values(speaker="Kim"),
        a_session(),
        a_person(PHONE, linked_to=person_id(SLACK, USER)),
        an_identity(PHONE).values(created_at=NOON + timedelta(days=1)),
        a_session(PHONE).values(updated_at=NOON + timedelta(days=1)),
        a_call_row(1),
        a_call_row(2).values(person_id=person_id(SLACK, PHONE)),
        *a_met_person(ADA),
        a_call_row(3).values(person_id=person_id(SLACK, ADA)),
    )

    one = await PeopleRecords(database).one(asked)

    assert one is not None
    assert one.user_id == asked
    assert [(each.user_id, each.speaker) for each in one.identities] == [
        (USER, "Kim"),
        (PHONE, None),
    ]
    assert (one.preferences.notices, one.preferences.language) == ("critical", "de")
    assert [each.user_id for each in one.sessions] == [PHONE, USER]
    assert [(each.model, each.calls) for each in one.spends] == [("claude", 2)]


async def test_only_the_latest_sessions_come_along(database: Database) -> None:
    await keep(
        database,
        a_person(),
        an_identity(),
        *(
            a_session().values(
                id=f"session-{number}",
                conversation=f"C1:{number}",
                updated_at=NOON + timedelta(minutes=number),
            )
            for number in range(LATEST_SESSIONS + 1)
        ),
    )

    one = await PeopleRecords(database).one(USER)

    assert one is not None
    assert len(one.sessions) == LATEST_SESSIONS
    assert one.sessions[0].session_id == f"session-{LATEST_SESSIONS}"


async def test_nobody_is_none(database: Database) -> None:
    await keep(database, *a_met_person())

    assert await PeopleRecords(database).one(ADA) is None


@pytest.mark.slow
async def test_a_person_is_read_through_indexes(database: Database) -> None:
    await fill(database)

    async with plans(database) as seen:
        assert await PeopleRecords(database).one(UserId("T1:U7")) is not None

    _, _, person, identities, spends, sessions = seen
    assert person.indexes == {"person_pkey"}
    assert identities.indexes == {"identity_person_id"}
    assert spends.indexes == {"model_usage_person_id"}
    assert "session_person" in sessions.indexes
    assert not any(plan.whole_tables for plan in (person, identities, spends, sessions))
