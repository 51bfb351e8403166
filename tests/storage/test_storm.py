"""Many messages at once, with several workers: none may be stranded, doubled or misplaced."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest

from context.errors import SessionConflict, StoreUnavailable
from context.messages import InboundMessage, MessageId, SessionId, TurnId
from storage.database import Address, Database, connected, open_database
from storage.lanes import Claim, Held, Lane, Lanes
from storage.mailbox import Mailbox
from storage.queue import run_queue
from tests.builders import NOON, an_inbound
from tests.storage.scenes import eventually, run, session_of, value

pytestmark = pytest.mark.slow

_SESSIONS = 25
_AGAIN = timedelta(milliseconds=20)
_LEASE = timedelta(milliseconds=200)


def running_clock() -> datetime:
    """Noon, and what has passed since this machine was started."""
    return NOON + timedelta(seconds=time.monotonic())


def standing_clock() -> datetime:
    return NOON


class Drain:
    """A worker without a model: it notes what it takes, in order, and calls it answered."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.answered: dict[SessionId, list[MessageId]] = defaultdict(list)
        self._now = now
        self._database = database
        self._lanes = Lanes(database)
        self._mailbox = Mailbox(database)

    async def __call__(self, session_id: SessionId) -> timedelta | None:
        now = self._now()
        try:
            match await self._lanes.claim(session_id, Lane.TURN, now=now, until=now + _LEASE):
                case None:
                    return None
                case Held():
                    return _AGAIN
                case Claim() as claim:
                    await self._drain(claim)
        except (SessionConflict, StoreUnavailable):
            return _AGAIN
        return None

    async def _drain(self, claim: Claim) -> None:
        while True:
            mail = await self._mailbox.take(claim, turn_id=TurnId("turn"), now=NOON)
            if mail is not None:
                await self._answer(claim, mail.messages)
            elif await self._lanes.let_go(claim):
                return

    async def _answer(self, claim: Claim, messages: Iterable[InboundMessage]) -> None:
        ids = [message.message_id for message in messages]
        await run(self._database, "update inbox set state = 'answered' where id = any($1)", ids)
        self.answered[claim.session_id] += ids


def a_storm(messages: int) -> list[InboundMessage]:
    return [
        an_inbound(number=number, conversation=f"D{number % _SESSIONS}")
        for number in range(messages)
    ]


async def rain(database: Database, messages: list[InboundMessage]) -> None:
    """Keep messages as webhooks do: several at a time, each session's in order."""
    mailbox = Mailbox(database)

    async def keep(mine: list[InboundMessage]) -> None:
        for message in mine:
            await _until_kept(mailbox, message)

    async with asyncio.TaskGroup() as group:
        for conversation in range(_SESSIONS):
            group.create_task(keep(messages[conversation::_SESSIONS]))


async def _until_kept(mailbox: Mailbox, message: InboundMessage) -> None:
    while True:
        try:
            await mailbox.put([message], now=NOON)
        except StoreUnavailable:
            continue
        return


async def work(where: Address, drain: Drain, stop: asyncio.Event) -> None:
    """Run the queue's loop as a worker does: again and again until told to stop."""
    while not stop.is_set():
        try:
            async with connected(where) as connection:
                await connection.execute("set application_name = 'queue'")
                await run_queue(
                    connection, {"turn": drain}, concurrency=10, finish_within=_AGAIN, stop=stop
                )
        except StoreUnavailable:
            continue


async def answered(database: Database, at_least: int) -> None:
    """Wait until so many messages are answered."""
    count = "select count(*) >= $1 from inbox where state = 'answered'"

    async def are_answered() -> object:
        try:
            return await value(database, count, at_least)
        except StoreUnavailable:
            return False

    await eventually(are_answered, seconds=20)


async def test_a_storm_strands_nothing_even_without_the_sweep(
    address: Address, database: Database
) -> None:
    messages = a_storm(1_000)
    drain, stop = Drain(database, standing_clock), asyncio.Event()

    async with (
        open_database(address, connections=16) as webhooks,
        asyncio.TaskGroup() as workers,
    ):
        for _ in range(2):
            workers.create_task(work(address, drain, stop))
        await rain(webhooks, messages)
        await answered(database, len(messages))
        # Whoever answered the last may still have to let go of it.
        asleep = "select not bool_or(awake) from lane"
        await eventually(lambda: value(database, asleep), seconds=20)
        stop.set()

    wanted: dict[SessionId, list[MessageId]] = defaultdict(list)
    for message in messages:
        wanted[session_of(message)].append(message.message_id)
    assert drain.answered == wanted


async def test_a_storm_with_every_connection_cut_strands_nothing(
    address: Address, database: Database
) -> None:
    messages = a_storm(400)
    drain, stop = Drain(database, running_clock), asyncio.Event()

    async with (
        open_database(address, connections=16) as webhooks,
        asyncio.TaskGroup() as workers,
    ):
        for _ in range(2):
            workers.create_task(work(address, drain, stop))
        workers.create_task(sweep(database, stop))
        workers.create_task(cut_connections(database, address))
        await rain(webhooks, messages)
        await answered(database, len(messages))
        stop.set()

    assert await value(database, "select count(*) from inbox") == len(messages)


async def sweep(database: Database, stop: asyncio.Event) -> None:
    """Sweep as a worker does."""
    while not stop.is_set():
        try:
            await Lanes(database).sweep(now=running_clock())
        except StoreUnavailable:
            continue
        await asyncio.sleep(_AGAIN.total_seconds())


async def cut_connections(database: Database, where: Address) -> None:
    """Cut connections several times on the way: the queue's, then all others, and so on.

    Never both at once: asyncpg drops what a connection raises while it is given back by a
    task that is being cancelled, and asyncio reports what was dropped (0.32, read 2026-11).
    """
    for at_least, of_queue in ((10, True), (100, False), (200, True), (300, False)):
        await answered(database, at_least)
        async with connected(where) as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and (application_name = 'queue') = $1",
                of_queue,
            )
