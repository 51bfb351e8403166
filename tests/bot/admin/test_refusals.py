import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.admin.refusals import Refusals
from storage.database import Database
from storage.strangers import Refused, Strangers
from tests.builders import NOON
from tests.storage.deeds import log_of
from tests.storage.scenes import run

A_REFUSAL = Refused(
    minute=NOON, via="api", action="GET /handoffs", status=401, from_digest="from-1"
)


@pytest.fixture
def refusals(database: Database) -> Refusals:
    return Refusals(Strangers(database))


async def test_calls_that_come_while_one_is_written_go_along_with_the_next(
    database: Database, refusals: Refusals
) -> None:
    await asyncio.gather(*(refusals.count(A_REFUSAL, now=NOON) for _ in range(1_000)))

    (entry,) = await log_of(database)
    assert entry.calls == 1_000


async def test_more_than_fifty_kinds_a_minute_share_a_row(
    database: Database, refusals: Refusals
) -> None:
    kinds = [replace(A_REFUSAL, from_digest=f"from-{number}") for number in range(200)]

    await asyncio.gather(*(refusals.count(one, now=NOON) for one in kinds))

    log = await log_of(database)
    assert len(log) == 51
    assert sum(one.calls for one in log) == 200
    assert {one.calls for one in log if one.action == "(others)"} == {150}


async def test_the_next_minute_has_rows_of_its_own(
    database: Database, refusals: Refusals
) -> None:
    for minutes in (0, 1):
        minute = NOON + timedelta(minutes=minutes)
        await refusals.count(replace(A_REFUSAL, minute=minute), now=minute)

    assert [one.calls for one in await log_of(database)] == [1, 1]


async def test_a_log_that_cannot_be_written_keeps_nobody_from_being_refused(
    database: Database, refusals: Refusals
) -> None:
    await run(database, "alter table audit_log rename to lost")
    await refusals.count(A_REFUSAL, now=NOON)
    await run(database, "alter table lost rename to audit_log")

    await refusals.count(A_REFUSAL, now=NOON)

    assert [one.calls for one in await log_of(database)] == [1]
