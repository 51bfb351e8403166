import asyncio
import time

import asyncpg
import pytest
from typing_extensions import override

from context.errors import StoreUnavailable
from context.messages import SessionId
from storage.database import Address, Database, connected
from storage.queue import run_queue
from tests.builders import an_inbound
from tests.storage.loops import SOON, Bell, Stuck, Worker, working
from tests.storage.scenes import arrive, jobs, rows, run


@pytest.mark.slow
async def test_on_stopping_a_handler_may_finish(address: Address, database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(_session_id: SessionId) -> None:
        begun.set()
        await go_on.wait()

    await arrive(database, an_inbound())

    async with working(address, {"turn": handle}) as worker:
        await begun.wait()
        worker.stop.set()
        go_on.set()

    assert await jobs(database) == []


@pytest.mark.slow
async def test_on_stopping_what_is_not_finished_is_given_back_at_once(
    address: Address, database: Database
) -> None:
    stuck = Stuck()
    session = await arrive(database, an_inbound())

    async with working(address, {"turn": stuck}) as worker:
        await stuck.began.wait()
        began = time.monotonic()
        worker.stop.set()
    took = time.monotonic() - began

    assert took < 2
    assert stuck.cancelled
    assert await jobs(database) == [("turn", session)]
    assert await rows(
        database, "select status::text, execute_after <= now() as due from queue.pgqueuer"
    ) == [{"status": "queued", "due": True}]


@pytest.mark.slow
async def test_what_is_given_back_goes_on_with_another_worker(
    address: Address, database: Database
) -> None:
    stuck, other = Stuck(), Bell()
    session = await arrive(database, an_inbound())

    async with working(address, {"turn": stuck}) as worker:
        await stuck.began.wait()
        async with working(address, {"turn": other}):
            began = time.monotonic()
            worker.stop.set()
            await other.ring()
            took = time.monotonic() - began

    assert other.heard == [session]
    assert took < 2


@pytest.mark.slow
async def test_a_cancelled_loop_gives_its_work_back_at_once(
    address: Address, database: Database
) -> None:
    stuck = Stuck()
    session = await arrive(database, an_inbound())

    async with asyncio.TaskGroup() as group:
        working = group.create_task(Worker().run(address, {"turn": stuck}))
        await stuck.began.wait()
        began = time.monotonic()
        working.cancel()
    took = time.monotonic() - began

    assert took < 2
    assert stuck.cancelled
    assert await jobs(database) == [("turn", session)]


@pytest.mark.slow
async def test_a_connection_that_is_cut_ends_the_loop(
    address: Address, database: Database
) -> None:
    stuck = Stuck()
    await arrive(database, an_inbound())

    async with working(address, {"turn": stuck}) as worker:
        await stuck.began.wait()
        await run(database, "select pg_terminate_backend($1)", worker.backend_pid)
        await worker.ended()

    assert isinstance(worker.error, StoreUnavailable)
    assert stuck.cancelled


@pytest.mark.slow
async def test_a_connection_that_is_lost_without_a_word_ends_the_loop_too(
    database_url: str, database: Database
) -> None:
    class Silent(asyncpg.Connection):
        """A connection that tells nobody when it is gone."""

        @override
        def add_termination_listener(self, callback: object) -> None: ...

    stuck = Stuck()
    await arrive(database, an_inbound())
    connection = await asyncpg.connect(database_url, connection_class=Silent)

    async def cut() -> None:
        await stuck.began.wait()
        await run(database, "select pg_terminate_backend($1)", connection.get_server_pid())

    async with asyncio.timeout(5):
        outcome, _ = await asyncio.gather(
            run_queue(
                connection,
                {"turn": stuck},
                concurrency=10,
                finish_within=SOON,
                stop=asyncio.Event(),
            ),
            cut(),
            return_exceptions=True,
        )

    assert isinstance(outcome, StoreUnavailable)
    assert stuck.cancelled


async def test_a_loop_that_fails_as_it_is_cancelled_stays_cancelled(
    database_url: str,
) -> None:
    class Failing(asyncpg.Connection):
        """A connection that fails just when whoever uses it is cancelled."""

        @override
        async def fetch(self, *_: object, **__: object) -> list[asyncpg.Record]:
            loop.cancel()
            raise ConnectionResetError

    connection = await asyncpg.connect(database_url, connection_class=Failing)
    async with asyncio.TaskGroup() as group:
        loop = group.create_task(
            run_queue(
                connection,
                {"turn": Bell()},
                concurrency=10,
                finish_within=SOON,
                stop=asyncio.Event(),
            )
        )
    await connection.close()

    assert loop.cancelled()


@pytest.mark.slow
async def test_an_idle_loop_also_ends_with_its_connection(
    address: Address, database: Database
) -> None:
    bell = Bell()
    await arrive(database, an_inbound())

    async with working(address, {"turn": bell}) as worker:
        await bell.ring()
        await run(database, "select pg_terminate_backend($1)", worker.backend_pid)
        await worker.ended()

    assert isinstance(worker.error, StoreUnavailable)


@pytest.mark.slow
async def test_a_fault_that_is_no_outage_ends_the_loop_as_itself(
    address: Address, database: Database
) -> None:
    await run(database, "drop table queue.pgqueuer_log")

    async with connected(address) as connection:
        with pytest.raises(ExceptionGroup) as failed:
            await run_queue(
                connection, {}, concurrency=1, finish_within=SOON, stop=asyncio.Event()
            )

    assert failed.group_contains(RuntimeError, match="pgqueuer_log table is missing")
