import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.database import Database
from storage.wrong_tokens import WINDOW, Attempt, Tried, WrongTokens
from tests.builders import NOON
from tests.storage.scenes import value

AN_ATTEMPT = Attempt(door="api", from_digest="0123456789abcdef", guess="00000001")


@pytest.fixture
def wrong(database: Database) -> WrongTokens:
    return WrongTokens(database)


async def tried(wrong: WrongTokens, *, later: timedelta = timedelta()) -> tuple[int, int, int]:
    found = await wrong.tried("api", AN_ATTEMPT.from_digest, now=NOON + later)
    return found.guesses, found.tries, found.guesses_in_all


async def test_nothing_was_tried_at_first(wrong: WrongTokens) -> None:
    found = await wrong.tried("api", "0123456789abcdef", now=NOON)

    assert found == Tried(guesses=0, tries=0, guesses_in_all=0, oldest_at=None)


async def test_the_same_token_again_is_another_try_and_no_other_guess(
    wrong: WrongTokens,
) -> None:
    for guess in ("00000001", "00000001", "00000002"):
        await wrong.note(replace(AN_ATTEMPT, guess=guess), now=NOON)

    assert await tried(wrong) == (2, 3, 2)


async def test_addresses_and_doors_are_counted_apart(wrong: WrongTokens) -> None:
    await wrong.note(AN_ATTEMPT, now=NOON)
    await wrong.note(replace(AN_ATTEMPT, from_digest="other"), now=NOON)
    await wrong.note(replace(AN_ATTEMPT, door="dashboard"), now=NOON)

    assert await tried(wrong) == (1, 1, 2)


@pytest.mark.parametrize(
    ("later", "counts"),
    [
        (WINDOW, 1),
        (WINDOW + timedelta(microseconds=1), 0),
        (-WINDOW, 1),
        (-WINDOW - timedelta(microseconds=1), 0),
    ],
)
async def test_only_what_is_near_in_time_counts_even_if_a_clock_was_put_back(
    wrong: WrongTokens, later: timedelta, counts: int
) -> None:
    await wrong.note(AN_ATTEMPT, now=NOON)

    assert await tried(wrong, later=later) == (counts, counts, counts)


@pytest.mark.parametrize("hours", [1, -1])
async def test_what_no_longer_counts_is_dropped(
    database: Database, wrong: WrongTokens, hours: int
) -> None:
    for number in range(20):
        await wrong.note(replace(AN_ATTEMPT, guess=f"{number:08}"), now=NOON)

    await wrong.note(AN_ATTEMPT, now=NOON + timedelta(hours=hours))

    assert await value(database, "select count(*) from wrong_token") == 1


async def test_processes_count_together(wrong: WrongTokens) -> None:
    await wrong.note(AN_ATTEMPT, now=NOON - timedelta(hours=1))

    await asyncio.gather(*(wrong.note(AN_ATTEMPT, now=NOON) for _ in range(8)))

    found = await wrong.tried("api", AN_ATTEMPT.from_digest, now=NOON)
    assert found == Tried(guesses=1, tries=8, guesses_in_all=1, oldest_at=NOON)
