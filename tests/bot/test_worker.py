"""The worker: takes jobs, survives the database going away, and stops in time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic

import pytest
from structlog.testing import capture_logs
from typing_extensions import override

from bot.leases import Leases, Work
from bot.watch import Watch
from bot.worker import FINISH_WITHIN, Worker
from context.errors import StoreUnavailable
from context.messages import Command, SessionId, UserId
from storage.chores import Chores
from storage.database import Address, Database
from storage.day_totals import DayTotals
from storage.interrupts import INTERRUPTS
from storage.lanes import Claim, Lane, Lanes
from tests.bot.cleaning import a_cleaning
from tests.builders import NOON, an_inbound
from tests.clock import ManualClock
from tests.storage.scenes import arrive, eventually, jobs, run, value
from tests.storage.wire import wired

pytestmark = pytest.mark.slow  # workers connect, poll and wait on the machine's clock

_PATIENCE_S = 15


class Office:
    """What workers work on, and what they did.

    Attributes:
        done: The claims under which work was finished, in order.
        begun: Set once work that waits has begun.
        goes_on: Set to let it finish.
        clock: Stands still, so that no lease ends by itself.
        nudged: The sessions whose turns were to look whether their claim holds.
    """

    def __init__(self, database: Database, address: Address) -> None:
        self.database = database
        self.address = address
        self.done: list[Claim] = []
        self.begun = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.clock = ManualClock()
        self.nudged: list[SessionId] = []

    async def finish(self, claim: Claim) -> None:
        """Answer everything there is."""
        await run(
            self.database,
            "update inbox set state = 'answered' where session_id = $1 and lane = $2",
            claim.session_id,
            claim.lane,
        )
        await Lanes(self.database).let_go(claim)
        self.done.append(claim)

    async def wait(self, claim: Claim) -> None:
        """Likewise, but not before it is told to."""
        self.begun.set()
        await self.goes_on.wait()
        await self.finish(claim)

    def worker(
        self,
        work: Work | None = None,
        *,
        address: Address | None = None,
        finish_within: timedelta = FINISH_WITHIN,
    ) -> Worker:
        """A worker that does the same in every lane."""
        lanes = Lanes(self.database)
        lane_work: Mapping[Lane, Work] = dict.fromkeys(Lane, work or self.finish)
        return Worker(
            direct=address or self.address,
            lanes=lanes,
            leases=_HeardLeases(lanes, self),
            work=lane_work,
            watch=Watch(
                chores=Chores(self.database),
                totals=DayTotals(self.database),
                cleaning=a_cleaning(self.database),
                clock=self.clock,
                idle_timeout=None,
            ),
            clock=self.clock,
            concurrency=10,
            finish_within=finish_within,
        )

    async def until_done(self, *sessions: SessionId) -> None:
        """Wait until work was finished for each of them."""

        async def all_done() -> bool:
            return {claim.session_id for claim in self.done} >= set(sessions)

        await eventually(all_done, seconds=_PATIENCE_S)


class _HeardLeases(Leases):
    """Leases whose nudges are heard in the office, too."""

    def __init__(self, lanes: Lanes, office: Office) -> None:
        super().__init__(lanes, office.clock)
        self._office = office

    @override
    def nudge(self, session_id: SessionId) -> None:
        self._office.nudged.append(session_id)
        super().nudge(session_id)


@pytest.fixture
def office(database: Database, address: Address) -> Office:
    return Office(database, address)


@asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[asyncio.Event]:
    """Let a worker work; give the event that stops it, and wait for its end."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(stop))
        yield stop
        stop.set()


async def cut_all_connections(database: Database) -> None:
    """Have the server end every connection, as it does when it goes down."""
    await run(
        database,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()",
    )


async def test_every_lane_has_its_work_done(office: Office) -> None:
    await arrive(office.database, an_inbound())
    await arrive(office.database, an_inbound(number=2, content=Command(name="help")))

    async with at_work(office.worker()):
        await eventually(lambda: _finished(office, 2), seconds=_PATIENCE_S)

    assert {claim.lane for claim in office.done} == {Lane.TURN, Lane.CONTROL}


async def test_work_that_is_stranded_without_a_job_is_found(office: Office) -> None:
    session = await arrive(office.database, an_inbound())
    await run(office.database, "delete from queue.pgqueuer")

    async with at_work(office.worker()):
        await office.until_done(session)


async def test_the_queues_log_is_kept_short(office: Office) -> None:
    await run(
        office.database,
        "insert into queue.pgqueuer_log (created, job_id, status, priority, entrypoint)"
        " values ($1, 1, 'successful', 0, 'turn')",
        NOON - timedelta(hours=2),
    )

    async def pruned() -> bool:
        count = "select count(*) from queue.pgqueuer_log"
        return await value(office.database, count) == 0

    async with at_work(office.worker()):
        await eventually(pruned, seconds=_PATIENCE_S)


