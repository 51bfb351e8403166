import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.audit import Audit
from storage.database import Database
from storage.strangers import NOBODY, Refused, Strangers
from tests.builders import NOON
from tests.storage.deeds import A_DEED, log_of

A_REFUSAL = Refused(
    minute=NOON, via="api", action="GET /handoffs", status=401, from_digest="0123456789abcdef"
)


@pytest.fixture
def strangers(database: Database) -> Strangers:
    return Strangers(database)


async def test_refused_calls_of_a_minute_are_one_row_whoever_counts_them(
    database: Database, strangers: Strangers
) -> None:
    await asyncio.gather(
        *(strangers.count({A_REFUSAL: calls}, now=NOON) for calls in (1, 20, 300))
    )

    (entry,) = await log_of(database)

    assert (entry.who, entry.status, entry.calls) == (NOBODY, 401, 321)


@pytest.mark.parametrize(
    "other",
    [
        replace(A_REFUSAL, minute=NOON + timedelta(minutes=1)),
        replace(A_REFUSAL, status=429),
        replace(A_REFUSAL, from_digest=None),
        replace(A_REFUSAL, via="dashboard"),
        replace(A_REFUSAL, action="POST /handoffs"),
    ],
    ids=["minute", "status", "address", "way", "action"],
)
async def test_what_differs_is_a_row_of_its_own(
    database: Database, strangers: Strangers, other: Refused
) -> None:
    await strangers.count({A_REFUSAL: 1, other: 2}, now=NOON)

    assert sorted(one.calls for one in await log_of(database)) == [1, 2]


async def test_refused_calls_are_kept_a_month_and_all_others_for_good(
    database: Database, strangers: Strangers
) -> None:
    await Audit(database).record(A_DEED, status=403)
    await strangers.count({A_REFUSAL: 1}, now=NOON)

    later = NOON + timedelta(days=31)
    await strangers.count({replace(A_REFUSAL, minute=later): 1}, now=later)

    assert [(one.who, one.at) for one in await log_of(database)] == [
        (NOBODY, later),
        ("token-1", NOON),
    ]
