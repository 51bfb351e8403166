"""What every message goes through is found by indexes, however much there is."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from context.messages import AgentId, SessionId, TraceId, UserId
from storage.chores import Request
from storage.chronicle import Chronicle
from storage.control import Control
from storage.database import Address, Database, open_database
from storage.day_totals import DayTotals
from storage.erasure import Erasure
from storage.lanes import Lane, Lanes
from storage.mailbox import Mailbox
from storage.outbox import Outbox
from storage.retention import Retention
from storage.tombstones import Digests
from storage.undo import Undo
from tests.builders import NOON, USER, an_inbound
from tests.storage.bulk import fill
from tests.storage.scenes import (
    HELLO,
    TURN,
    a_command,
    a_deletion,
    a_reply,
    an_edit,
    arrive,
    claim,
    run,
    said,
    value,
)

pytestmark = pytest.mark.slow

DIGESTS = Digests(b"key")

Use = Callable[[], Awaitable[object]]

_WHOLE_READS = """
select sum(seq_scan) from pg_stat_user_tables
where relname in
  ('inbox', 'outbox', 'session', 'identity', 'person', 'agent', 'agent_handoff', 'compaction',
   'chore', 'model_usage', 'erasure')
"""


async def read_whole(database: Database, use: Use) -> bool:
    """Tell whether using the database reads a large table from end to end."""
    before = await _whole_reads(database)
    await use()
    return await _whole_reads(database) != before


async def _whole_reads(database: Database) -> object:
    await run(database, "select pg_stat_force_next_flush()")
    return await value(database, _WHOLE_READS)


@pytest.fixture
async def busy(address: Address) -> AsyncIterator[Database]:
    """A database of a busy year, with one bare connection, which counts its own reads."""
    async with open_database(address, connections=2) as database:
        await fill(database)
        await run(database, "update outbox set receipt = id, first_tried_at = created_at")
        await run(database, "vacuum analyze outbox")
        yield database


async def test_a_message_is_kept_without_reading_a_table_whole(busy: Database) -> None:
    mailbox = Mailbox(busy)

    uses: list[Use] = [
        lambda: mailbox.put([HELLO], now=NOON),
        lambda: mailbox.put([an_inbound(number=2)], now=NOON),
        lambda: mailbox.put([HELLO], now=NOON),
        lambda: mailbox.put([a_command(), an_inbound(number=3)], now=NOON),
    ]

    assert [await read_whole(busy, use) for use in uses] == [False] * len(uses)


async def test_a_message_is_held_against_erasures_without_reading_them_whole(
    busy: Database,
) -> None:
    mailbox = Mailbox(busy, digests=DIGESTS)

    uses: list[Use] = [
        lambda: mailbox.put([HELLO], now=NOON),
        lambda: mailbox.put([an_inbound(number=2)], now=NOON),
        lambda: mailbox.put([a_command(), an_inbound(number=3)], now=NOON),
    ]

    assert [await read_whole(busy, use) for use in uses] == [False] * len(uses)


async def test_a_person_is_erased_without_reading_a_table_whole(busy: Database) -> None:
    erasure = Erasure(busy, digests=DIGESTS)
    whose = UserId("T1:U7")

    uses: list[Use] = [
        lambda: erasure.holdings(whose),
        lambda: erasure.erase(whose, now=NOON),
    ]

    assert [await read_whole(busy, use) for use in uses] == [False] * len(uses)
    assert await erasure.holdings(whose) is None


async def test_transcripts_are_pruned_without_reading_a_table_whole(busy: Database) -> None:
    retention = Retention(busy)

    uses: list[Use] = [
        lambda: retention.due(before=NOON, after=SessionId("session-1")),
        lambda: retention.prune(SessionId("session-7"), before=NOON),
    ]

    assert [await read_whole(busy, use) for use in uses] == [False] * len(uses)
    left = "select count(*) from inbox where session_id = 'session-7'"
    assert await value(busy, left) == 0


async def test_a_lane_is_worked_in_without_reading_a_table_whole(busy: Database) -> None:
    lanes, mailbox = Lanes(busy), Mailbox(busy)
    held = await claim(busy, await arrive(busy, HELLO))

    uses: list[Use] = [
        lambda: lanes.renew(held, until=NOON),
        lambda: mailbox.take(held, turn_id=TURN, now=NOON),
        lambda: lanes.let_go(held),
        lambda: lanes.give_back(held),
        lambda: lanes.sweep(now=NOON),
    ]

    assert [await read_whole(busy, use) for use in uses] == [False] * len(uses)


async def test_a_message_is_sent_without_reading_a_table_whole(busy: Database) -> None:
    outbox = Outbox(busy)
    held = await said(busy, a_reply())

    uses: list[Use] = [
        lambda: outbox.next(held, now=NOON),
        lambda: outbox.uncertain(held, a_reply().outbox_id, now=NOON),
        lambda: outbox.receipts(held, since=NOON),
        lambda: outbox.sent(held, a_reply().outbox_id, receipt="SM1", now=NOON),
        lambda: outbox.report(
            receipt="SM1", outbox_id=None, status="read", code=None, now=NOON
        ),
        lambda: outbox.report(
            receipt="SM1", outbox_id=a_reply().outbox_id, status="failed", code=None, now=NOON
        ),
        lambda: Lanes(busy).let_go(held),
    ]

    assert [await read_whole(busy, use) for use in uses] == [False] * len(uses)


async def test_control_is_taken_without_reading_a_table_whole(busy: Database) -> None:
    control = Control(busy)
    session = await arrive(busy, HELLO, an_edit(), a_deletion(), a_command())
    held = await claim(busy, session, Lane.CONTROL)

    uses: list[Use] = [
        lambda: control.waiting(held, now=NOON),
        lambda: control.latest_session(HELLO.platform, USER, "D0001"),
        lambda: control.amend(held, an_edit(), now=NOON),
        lambda: control.withdraw(held, a_deletion(), now=NOON),
        lambda: control.stop(
            held, a_command(), lambda _: (), session_id=session, turn_id=TURN, now=NOON
        ),
        lambda: control.ask(
            held,
            a_command(),
            (),
            request=Request(agent_id=AgentId("a"), kind="handoff", trigger="command"),
            session_id=session,
            turn_id=TURN,
            now=NOON,
        ),
        lambda: control.preferences(held.person_id),
        lambda: control.choose_notices(
            held, a_command(), (), preference="all", turn_id=TURN, now=NOON
        ),
    ]

    assert [await read_whole(busy, use) for use in uses] == [False] * len(uses)


async def test_a_handoff_is_taken_back_without_reading_a_table_whole(busy: Database) -> None:
    undo = Undo(busy)
    chronicle = Chronicle(busy)
    session = SessionId("session-7")
    await run(
        busy,
        "update agent a set began_from = h.id from agent_handoff h"
        " where a.trace_id = 'trace-7' and h.trace_id = a.trace_id"
        " and h.sequence = a.version - 1",
    )

    uses: list[Use] = [
        lambda: chronicle.happened(session, most=20),
        lambda: chronicle.led_here(session),
        lambda: undo.of_trace(TraceId("trace-7"), now=NOON),
    ]

    assert [await read_whole(busy, use) for use in uses] == [False] * len(uses)
    assert await value(busy, "select max(version) from agent where trace_id = 'trace-7'") == 25


async def test_days_are_folded_without_reading_a_table_whole(busy: Database) -> None:
    totals = DayTotals(busy)

    assert not await read_whole(busy, lambda: totals.fold(now=NOON))
    assert await value(busy, "select count(*) from day_total where figure = 'tokens'") == 4


async def test_a_whole_read_would_be_seen(busy: Database) -> None:
    assert await read_whole(busy, lambda: run(busy, "select from inbox where reason = 'x'"))