async def test_connections_that_the_server_ends_are_opened_again(office: Office) -> None:
    async with at_work(office.worker()):
        await office.until_done(await arrive(office.database, an_inbound()))
        await cut_all_connections(office.database)
        later = an_inbound(number=2, user_id=UserId("T1:U2"))
        await office.until_done(await arrive(office.database, later))


async def test_a_worker_waits_for_a_database_that_is_away_at_the_start(
    office: Office, database_url: str
) -> None:
    async with wired(database_url) as wire:
        await wire.cut()
        with capture_logs() as logs:
            async with at_work(office.worker(address=wire.address)):
                session = await arrive(office.database, an_inbound())
                await eventually(lambda: _logged(logs, "connection.lost"), seconds=_PATIENCE_S)
                await wire.mend()
                await office.until_done(session)


async def test_a_turn_hears_at_once_that_it_was_interrupted(office: Office) -> None:
    session = await arrive(office.database, an_inbound())
    await run(office.database, "update inbox set state = 'answered'")
    listening = (
        "select exists (select from pg_stat_activity"
        " where datname = current_database() and query like 'LISTEN%interrupts%')"
    )

    async def heard() -> bool:
        return office.nudged == [session]

    async with at_work(office.worker()):
        await eventually(lambda: value(office.database, listening), seconds=_PATIENCE_S)
        await run(office.database, "select pg_notify($1, $2)", INTERRUPTS, session)
        await eventually(heard, seconds=_PATIENCE_S)


async def test_stopping_lets_running_work_finish(office: Office) -> None:
    session = await arrive(office.database, an_inbound())

    async with at_work(office.worker(office.wait)) as stop:
        await office.begun.wait()
        stop.set()
        office.goes_on.set()

    assert [claim.session_id for claim in office.done] == [session]
    assert await jobs(office.database) == []


async def test_what_does_not_finish_in_time_is_given_back_to_the_next_worker(
    office: Office,
) -> None:
    session = await arrive(office.database, an_inbound())
    at_first = "select epoch from lane where name = 'turn'"
    before = await value(office.database, at_first)

    async with at_work(office.worker(office.wait, finish_within=timedelta(0))) as stop:
        await office.begun.wait()
        stop.set()
    async with at_work(office.worker()):
        await office.until_done(session)

    assert [claim.epoch for claim in office.done] == [int(str(before)) + 2]


async def test_a_worker_exits_within_ten_seconds_whatever_runs(office: Office) -> None:
    await arrive(office.database, an_inbound())

    async with at_work(office.worker(office.wait)) as stop:
        await office.begun.wait()
        began = monotonic()
        stop.set()

    assert monotonic() - began < 10
    assert office.done == []


async def test_work_that_breaks_is_logged_without_words_and_tried_again(
    office: Office,
) -> None:
    session = await arrive(office.database, an_inbound("words of a person"))

    async def work(claim: Claim) -> None:
        if not office.begun.is_set():
            office.begun.set()
            raise LookupError("a bug")
        await office.finish(claim)

    with capture_logs() as logs:
        async with at_work(office.worker(work)):
            await office.until_done(session)

    (broken,) = [entry for entry in logs if entry["event"] == "work.broke"]
    assert broken["log_level"] == "error"
    assert broken["lane"] is Lane.TURN
    assert "words" not in repr(logs)


async def test_nothing_but_a_cancellation_comes_out_of_work(office: Office) -> None:
    session = await arrive(office.database, an_inbound())

    async def unreachable(_claim: Claim) -> None:
        raise StoreUnavailable("gone")

    async def broken(_claim: Claim) -> None:
        raise LookupError("a bug")

    async def cancelled(_claim: Claim) -> None:
        raise asyncio.CancelledError

    after = [
        await office.worker(work)._handler(Lane.TURN)(session) for work in (unreachable, broken)
    ]
    with pytest.raises(asyncio.CancelledError):
        await office.worker(cancelled)._handler(Lane.TURN)(session)

    assert after == [timedelta(milliseconds=500), timedelta(seconds=2)]


async def test_a_loop_that_breaks_is_begun_again(office: Office) -> None:
    await run(office.database, "alter schema queue rename to away")

    with capture_logs() as logs:
        async with at_work(office.worker()):
            await eventually(lambda: _logged(logs, "loop.broke"), seconds=_PATIENCE_S)
            await run(office.database, "alter schema away rename to queue")
            await office.until_done(await arrive(office.database, an_inbound()))


async def _finished(office: Office, count: int) -> bool:
    return len(office.done) == count


async def _logged(logs: Sequence[Mapping[str, object]], event: str) -> bool:
    return any(entry["event"] == event for entry in logs)
