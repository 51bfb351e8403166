import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Insert, text

from context.messages import OutboxId, TurnId
from storage.database import Database
from storage.dead_letters import DeadLetter, DeadLetters, Direction
from storage.lanes import Claim, Lane, Lanes
from storage.ledger import Ledger
from storage.mailbox import Mailbox
from storage.outbox import Outbox, ToSend
from tests.builders import NOON, USER, an_inbound
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import SESSION, a_met_person, an_inbox_row, an_outbox_row, keep

LATER = NOON + timedelta(hours=1)


def a_failed_message(number: int = 1, *, lane: str = "turn") -> Insert:
    return an_inbox_row(number, state="failed", lane=lane).values(
        reason="model_fault", turn_id=f"turn-{number}"
    )


def a_failed_answer(number: int = 1) -> Insert:
    return an_outbox_row(number, state="failed").values(
        code="63016",
        receipt="SM1",
        delivery="failed",
        attempts=2,
        epoch=7,
        not_before=LATER,
        first_tried_at=NOON,
        uncertain_at=NOON,
    )


async def claimed(database: Database, lane: Lane) -> Claim:
    """Claim a lane of the one session."""
    claim = await Lanes(database).claim(
        SESSION, lane, now=LATER, until=LATER + timedelta(seconds=5)
    )
    assert isinstance(claim, Claim)
    return claim


async def jobs(database: Database) -> list[str]:
    """The lanes with a job in the queue."""
    async with database.transaction() as connection:
        found = await connection.scalars(
            text("select entrypoint from queue.pgqueuer order by 1")
        )
        return list(found)


async def test_both_kinds_are_listed_newest_first_and_without_their_text(
    database: Database,
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_failed_message(1),
        a_failed_answer(2).values(settled_at=LATER),
        an_inbox_row(3, state="answered"),
        an_outbox_row(4, state="sent"),
    )

    letters = (await DeadLetters(database).page(limit=10)).items

    answer, message = letters
    assert answer == DeadLetter(
        letter_id="outbox-2",
        kind=Direction.OUTBOUND,
        platform=message.platform,
        user_id=USER,
        session_id=SESSION,
        reason="63016",
        failed_at=LATER,
    )
    assert (message.kind, message.reason) == (Direction.INBOUND, "model_fault")
    assert "secret words" not in repr(letters)


async def test_no_more_are_listed_than_asked_for(database: Database) -> None:
    failed = [a_failed_message(number).values(settled_at=LATER) for number in range(1, 4)]
    await keep(database, *a_met_person(), *failed, a_failed_answer(1))

    letters = (await DeadLetters(database).page(limit=3)).items

    assert [letter.kind for letter in letters] == [Direction.INBOUND] * 3


async def test_a_message_given_up_is_taken_again_as_a_new_turn(database: Database) -> None:
    message = an_inbound("Hello")
    mailbox = Mailbox(database)
    await mailbox.put([message], now=NOON)
    claim = await claimed(database, Lane.TURN)
    assert await mailbox.take(claim, turn_id=TurnId("turn-1"), now=NOON) is not None
    await Ledger(database).give_up(
        claim, TurnId("turn-1"), spoken=(), fate="failed", reason="model_fault", now=NOON
    )
    assert await Lanes(database).let_go(claim)

    assert await DeadLetters(database).retry(message.message_id)

    mail = await mailbox.take(
        await claimed(database, Lane.TURN), turn_id=TurnId("turn-2"), now=NOON
    )
    assert mail is not None
    assert (mail.turn_id, mail.attempts, mail.messages) == ("turn-2", 1, (message,))
    assert (await DeadLetters(database).page(limit=10)).items == ()


async def test_a_failed_answer_is_sent_again_as_if_for_the_first_time(
    database: Database,
) -> None:
    answer = a_failed_answer().values(
        address={"provider": "slack", "account": "T024BE7LD", "peer": "D0001"}
    )
    await keep(database, *a_met_person(), answer)

    assert await DeadLetters(database).retry("outbox-1")

    claim = await claimed(database, Lane.DELIVER)
    following = await Outbox(database).next(claim, now=NOON)
    assert isinstance(following, ToSend)
    assert following.outbound.outbox_id == OutboxId("outbox-1")
    assert following.attempts == 1


async def test_a_retried_letter_wakes_its_lane_once(database: Database) -> None:
    await keep(database, *a_met_person(), a_failed_message(1), a_failed_message(2))
    letters = DeadLetters(database)

    await letters.retry(f"slack-{1:032x}")
    await letters.retry(f"slack-{2:032x}")

    assert await jobs(database) == ["turn"]


async def test_all_are_put_back_and_every_lane_woken(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        a_failed_message(1),
        a_failed_message(2, lane="control"),
        a_failed_answer(1),
        a_failed_answer(2),
    )
    letters = DeadLetters(database)

    count = await letters.retry_all()

    assert count == 4
    assert await jobs(database) == ["control", "deliver", "turn"]
    assert (await letters.page(limit=10)).items == ()
    assert await letters.retry_all() == 0


@pytest.mark.parametrize("letter_id", ["unknown", f"slack-{1:032x}", "outbox-1"])
async def test_what_has_not_failed_is_not_retried(database: Database, letter_id: str) -> None:
    await keep(
        database,
        *a_met_person(),
        an_inbox_row(1, state="answered"),
        an_outbox_row(1, state="sent"),
    )

    assert not await DeadLetters(database).retry(letter_id)

    assert await jobs(database) == []


async def test_two_operators_put_a_letter_back_once(database: Database) -> None:
    await keep(database, *a_met_person(), a_failed_message(1), a_failed_answer(1))
    letters = DeadLetters(database)

    async with asyncio.TaskGroup() as group:
        counts = [group.create_task(letters.retry_all()) for _ in range(2)]

    assert sorted(one.result() for one in counts) == [0, 2]


@pytest.mark.slow
async def test_dead_letters_are_found_by_index(database: Database) -> None:
    await fill(database)
    letters = DeadLetters(database)

    async with plans(database) as seen:
        assert len((await letters.page(limit=5)).items) == 5
        assert await letters.retry("message-1")
        assert await letters.retry_all() == 19

    listed, *_ = seen
    assert {"inbox_failed", "outbox_failed"} <= listed.indexes
    assert not any(plan.whole_tables for plan in seen)
