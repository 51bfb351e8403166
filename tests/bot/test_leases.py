"""Working under a claim: renewed while the work goes on, and the work ends with it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from time import monotonic

import pytest

from bot.leases import LEASE
from context.errors import SessionConflict, StoreUnavailable
from context.messages import Command, SessionId
from storage.database import Database, open_database
from storage.lanes import Claim, Held, Lane, Lanes
from tests.bot.desk import Desk
from tests.builders import an_inbound
from tests.clock import NOON
from tests.storage.scenes import arrive, eventually, lose, value
from tests.storage.scenes import claim as claimed
from tests.storage.wire import Wire, wired


@pytest.fixture
async def desk(database: Database) -> Desk:
    return Desk(database, await arrive(database, an_inbound()))


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    async with wired(database_url) as laid:
        yield laid


@pytest.fixture
async def far_desk(wire: Wire, database: Database) -> AsyncIterator[Desk]:
    """A desk whose database can be cut off."""
    async with open_database(wire.address, connections=2) as far:
        yield Desk(far, await arrive(database, an_inbound()))


async def leased_until(database: Database) -> datetime | None:
    found = await value(database, "select leased_until from lane where name = 'turn'")
    assert found is None or isinstance(found, datetime)
    return found


async def test_a_lane_that_somebody_holds_is_looked_at_when_the_lease_ends(
    database: Database, desk: Desk
) -> None:
    await claimed(database, desk.session)
    desk.clock.advance(timedelta(seconds=2))

    assert await desk.hold() == LEASE - timedelta(seconds=2)


async def test_a_lane_about_to_be_free_is_not_asked_for_all_the_time(
    database: Database, desk: Desk
) -> None:
    await claimed(database, desk.session)
    desk.clock.advance(LEASE - timedelta(microseconds=1))

    assert await desk.hold() == timedelta(milliseconds=50)


async def test_a_session_without_such_a_lane_needs_no_work(desk: Desk) -> None:
    assert await desk.hold(lane=Lane.DELIVER) is None
    assert not desk.is_working.is_set()


async def test_work_that_is_done_is_not_asked_for_again(desk: Desk) -> None:
    desk.ends.set()

    assert await desk.hold() is None


async def test_work_that_is_to_go_on_later_gives_the_claim_back(
    database: Database, desk: Desk
) -> None:
    async def work(claim: Claim) -> timedelta:
        desk.claim = claim
        return timedelta(seconds=3)

    again = await desk.hold(work)

    assert again == timedelta(seconds=3)
    again_held = await claimed(database, desk.session, now=desk.clock.now())
    assert again_held.epoch == desk.held.epoch + 1


async def test_the_claim_is_renewed_while_the_work_goes_on(
    database: Database, desk: Desk
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.hold())
        await desk.working()
        desk.clock.advance(LEASE - timedelta(seconds=1))
        await desk.looked()
        desk.clock.advance(LEASE - timedelta(seconds=1))
        held = await Lanes(database).claim(
            desk.session, Lane.TURN, now=desk.clock.now(), until=desk.clock.now()
        )
        desk.ends.set()

    assert held == Held(until=NOON + 2 * LEASE - timedelta(seconds=1))
    assert not desk.was_cancelled


@pytest.mark.slow
async def test_the_claim_is_renewed_without_anybody_asking(
    database: Database, desk: Desk
) -> None:
    async def renewed() -> bool:
        return await leased_until(database) == NOON + LEASE + timedelta(seconds=1)

    async with asyncio.TaskGroup() as group:
        group.create_task(desk.hold())
        await desk.working()
        desk.clock.advance(timedelta(seconds=1))
        await eventually(renewed, seconds=5)
        desk.ends.set()


async def test_a_lost_claim_ends_the_work_at_once_and_is_asked_for_again(
    database: Database, desk: Desk
) -> None:
    async with asyncio.TaskGroup() as group:
        holding = group.create_task(desk.hold())
        theirs = await lose(database, await desk.working())
        desk.leases.nudge(desk.session)

    assert holding.result() == timedelta(0)
    assert desk.was_cancelled
    assert await Lanes(database).renew(theirs, until=NOON + 2 * LEASE)


async def test_work_that_finds_its_claim_lost_is_asked_for_again(
    database: Database, desk: Desk
) -> None:
    async def work(claim: Claim) -> None:
        await lose(database, claim)
        raise SessionConflict(claim.session_id)

    assert await desk.hold(work) == timedelta(0)


async def test_nobody_minds_a_nudge_that_is_not_for_them(desk: Desk) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(desk.hold())
        await desk.working()
        desk.leases.nudge(SessionId("somebody else's"))
        desk.ends.set()

    desk.leases.nudge(desk.session)
    assert not desk.was_cancelled


async def test_a_nudge_is_for_the_turn_whatever_else_is_worked_on(
    database: Database, desk: Desk
) -> None:
    await arrive(database, an_inbound(number=2, content=Command(name="stop")))
    commands = Desk(database, desk.session)
    commands.leases = desk.leases

    async with asyncio.TaskGroup() as group:
        group.create_task(desk.hold())
        await desk.working()
        group.create_task(commands.hold(lane=Lane.CONTROL))
        await commands.working()
        await desk.looked()
        commands.ends.set()
        desk.ends.set()

    assert not desk.was_cancelled


async def test_work_survives_a_database_that_is_away_for_less_than_the_lease(
    wire: Wire, far_desk: Desk, database: Database
) -> None:
    async with asyncio.TaskGroup() as group:
        holding = group.create_task(far_desk.hold())
        await far_desk.working()
        await wire.cut()
        far_desk.clock.advance(LEASE - timedelta(microseconds=1))
        await far_desk.looked()
        await wire.mend()
        await far_desk.looked()
        far_desk.ends.set()

    assert holding.result() is None
    assert not far_desk.was_cancelled
    assert await leased_until(database) == far_desk.clock.now() + LEASE


async def test_work_ends_with_the_lease_when_the_database_is_away(
    wire: Wire, far_desk: Desk
) -> None:
    async with asyncio.TaskGroup() as group:
        holding = group.create_task(far_desk.hold())
        await far_desk.working()
        await wire.cut()
        far_desk.clock.advance(LEASE)
        far_desk.leases.nudge(far_desk.session)

    assert holding.result() == timedelta(0)
    assert far_desk.was_cancelled


@pytest.mark.slow
async def test_work_ends_soon_after_the_lease_when_the_database_does_not_answer(
    wire: Wire, far_desk: Desk
) -> None:
    began = monotonic()

    async with asyncio.TaskGroup() as group:
        holding = group.create_task(far_desk.hold())
        await far_desk.working()
        wire.freeze()
        far_desk.clock.advance(LEASE)
        far_desk.leases.nudge(far_desk.session)

    assert holding.result() == timedelta(0)
    assert far_desk.was_cancelled
    assert monotonic() - began < 10


async def test_cancelled_work_lets_the_next_one_claim_at_once(
    database: Database, desk: Desk
) -> None:
    async with asyncio.TaskGroup() as group:
        holding = group.create_task(desk.hold())
        await desk.working()
        holding.cancel()

    assert holding.cancelled()
    assert (await claimed(database, desk.session)).epoch == desk.held.epoch + 1


async def test_what_work_raises_comes_out_as_it_is_and_the_claim_goes_back(
    database: Database, desk: Desk
) -> None:
    async def work(claim: Claim) -> None:
        desk.claim = claim
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        await desk.hold(work)

    assert (await claimed(database, desk.session)).epoch == desk.held.epoch + 1


async def test_what_work_raises_comes_out_even_if_the_claim_cannot_go_back(
    wire: Wire, far_desk: Desk
) -> None:
    async def work(_claim: Claim) -> None:
        await wire.cut()
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        await far_desk.hold(work)


async def test_a_database_out_of_reach_is_said_so(wire: Wire, far_desk: Desk) -> None:
    await wire.cut()

    with pytest.raises(StoreUnavailable):
        await far_desk.hold()
