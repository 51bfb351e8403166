import asyncio
from datetime import timedelta

import pytest

from context.messages import OutboxId
from storage.database import Database
from storage.outbox import Outbox
from tests.builders import NOON
from tests.storage.scenes import a_reply, run, said, somebody_waits, told, value

LATER = NOON + timedelta(minutes=1)
FIRST = OutboxId("outbox-1")


async def test_a_platform_reports_how_far_a_message_came(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    await outbox.sent(held, FIRST, receipt="SM1", now=NOON)

    news = [await _report(outbox, status) for status in ("queued", "sent", "read")]
    old_news = [await _report(outbox, status) for status in ("read", "delivered", "queued")]

    assert news == [True] * 3
    assert old_news == [False] * 3
    assert await value(database, "select delivery from outbox") == "read"
    assert await told(database) == ("sent", "SM1", None)


async def test_a_report_of_failure_ends_it(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    await outbox.sent(held, FIRST, receipt="SM1", now=NOON)
    await _report(outbox, "delivered")

    failed = await _report(outbox, "failed", code="63016")
    afterwards = await _report(outbox, "read")

    assert (failed, afterwards) == (True, False)
    assert await told(database) == ("failed", "SM1", "63016")


@pytest.mark.parametrize("state", ["pending", "sending", "uncertain"])
async def test_a_report_settles_what_may_have_gone_out(database: Database, state: str) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    await run(database, "update outbox set state = $1", state)

    known = await outbox.report(
        receipt="SM1", outbox_id=FIRST, status="delivered", code=None, now=LATER
    )

    assert known
    assert await told(database) == ("sent", "SM1", None)
    assert await value(database, "select settled_at from outbox") == LATER
    assert await outbox.next(held, now=LATER) is None


async def test_a_report_that_comes_while_it_is_sent_again_is_in_time(
    database: Database,
) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    async with asyncio.TaskGroup() as group, database.hot() as other, other.transaction():
        await other.execute("select 1 from lane where name = 'deliver' for update")
        sending = group.create_task(outbox.next(held, now=NOON))
        await somebody_waits(database)
        await outbox.report(receipt="SM1", outbox_id=FIRST, status="sent", code=None, now=LATER)

    assert sending.result() is None
    assert await told(database) == ("sent", "SM1", None)


async def test_a_report_of_somebody_elses_message_is_unknown(database: Database) -> None:
    outbox = Outbox(database)
    await said(database, a_reply())

    known = await _report(outbox, "failed")
    by_id = await outbox.report(
        receipt="SM1", outbox_id=OutboxId("outbox-2"), status="failed", code=None, now=LATER
    )

    assert not known
    assert not by_id
    assert await told(database) == ("pending", None, None)


async def _report(outbox: Outbox, status: str, *, code: str | None = None) -> bool:
    return await outbox.report(
        receipt="SM1", outbox_id=None, status=status, code=code, now=LATER
    )
