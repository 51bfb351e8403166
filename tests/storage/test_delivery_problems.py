from datetime import timedelta

from storage.database import Database
from storage.delivery_problems import DeliveryProblems
from tests.builders import NOON, USER
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import a_met_person, an_inbox_row, an_outbox_row, keep

LATER = NOON + timedelta(minutes=2)


async def test_what_does_not_arrive_is_counted_by_state_and_code(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        an_outbox_row(1, state="failed").values(code="63016"),
        an_outbox_row(2, state="failed").values(code="63016"),
        an_outbox_row(3, state="uncertain"),
        an_outbox_row(4, state="pending").values(attempts=2, code="429"),
        an_outbox_row(5, state="pending"),
        an_outbox_row(6, state="sent"),
    )

    found = await DeliveryProblems(database).by_code(limit=10)

    assert {(one.state, one.code, one.platform, one.messages) for one in found} == {
        ("failed", "63016", "slack", 2),
        ("uncertain", None, "slack", 1),
        ("pending", "429", "slack", 1),
    }
    assert found[0].messages == 2


async def test_what_may_still_arrive_is_listed_oldest_first(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        an_outbox_row(1, state="uncertain", created_at=LATER),
        an_outbox_row(2, state="pending").values(attempts=1),
        an_outbox_row(3, state="failed"),
    )

    found = await DeliveryProblems(database).unsettled(limit=10)

    assert [(one.outbox_id, one.user_id, one.state) for one in found] == [
        ("outbox-2", USER, "pending"),
        ("outbox-1", USER, "uncertain"),
    ]
    assert "secret" not in repr(found)


async def test_a_message_is_overdue_after_a_minute(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        an_inbox_row(1),
        an_inbox_row(2, received_at=LATER),
        an_inbox_row(3, state="answered"),
    )

    found = await DeliveryProblems(database).overdue(now=LATER, limit=10)

    assert [one.message_id[-1] for one in found] == ["1"]


async def test_no_table_of_messages_is_read_from_end_to_end(database: Database) -> None:
    await fill(database)
    problems = DeliveryProblems(database)

    async with plans(database) as found:
        await problems.by_code(limit=10)
        await problems.unsettled(limit=10)
        await problems.overdue(now=LATER, limit=10)

    assert [plan.whole_tables & {"inbox", "outbox"} for plan in found] == [set()] * 3
