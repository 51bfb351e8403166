"""Counts of what leaves no row, from every process."""

import asyncio
from datetime import timedelta

import pytest

from storage.database import Database
from storage.tally import Counted, Kind, Tally, accepted_within, total
from tests.builders import NOON

SLACK = Kind(Counted.DUPLICATE, "slack")
TWILIO = Kind(Counted.DUPLICATE, "twilio")


async def test_counts_of_one_hour_add_up(database: Database) -> None:
    tally = Tally(database)
    await tally.add({SLACK: 2, TWILIO: 1}, now=NOON)
    await tally.add({SLACK: 3}, now=NOON + timedelta(minutes=59))

    counts = await tally.since(NOON)

    assert counts == {SLACK: 5, TWILIO: 1}
    assert total(counts, Counted.DUPLICATE) == 6
    assert total(counts, Counted.ACCEPTED) == 0


async def test_only_the_hours_asked_for_are_summed_up(database: Database) -> None:
    tally = Tally(database)
    await tally.add({SLACK: 2}, now=NOON - timedelta(hours=1))
    await tally.add({SLACK: 3}, now=NOON)

    assert await tally.since(NOON + timedelta(minutes=30)) == {SLACK: 3}


async def test_processes_that_count_at_once_lose_nothing(database: Database) -> None:
    tally = Tally(database)

    async with asyncio.TaskGroup() as processes:
        for _ in range(8):
            processes.create_task(tally.add({SLACK: 1, TWILIO: 1}, now=NOON))
            processes.create_task(tally.add({TWILIO: 1, SLACK: 1}, now=NOON))

    assert await tally.since(NOON) == {SLACK: 16, TWILIO: 16}


@pytest.mark.parametrize(
    ("times", "share", "seconds"),
    [
        ({}, 0.95, None),
        ({"0.01": 100}, 0.5, 0.005),
        ({"0.01": 90, "0.5": 10}, 0.95, 0.255),
        ({"0.01": 1, "inf": 9}, 0.95, 0.01),
    ],
)
def test_a_share_of_times_is_found_between_two_bounds(
    times: dict[str, int], share: float, seconds: float | None
) -> None:
    counts = {Kind(Counted.ACCEPTED_WITHIN, bound): number for bound, number in times.items()}

    found = accepted_within(counts, share)

    assert found == (None if seconds is None else pytest.approx(seconds))
