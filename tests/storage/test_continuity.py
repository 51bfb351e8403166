"""The report about the last day: duplicates, delays, handoffs and what they cost."""

from datetime import timedelta

import pytest

from context.messages import SLACK, UserId, person_id
from storage.continuity import Continuity, ContinuityReport
from storage.database import Database
from storage.tally import Counted, Kind, Tally
from tests.builders import NOON, USER
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    a_call_row,
    a_handoff_row,
    a_met_person,
    a_turn,
    an_inbox_row,
    keep,
)

ANOTHER = UserId("T024BE7LD:U00000BEN")
NEXT_DAY = NOON + timedelta(hours=23)


async def read(database: Database, *, hours: int = 24) -> Continuity:
    return await ContinuityReport(database).read(
        now=NEXT_DAY,
        window=timedelta(hours=hours),
        limit_tokens=200_000,
        handoff_share=0.9,
    )


async def test_an_unused_service_has_no_rates(database: Database) -> None:
    found = await read(database)

    assert (found.accepted, found.duplicates, found.overdue, found.people) == (0, 0, 0, 0)
    assert found.duplicate_rate is None
    assert found.accept.p95 is None
    assert found.happened.turns.reply.p95 is None
    assert found.spenders == ()


async def test_duplicates_are_a_share_of_all_deliveries(database: Database) -> None:
    await Tally(database).add(
        {
            Kind(Counted.ACCEPTED, "slack"): 7,
            Kind(Counted.ACCEPTED, "twilio"): 12,
            Kind(Counted.DUPLICATE, "slack"): 1,
            Kind(Counted.ACCEPTED_WITHIN, "0.01"): 19,
        },
        now=NOON,
    )

    found = await read(database)

    assert (found.accepted, found.duplicates, found.duplicate_rate) == (19, 1, 0.05)
    assert found.accept.p95 == pytest.approx(0.0095)


async def test_the_whole_window_counts_and_nothing_before_it(database: Database) -> None:
    await keep(database, *a_met_person(), *a_turn(), a_handoff_row(1), an_inbox_row(2))

    day, hour = await read(database), await read(database, hours=1)

    assert sum(day.happened.handoffs.values()) == 1
    assert day.happened.turns.reply.p95 == 8
    assert sum(hour.happened.handoffs.values()) == 0
    assert hour.happened.turns.reply.p95 is None
    assert day.overdue == hour.overdue == 1


async def test_those_who_spent_most_come_first(database: Database) -> None:
    await keep(database, *a_met_person())
    await keep(database, *(a_call_row(number) for number in range(3)))
    await keep(
        database,
        *a_met_person(ANOTHER),
        a_call_row(9, output_tokens=9_000).values(person_id=person_id(SLACK, ANOTHER)),
    )

    found = await read(database)

    assert found.people == 2
    assert [spender.key for spender in found.spenders] == [ANOTHER, USER]


@pytest.mark.slow
async def test_the_report_reads_no_table_that_grows_from_end_to_end(database: Database) -> None:
    await fill(database)

    async with plans(database) as seen:
        await read(database)

    whole = set.union(*(plan.whole_tables for plan in seen))
    assert whole <= {"tally"}
