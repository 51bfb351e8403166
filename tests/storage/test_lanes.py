import asyncio
from datetime import timedelta

import pytest

from context.errors import SessionConflict
from context.messages import Command, SessionId
from storage.database import Database
from storage.lanes import Claim, Held, Lane, Lanes
from tests.builders import NOON, an_inbound
from tests.storage.scenes import (
    LEASE,
    arrive,
    claim,
    jobs,
    lose,
    rows,
    run,
    somebody_waits,
    value,
)

LATER = NOON + LEASE


async def test_a_lane_is_claimed_by_one_at_a_time(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())

    claims = await asyncio.gather(
        *[lanes.claim(session, Lane.TURN, now=NOON, until=LATER) for _ in range(6)]
    )

    assert sum(isinstance(claim, Claim) for claim in claims) == 1
    assert claims.count(Held(until=LATER)) == 5


async def test_a_claim_says_whose_work_it_is(database: Database) -> None:
    session = await arrive(database, an_inbound())

    held = await claim(database, session)

    row = "select person_id, epoch from lane"
    [[person, epoch]] = [list(one.values()) for one in await rows(database, row)]
    assert (held.session_id, held.lane) == (session, Lane.TURN)
    assert (held.person_id, held.epoch) == (person, epoch)


async def test_a_session_without_the_lane_has_nothing_to_claim(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())

    claims = [
        await lanes.claim(session, Lane.DELIVER, now=NOON, until=LATER),
        await lanes.claim(SessionId("nobody"), Lane.TURN, now=NOON, until=LATER),
    ]

    assert claims == [None, None]


async def test_the_lanes_of_a_session_are_claimed_apart(database: Database) -> None:
    session = await arrive(database, an_inbound())
    await arrive(database, an_inbound(number=2, content=Command(name="stop")))

    turn = await claim(database, session, Lane.TURN)
    control = await claim(database, session, Lane.CONTROL)

    assert (turn.lane, control.lane) == (Lane.TURN, Lane.CONTROL)


async def test_a_lease_that_ran_out_may_be_claimed_again(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())
    first = await claim(database, session)

    early = await lanes.claim(
        session, Lane.TURN, now=LATER - timedelta(microseconds=1), until=LATER
    )
    second = await claim(database, session, now=LATER)

    assert early == Held(until=LATER)
    assert second.epoch == first.epoch + 1


async def test_a_renewed_lease_lasts_longer(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())
    held = await claim(database, session)

    renewed = await lanes.renew(held, until=LATER + LEASE)

    assert renewed
    assert await lanes.claim(session, Lane.TURN, now=LATER, until=LATER) == Held(
        until=LATER + LEASE
    )


async def test_a_lost_claim_cannot_be_renewed(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await lose(database, held)

    assert not await lanes.renew(held, until=LATER + LEASE)

    assert await value(database, "select leased_until from lane") == LATER


async def test_a_claim_that_was_given_up_cannot_be_renewed(database: Database) -> None:
    """A renewal that was on its way would keep the next message waiting for the lease."""
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await run(database, "update inbox set state = 'answered'")
    await lanes.let_go(held)

    assert not await lanes.renew(held, until=LATER + LEASE)

    assert await value(database, "select leased_until from lane") is None


async def test_a_lane_stays_awake_while_mail_waits(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())
    held = await claim(database, session)

    for state in ("pending", "taken"):
        await run(database, "update inbox set state = $1", state)
        assert not await lanes.let_go(held)

    assert await _state(database) == (True, LATER)


@pytest.mark.parametrize("state", ["answered", "merged", "refused", "failed"])
async def test_a_lane_with_nothing_left_falls_asleep(database: Database, state: str) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await run(database, "update inbox set state = $1", state)

    assert await lanes.let_go(held)

    assert await _state(database) == (False, None)


async def test_a_lane_waits_only_for_its_own_work(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())
    await arrive(database, an_inbound(number=2, content=Command(name="stop")))
    held = await claim(database, session, Lane.CONTROL)
    await run(database, "update inbox set state = 'answered' where lane = 'control'")

    assert await lanes.let_go(held)


async def test_a_lost_claim_cannot_put_a_lane_to_sleep(database: Database) -> None:
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await run(database, "update inbox set state = 'answered'")
    await lose(database, held)

    with pytest.raises(SessionConflict):
        await Lanes(database).let_go(held)

    assert await _state(database) == (True, LATER)


async def test_a_sleeping_lane_is_woken_by_the_next_message(database: Database) -> None:
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await run(database, "update inbox set state = 'answered'")
    await Lanes(database).let_go(held)
    await run(database, "delete from queue.pgqueuer")

    await arrive(database, an_inbound(number=2))

    assert await jobs(database) == [("turn", session)]
    assert await _state(database) == (True, None)


async def test_letting_go_waits_for_a_message_that_is_being_kept(database: Database) -> None:
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await run(database, "update inbox set state = 'answered'")
    async with asyncio.TaskGroup() as group, database.hot() as other, other.transaction():
        await other.execute("select 1 from lane for update")
        letting_go = group.create_task(Lanes(database).let_go(held))
        await somebody_waits(database)
        await other.execute("update inbox set state = 'pending'")

    assert letting_go.result() is False
    assert await _state(database) == (True, LATER)


async def test_work_given_back_may_be_claimed_at_once(database: Database) -> None:
    lanes = Lanes(database)
    session = await arrive(database, an_inbound())
    held = await claim(database, session)

    await lanes.give_back(held)

    assert await _state(database) == (True, None)
    assert (await claim(database, session)).epoch == held.epoch + 1


async def test_a_lost_claim_gives_nothing_back(database: Database) -> None:
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await lose(database, held)

    await Lanes(database).give_back(held)

    assert await _state(database) == (True, LATER)


async def _state(database: Database) -> tuple[object, object]:
    [lane] = await rows(database, "select awake, leased_until from lane where name = 'turn'")
    return lane["awake"], lane["leased_until"]
