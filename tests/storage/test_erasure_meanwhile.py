"""Erasing while others write: who waits for whom, and that nobody deadlocks."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from context.errors import StoreUnavailable
from context.messages import UserId
from storage.database import Address, Database, connected
from storage.dead_letters import DeadLetters
from storage.lanes import Lanes
from storage.mailbox import Mailbox
from tests.builders import NOON, USER, an_inbound
from tests.storage.conftest import Interrupts
from tests.storage.erasing import DIGESTS, LATER, close, erase, is_empty
from tests.storage.scenes import (
    ADA,
    HELLO,
    a_command,
    arrive,
    eventually,
    everything,
    run,
    turn_begun,
    value,
)


@asynccontextmanager
async def held_up(where: Address) -> AsyncIterator[asyncpg.Connection]:
    """Let an erasure of the usual person come as far as their row, with all its locks."""
    async with connected(where) as connection, connection.transaction():
        await connection.execute(
            "select from person p join identity n on n.person_id = p.id"
            " where n.user_id = $1 for update of p",
            USER,
        )
        yield connection


async def waiting(connection: asyncpg.Connection, count: int) -> None:
    """Return as soon as so many wait for locks."""

    async def are_waiting() -> bool:
        found: int = await connection.fetchval(
            "select count(distinct pid) from pg_locks where not granted"
        )
        return found >= count

    await eventually(are_waiting, seconds=10)


async def test_what_arrives_during_an_erasure_waits_and_is_judged_after_it(
    database: Database, address: Address
) -> None:
    mailbox = Mailbox(database, digests=DIGESTS)
    await mailbox.put([HELLO], now=NOON)
    old, new = an_inbound(number=2), an_inbound(number=3, sent_at=LATER)
    elsewhere = an_inbound(number=4, conversation="D0002")

    async with asyncio.TaskGroup() as group, held_up(address) as connection:
        erasing = group.create_task(erase(database))
        await waiting(connection, 1)
        arriving = [
            group.create_task(mailbox.put([one], now=NOON)) for one in (old, new, elsewhere)
        ]
        await waiting(connection, 4)

    assert erasing.result() is not None
    assert [one.result() for one in arriving] == [0, 1, 0]
    assert await value(database, "select string_agg(id, ',') from inbox") == new.message_id


async def test_others_are_not_held_up_by_an_erasure(
    database: Database, address: Address
) -> None:
    mailbox = Mailbox(database, digests=DIGESTS)
    await mailbox.put([HELLO, an_inbound(number=5, user_id=ADA)], now=NOON)

    async with asyncio.TaskGroup() as group, held_up(address) as connection:
        group.create_task(erase(database))
        await waiting(connection, 1)
        async with asyncio.timeout(5):
            held, _ = await turn_begun(database, an_inbound(number=7, user_id=ADA))
            await close(database, held)
            await mailbox.put([an_inbound(number=8, user_id=UserId("T1:UNEW"))], now=NOON)

    assert await value(database, "select count(*) from person") == 2


async def test_a_dead_letter_put_back_during_an_erasure_is_gone(
    database: Database, address: Address
) -> None:
    await arrive(database, HELLO)
    await run(database, "update inbox set state = 'failed', settled_at = $1", NOON)

    async with asyncio.TaskGroup() as group, held_up(address) as connection:
        group.create_task(erase(database))
        await waiting(connection, 1)
        retrying = group.create_task(DeadLetters(database).retry_all())
        await waiting(connection, 2)

    assert retrying.result() == 0
    assert await is_empty(database)


async def test_two_erasures_at_once_make_one_receipt(database: Database) -> None:
    await arrive(database, HELLO)

    receipts = await asyncio.gather(erase(database), erase(database), erase(database))

    assert sorted(one is None for one in receipts) == [False, True, True]
    assert await is_empty(database)


async def test_an_erasure_waits_for_what_is_being_committed_and_takes_it_along(
    database: Database, address: Address
) -> None:
    held, _ = await turn_begun(database, HELLO)

    async with (
        asyncio.TaskGroup() as group,
        connected(address) as connection,
        connection.transaction(),
    ):
        await connection.execute("select from lane for update")
        erasing = group.create_task(erase(database))
        await waiting(connection, 1)
        await connection.execute(
            "insert into step (turn_id, number, session_id, person_id, agent_id, stop,"
            " committed_at) values ('t', 1, $1, $2, 'a', 'end_turn', $3)",
            held.session_id,
            held.person_id,
            NOON,
        )

    receipt = erasing.result()
    assert receipt is not None
    assert receipt.rows["step"] == 1
    assert await is_empty(database)


async def killed(database: Database, where: Address) -> None:
    """Begin an erasure, and let its connection die when it is nearly done."""
    async with asyncio.TaskGroup() as group, held_up(where) as connection:
        group.create_task(erase(database))
        await waiting(connection, 1)
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_locks where not granted"
        )


async def test_an_erasure_killed_in_the_middle_erases_nothing_and_can_be_done_again(
    database: Database, address: Address
) -> None:
    await arrive(database, HELLO)
    before = await everything(database)

    with pytest.raises(ExceptionGroup) as caught:
        await killed(database, address)

    assert caught.group_contains(StoreUnavailable)
    assert await everything(database) == before
    assert await erase(database) is not None
    assert await is_empty(database)


async def test_a_turn_at_work_hears_of_it_at_once(
    database: Database, interrupts: Interrupts
) -> None:
    held, _ = await turn_begun(database, HELLO)

    await erase(database)

    assert await interrupts.next() == held.session_id


@pytest.mark.slow
async def test_a_big_person_goes_while_others_are_answered(database: Database) -> None:
    await turn_begun(database, HELLO)
    await run(
        database,
        "insert into content_item (session_id, position, person_id, agent_id, turn_id, role,"
        " blocks, message_ids, said_at) select s.id, n, s.person_id, 'a', 't', 'user',"
        """ '{"schema": 1, "blocks": []}', '{}', $1"""
        " from session s, generate_series(1, 100000) n",
        NOON,
    )
    await run(
        database,
        "insert into passage (session_id, position, part, person_id, role, length, terms)"
        " select s.id, n, 0, s.person_id, 'user', 3, array[n, n + 1, 7]"
        " from session s, generate_series(1, 100000) n",
    )
    slowest = 0.0

    async with asyncio.TaskGroup() as group:
        erasing = group.create_task(erase(database))
        number = 10
        while not erasing.done():
            began = time.monotonic()
            await Mailbox(database).put([an_inbound(number=number, user_id=ADA)], now=NOON)
            slowest = max(slowest, time.monotonic() - began)
            number += 1

    receipt = erasing.result()
    assert receipt is not None
    assert (receipt.rows["content_item"], receipt.rows["passage"]) == (100_000, 100_000)
    assert slowest < 1
    assert await value(database, "select count(*) from person") == 1


@pytest.mark.slow
async def test_nothing_deadlocks_however_much_goes_on(database: Database) -> None:
    """Batches that touch both lanes in either order, commands, turns, sweeps and erasures."""
    mailbox = Mailbox(database, digests=DIGESTS)

    async def write(number: int) -> None:
        at = LATER + timedelta(minutes=number)
        mail = [
            an_inbound(number=1_000 + number, sent_at=at),
            an_inbound(number=2_000 + number, sent_at=at, conversation="D0002"),
            replace(a_command(number=3_000 + number), sent_at=at),
        ]
        await mailbox.put(mail if number % 2 else mail[::-1], now=at)

    async def go_on() -> None:
        for number in range(30):
            await asyncio.gather(
                write(number), erase(database), Lanes(database).sweep(now=LATER), write(number)
            )

    await go_on()
    await erase(database)

    deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
    assert await value(database, deadlocks) == 0
    assert await is_empty(database)
