import asyncio
from datetime import timedelta

import pytest

from context.messages import Command
from storage.database import Database
from storage.lanes import Lanes
from tests.builders import NOON, an_inbound
from tests.storage.scenes import (
    LEASE,
    arrive,
    claim,
    jobs,
    rows,
    run,
    value,
)

LATER = NOON + LEASE


async def test_the_sweep_finds_awake_lanes_without_a_job(database: Database) -> None:
    session = await arrive(database, an_inbound())
    await run(database, "delete from queue.pgqueuer")

    woken = await Lanes(database).sweep(now=NOON)

    assert woken == 1
    assert await jobs(database) == [("turn", session)]


async def test_the_sweep_finds_sleeping_lanes_with_work(database: Database) -> None:
    session = await arrive(database, an_inbound())
    await arrive(database, an_inbound(number=2, content=Command(name="stop")))
    await run(database, "delete from queue.pgqueuer")
    await run(database, "update lane set awake = false")

    woken = await Lanes(database).sweep(now=NOON)

    assert woken == 2
    assert sorted(await jobs(database)) == [("control", session), ("turn", session)]
    assert await value(database, "select bool_and(awake) from lane")


@pytest.mark.parametrize("state", ["pending", "sending", "uncertain"])
async def test_the_sweep_finds_what_was_not_said_yet(database: Database, state: str) -> None:
    session = await arrive(database, an_inbound())
    await run(database, "delete from queue.pgqueuer")
    await run(database, "update inbox set state = 'answered'")
    await run(database, "update lane set awake = false")
    await run(
        database,
        "insert into lane (session_id, name, person_id, awake)"
        " select id, 'deliver', person_id, false from session",
    )
    await run(
        database,
        "insert into outbox (id, session_id, person_id, kind, address, body, created_at, state)"
        " select 'outbox-1', id, person_id, 'reply', '{}', '', $1, $2 from session",
        NOON,
        state,
    )

    assert await Lanes(database).sweep(now=NOON) == 1

    assert await jobs(database) == [("deliver", session)]


async def test_the_sweep_leaves_alone_what_is_being_worked_on(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())

    queued = await lanes.sweep(now=NOON)
    await run(database, "update queue.pgqueuer set status = 'picked'")
    picked = await lanes.sweep(now=NOON)
    await run(database, "delete from queue.pgqueuer")
    await claim(database, session)
    held = await lanes.sweep(now=NOON)
    run_out = await lanes.sweep(now=LATER)

    assert (queued, picked, held, run_out) == (0, 0, 0, 1)


async def test_the_sweep_leaves_sleeping_sessions_alone(database: Database) -> None:
    lanes = Lanes(database)
    held = await claim(database, await arrive(database, an_inbound()))
    await run(database, "delete from queue.pgqueuer")
    await run(database, "update inbox set state = 'answered'")
    await lanes.let_go(held)

    assert await lanes.sweep(now=LATER) == 0


async def test_one_worker_sweeps_at_a_time(database: Database) -> None:
    await arrive(database, an_inbound())
    await run(database, "delete from queue.pgqueuer")

    woken = await asyncio.gather(*[Lanes(database).sweep(now=NOON) for _ in range(4)])

    assert sum(woken) == 1
    assert len(await jobs(database)) == 1


async def test_only_what_is_old_is_dropped_from_the_queues_log(database: Database) -> None:
    await run(
        database,
        "insert into queue.pgqueuer_log (created, job_id, status, priority, entrypoint)"
        " values ($1, 1, 'successful', 0, 'turn'), ($2, 2, 'successful', 0, 'turn')",
        NOON - timedelta(hours=1),
        NOON,
    )

    await Lanes(database).prune_log(before=NOON)

    kept = await rows(
        database, "select job_id from queue.pgqueuer_log where job_id is not null"
    )
    assert kept == [{"job_id": 2}]
