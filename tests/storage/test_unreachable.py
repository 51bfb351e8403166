"""A database out of reach is told as such by everything that needs it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import pytest

from context.calls import CallOutcome
from context.errors import StoreUnavailable
from context.messages import PersonId, TraceId
from context.prompt import StopReason
from storage.chores import Chores
from storage.chronicle import Chronicle
from storage.compaction_history import CompactionHistory, Span
from storage.control import Control
from storage.database import Database, open_database
from storage.day_totals import DayTotals
from storage.dead_letters import DeadLetters
from storage.figures import FiguresReader
from storage.handoffs import HandoffFilter, Handoffs
from storage.lanes import Claim, Lane, Lanes
from storage.ledger import Closing, Ledger, Step
from storage.mailbox import Mailbox
from storage.migrate import migrate, pending_revision
from storage.outbox import Outbox
from storage.people import People
from storage.recent_figures import RecentReader
from storage.sessions import Sessions
from storage.statistics import Statistics
from storage.tally import Tally
from storage.traces import Traces
from storage.undo import Undo
from storage.usage import UsageBook
from tests.builders import NOON, USER, a_model_call, an_agent, an_item
from tests.storage.scenes import (
    HELLO,
    TURN,
    a_command,
    a_deletion,
    a_reply,
    an_edit,
    session_of,
)
from tests.storage.wire import wired

Use = Callable[[Database], Awaitable[object]]

SESSION = session_of(HELLO)
CLAIM = Claim(session_id=SESSION, person_id=PersonId("person-1"), lane=Lane.TURN, epoch=1)
STEP = Step(turn_id=TURN, number=1, stop=StopReason.END_TURN, items=(an_item(),))
CLOSING = Closing(turn_id=TURN, agent=an_agent(), step=None, answered=HELLO.message_id)
OUTBOX_ID = a_reply().outbox_id

USES: Mapping[str, Use] = {
    "a message": lambda d: Mailbox(d).put([HELLO], now=NOON),
    "several messages": lambda d: Mailbox(d).put([HELLO, a_command()], now=NOON),
    "chore": lambda d: Chores(d).take(CLAIM, now=NOON),
    "preferences": lambda d: Control(d).preferences(PersonId("person-1")),
    "undo": lambda d: Undo(d).of_trace(TraceId("trace-1"), now=NOON),
    "deactivate": lambda d: Handoffs(d).deactivate("handoff-1"),
    "what happened": lambda d: Chronicle(d).happened(SESSION, most=1),
    "beginning": lambda d: Chronicle(d).beginning(SESSION),
    "compactions": lambda d: CompactionHistory(d).compactions(Span(), limit=1),
    "take": lambda d: Mailbox(d).take(CLAIM, turn_id=TURN, now=NOON),
    "claim": lambda d: Lanes(d).claim(SESSION, Lane.TURN, now=NOON, until=NOON),
    "renew": lambda d: Lanes(d).renew(CLAIM, until=NOON),
    "let go": lambda d: Lanes(d).let_go(CLAIM),
    "give back": lambda d: Lanes(d).give_back(CLAIM),
    "sweep": lambda d: Lanes(d).sweep(now=NOON),
    "prune": lambda d: Lanes(d).prune_log(before=NOON),
    "next": lambda d: Outbox(d).next(CLAIM, now=NOON),
    "sent": lambda d: Outbox(d).sent(CLAIM, OUTBOX_ID, receipt="ts", now=NOON),
    "failed": lambda d: Outbox(d).failed(CLAIM, OUTBOX_ID, code="no", now=NOON),
    "later": lambda d: Outbox(d).later(CLAIM, OUTBOX_ID, not_before=NOON, code="no"),
    "uncertain": lambda d: Outbox(d).uncertain(CLAIM, OUTBOX_ID, now=NOON),
    "report": lambda d: Outbox(d).report(
        receipt="ts", outbox_id=None, status="sent", code=None, now=NOON
    ),
    "step": lambda d: Ledger(d).step(CLAIM, an_agent(), STEP, now=NOON),
    "close": lambda d: Ledger(d).close(CLAIM, CLOSING, now=NOON),
    "note": lambda d: Ledger(d).note(CLAIM, TURN, (a_reply(),), now=NOON),
    "give up": lambda d: Ledger(d).give_up(
        CLAIM, TURN, spoken=(), fate="failed", reason="because", now=NOON
    ),
    "waiting": lambda d: Control(d).waiting(CLAIM, now=NOON),
    "latest session": lambda d: Control(d).latest_session(HELLO.platform, USER, "D0001"),
    "answer": lambda d: Control(d).answer(CLAIM, a_command(), (), turn_id=TURN, now=NOON),
    "stop": lambda d: Control(d).stop(
        CLAIM, a_command(), lambda _: (), session_id=SESSION, turn_id=TURN, now=NOON
    ),
    "amend": lambda d: Control(d).amend(CLAIM, an_edit(), now=NOON),
    "withdraw": lambda d: Control(d).withdraw(CLAIM, a_deletion(), now=NOON),
    "open": lambda d: Sessions(d).open(SESSION),
    "current agent": lambda d: Sessions(d).current(SESSION),
    "agents": lambda d: Sessions(d).agents(SESSION),
    "begin": lambda d: UsageBook(d).begin(a_model_call()),
    "end": lambda d: UsageBook(d).end(
        "call-1", outcome=CallOutcome.BUSY, usage=None, ended_at=NOON
    ),
    "dead letters": lambda d: DeadLetters(d).page(limit=1),
    "retry": lambda d: DeadLetters(d).retry("outbox-1"),
    "figures": lambda d: FiguresReader(d).read(now=NOON),
    "recent": lambda d: RecentReader(d, limit_tokens=9, handoff_share=None).read(now=NOON),
    "tally": lambda d: Tally(d).since(NOON),
    "count": lambda d: Tally(d).add({}, now=NOON),
    "handoffs": lambda d: Handoffs(d).page(HandoffFilter(), limit=1),
    "handoff": lambda d: Handoffs(d).one("handoff-1"),
    "trace": lambda d: Traces(d).one(TraceId("trace-1")),
    "digest": lambda d: People(d).behind("00", key=b"key"),
    "statistics": lambda d: Statistics(d).read(now=NOON),
    "day totals": lambda d: DayTotals(d).fold(now=NOON),
    "revision": pending_revision,
}


async def outcome(use: Use, database: Database) -> object:
    try:
        return await use(database)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome
        return type(error)


async def test_everything_that_needs_the_database_says_that_it_is_away(
    database_url: str,
) -> None:
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=4) as database,
    ):
        await wire.cut()

        outcomes = {name: await outcome(use, database) for name, use in USES.items()}

    assert outcomes == dict.fromkeys(USES, StoreUnavailable)


async def test_a_database_that_goes_away_in_the_middle_is_away(database_url: str) -> None:
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=4) as database,
        asyncio.TaskGroup() as group,
    ):
        wire.freeze()
        waiting = [
            group.create_task(outcome(use, database))
            for use in (USES["a message"], USES["open"])
        ]
        await asyncio.sleep(0)
        await wire.cut()

    assert [one.result() for one in waiting] == [StoreUnavailable] * 2


async def test_nothing_is_migrated_where_nobody_answers(database_url: str) -> None:
    async with wired(database_url) as wire:
        await wire.cut()

        with pytest.raises(StoreUnavailable):
            await migrate(wire.address)
