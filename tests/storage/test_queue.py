import json
import time
from datetime import timedelta

import pytest

from context.messages import Command
from storage.database import Address, Database, connected
from storage.migrate import migrate
from storage.queue import queue_settings
from tests.builders import an_inbound
from tests.storage.loops import Bell, Stuck, working
from tests.storage.scenes import arrive, eventually, jobs, run, value

_BEATS = "select heartbeat > created + $1 from queue.pgqueuer"


async def test_a_handler_is_called_for_the_session_that_has_work(
    address: Address, database: Database
) -> None:
    turns, commands = Bell(), Bell()

    async with working(address, {"turn": turns, "control": commands}):
        session = await arrive(database, an_inbound(number=1))
        await turns.ring()
        await arrive(database, an_inbound(number=2, content=Command(name="stop")))
        await commands.ring()

    assert turns.heard == commands.heard == [session]
    assert await jobs(database) == []


async def test_a_worker_leaves_other_lanes_to_others(
    address: Address, database: Database
) -> None:
    bell = Bell()
    session = await arrive(database, an_inbound(number=1))
    await arrive(database, an_inbound(number=2, content=Command(name="stop")))

    async with working(address, {"control": bell}):
        await bell.ring()

    assert await jobs(database) == [("turn", session)]


async def test_a_handler_may_ask_to_be_called_again(
    address: Address, database: Database
) -> None:
    bell = Bell(timedelta(0), timedelta(milliseconds=100))
    session = await arrive(database, an_inbound())

    async with working(address, {"turn": bell}):
        await bell.ring(times=3)

    assert bell.heard == [session] * 3
    assert await jobs(database) == []


@pytest.mark.slow
async def test_a_dead_workers_job_is_picked_up(address: Address, database: Database) -> None:
    bell = Bell()
    session = await arrive(database, an_inbound())
    await run(
        database,
        "update queue.pgqueuer set status = 'picked', queue_manager_id = gen_random_uuid(),"
        " updated = now(), heartbeat = now()",
    )

    async with working(address, {"turn": bell}):
        began = time.monotonic()
        await bell.ring()
        took = time.monotonic() - began

    assert bell.heard == [session]
    assert 3 < took < 6


@pytest.mark.slow
async def test_a_worker_that_lives_keeps_its_long_job(
    address: Address, database: Database
) -> None:
    stuck, other = Stuck(), Bell()
    session = await arrive(database, an_inbound())

    async with working(address, {"turn": stuck}):
        await stuck.began.wait()
        async with working(address, {"turn": other}):
            await eventually(lambda: value(database, _BEATS, timedelta(seconds=5)), seconds=10)

    assert other.heard == []
    assert await jobs(database) == [("turn", session)]


@pytest.mark.parametrize("prefix", ["", "PGQUEUER_"])
def test_stray_variables_rename_nothing(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    calm = queue_settings()
    names = (
        "CHANNEL",
        "FUNCTION",
        "TRIGGER",
        "PREFIX",
        "SCHEMA",
        "QUEUE_TABLE",
        "QUEUE_TABLE_LOG",
        "STATISTICS_TABLE",
        "SCHEDULES_TABLE",
        "QUEUE_STATUS_TYPE",
    )
    for name in names:
        monkeypatch.setenv(prefix + name, "hostile")
    monkeypatch.setenv(f"{prefix}DURABILITY", "volatile")
    monkeypatch.setenv(f"{prefix}WIDEN_ID", "false")

    assert queue_settings() == calm


async def test_the_queue_runs_whatever_the_environment_says(
    address: Address, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHANNEL", "TRIGGER", "DURABILITY", "FUNCTION", "PGQUEUER_CHANNEL"):
        monkeypatch.setenv(name, "no such thing; drop table")
    bell = Bell()
    session = await arrive(database, an_inbound())

    async with working(address, {"turn": bell}):
        await bell.ring()

    assert bell.heard == [session]


async def test_a_new_job_is_heard_of_and_not_polled_for(
    address: Address, database: Database
) -> None:
    bell = Bell()
    waits: list[float] = []

    async with working(address, {"turn": bell}):
        for number in range(6):
            began = time.monotonic()
            await arrive(database, an_inbound(number=number, conversation=f"D{number}"))
            await bell.ring(times=number + 1)
            waits.append(time.monotonic() - began)

    assert sorted(waits)[2] < 0.1


async def test_workers_are_called_for_jobs_and_for_nothing_else(
    address: Address, database: Database
) -> None:
    await migrate(address)
    calls: list[str] = []
    channel = queue_settings().channel
    async with connected(address) as listener:
        await listener.add_listener(channel, lambda *told: calls.append(str(told[-1])))

        await arrive(database, an_inbound(number=1))
        await arrive(database, an_inbound(number=1))
        await arrive(database, an_inbound(number=2))
        await run(database, "delete from queue.pgqueuer")
        await run(database, "select pg_notify($1, 'the end')", channel)
        await eventually(lambda: _is_last(calls, "the end"), seconds=5)

    assert len(calls) == 2
    assert json.loads(calls[0])["operation"] == "insert"


async def _is_last(calls: list[str], call: str) -> bool:
    return bool(calls) and calls[-1] == call
