import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.audit import Audit, AuditEntry, AuditFilter
from storage.database import Database
from storage.strangers import NOBODY, Refused, Strangers
from tests.builders import NOON
from tests.storage.test_audit import A_DEED

A_REFUSAL = Refused(
    minute=NOON, via="api", action="GET /handoffs", status=401, from_digest="0123456789abcdef"
)


@pytest.fixture
def audit(database: Database) -> Audit:
    return Audit(database)


@pytest.fixture
def strangers(database: Database) -> Strangers:
    return Strangers(database)


async def entries(audit: Audit) -> list[AuditEntry]:
    return list((await audit.page(AuditFilter(), limit=200)).items)


async def test_refused_calls_of_a_minute_are_one_row_whoever_counts_them(
    audit: Audit, strangers: Strangers
) -> None:
    await asyncio.gather(
        *(strangers.count({A_REFUSAL: calls}, now=NOON) for calls in (1, 20, 300))
    )

    (entry,) = await entries(audit)

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
    audit: Audit, strangers: Strangers, other: Refused
) -> None:
    await strangers.count({A_REFUSAL: 1, other: 2}, now=NOON)

    assert sorted(one.calls for one in await entries(audit)) == [1, 2]


async def test_refused_calls_are_kept_a_month_and_all_others_for_good(
    audit: Audit, strangers: Strangers
) -> None:
    await audit.record(A_DEED, status=403)
    await strangers.count({A_REFUSAL: 1}, now=NOON)

    later = NOON + timedelta(days=31)
    await strangers.count({replace(A_REFUSAL, minute=later): 1}, now=later)

    assert [(one.who, one.at) for one in await entries(audit)] == [
        (NOBODY, later),
        ("token-1", NOON),
    ]
