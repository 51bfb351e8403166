import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from context.errors import SessionConflict
from context.messages import Command, Content, Deleted, Edited, MessageId, Said, TurnId, UserId
from storage.database import Database
from storage.lanes import Lane
from storage.mailbox import Mailbox
from tests.builders import NOON, an_inbound
from tests.storage.scenes import (
    arrive,
    claim,
    jobs,
    lose,
    rows,
    run,
    session_of,
    somebody_waits,
    value,
)

ADA = UserId("T024BE7LD:U00000ADA")
TURN = TurnId("turn-1")


async def test_a_message_is_kept_and_wakes_its_session_once(database: Database) -> None:
    mailbox = Mailbox(database)

    first = await mailbox.put([an_inbound(number=1)], now=NOON)
    second = await mailbox.put([an_inbound(number=2)], now=NOON)

    assert (first, second) == (1, 1)
    assert await value(database, "select count(*) from inbox where state = 'pending'") == 2
    assert await jobs(database) == [("turn", session_of(an_inbound()))]


async def test_a_redelivered_message_changes_nothing(database: Database) -> None:
    mailbox = Mailbox(database)
    await mailbox.put([an_inbound("Hello")], now=NOON)
    before = await rows(database, "select * from inbox")

    again = await mailbox.put([an_inbound("Hello again")], now=NOON + timedelta(minutes=1))

    assert again == 0
    assert await rows(database, "select * from inbox") == before
    assert len(await jobs(database)) == 1


async def test_a_redelivery_at_the_same_moment_is_kept_once(database: Database) -> None:
    mailbox = Mailbox(database)

    kept = await asyncio.gather(*[mailbox.put([an_inbound()], now=NOON) for _ in range(8)])

    assert sorted(kept) == [0] * 7 + [1]
    assert await value(database, "select count(*) from inbox") == 1
    assert len(await jobs(database)) == 1


async def test_a_new_session_may_begin_with_several_messages_at_once(
    database: Database,
) -> None:
    mailbox = Mailbox(database)

    kept = await asyncio.gather(
        *[mailbox.put([an_inbound(number=number)], now=NOON) for number in range(8)]
    )

    assert kept == [1] * 8
    assert await value(database, "select count(*) from inbox") == 8
    assert await value(database, "select count(*) from session") == 1
    assert len(await jobs(database)) == 1


async def test_a_new_person_may_begin_in_several_places_at_once(database: Database) -> None:
    mailbox = Mailbox(database)

    kept = await asyncio.gather(
        *[
            mailbox.put([an_inbound(number=number, conversation=f"C{number}")], now=NOON)
            for number in range(8)
        ]
    )

    assert kept == [1] * 8
    assert await value(database, "select count(*) from session") == 8
    assert await value(database, "select count(*) from person") == 1
    assert await value(database, "select count(*) from identity") == 1


async def test_a_person_is_known_by_how_the_platform_names_them(database: Database) -> None:
    await arrive(database, an_inbound())

    [known] = await rows(
        database,
        "select n.platform, n.user_id, n.speaker, n.greeted_at, s.provider, s.conversation,"
        " s.shared, s.person_id = n.person_id as same from identity n, session s",
    )

    assert known == {
        "platform": "slack",
        "user_id": "T024BE7LD:U061F7AUR",
        "speaker": "Ada",
        "greeted_at": None,
        "provider": "slack",
        "conversation": "D0001",
        "shared": False,
        "same": True,
    }


async def test_two_people_in_one_thread_have_sessions_of_their_own(database: Database) -> None:
    one = an_inbound(number=1, conversation="C1:17", shared=True)
    other = an_inbound(number=2, conversation="C1:17", shared=True, user_id=ADA)

    await arrive(database, one, other)

    found = await rows(database, "select distinct session_id, person_id from inbox")
    assert len(found) == 2
    assert len({row["person_id"] for row in found}) == 2


async def test_a_linked_identity_writes_as_the_person_it_is_linked_to(
    database: Database,
) -> None:
    await arrive(database, an_inbound(number=1))
    await run(database, "insert into person (id, created_at) values ('the-person', $1)", NOON)
    await run(database, "update person set linked_to = 'the-person' where id <> 'the-person'")

    await arrive(database, an_inbound(number=2, conversation="D0002"))

    assert await rows(
        database,
        "select s.person_id as session, i.person_id as inbox, l.person_id as lane"
        " from session s join inbox i on i.session_id = s.id join lane l on l.session_id = s.id"
        " where s.conversation = 'D0002'",
    ) == [{"session": "the-person", "inbox": "the-person", "lane": "the-person"}]


async def test_several_messages_are_kept_all_or_none(database: Database) -> None:
    unfit = an_inbound(number=2, user_id=UserId("T024BE7LD:\x00"))

    with pytest.raises(asyncpg.CharacterNotInRepertoireError):
        await Mailbox(database).put([an_inbound(number=1), unfit], now=NOON)

    assert await value(database, "select count(*) from inbox") == 0
    assert await jobs(database) == []


async def test_of_several_messages_the_new_ones_are_counted(database: Database) -> None:
    mailbox = Mailbox(database)
    await mailbox.put([an_inbound(number=1)], now=NOON)

    kept = await mailbox.put([an_inbound(number=number) for number in (1, 2, 3, 3)], now=NOON)

    assert kept == 2
    assert await mailbox.put([], now=NOON) == 0


async def test_what_postgres_cannot_keep_is_left_out(database: Database) -> None:
    message = replace(an_inbound("H\x00el\ud83dlo"), speaker="A\x00d\ude00a")
    session = await arrive(database, message)

    mail = await Mailbox(database).take(await claim(database, session), turn_id=TURN, now=NOON)

    assert mail is not None
    assert mail.messages == (an_inbound("Hello"),)
    assert await value(database, "select speaker from identity") == "Ada"


@pytest.mark.parametrize(
    ("content", "lane"),
    [
        (Said(text="Hello"), "turn"),
        (Edited(target=MessageId("slack-1"), text="Hullo"), "control"),
        (Deleted(target=MessageId("slack-1")), "control"),
        (Command(name="stop"), "control"),
    ],
)
async def test_only_what_is_said_waits_for_a_turn(
    database: Database, content: Content, lane: str
) -> None:
    await arrive(database, an_inbound(content=content))

    assert await value(database, "select lane from inbox") == lane
    assert [name for name, _ in await jobs(database)] == [lane]


async def test_a_turn_takes_what_waits_in_the_order_it_was_said(database: Database) -> None:
    same_time = [replace(an_inbound(number=n), sent_at=NOON) for n in (3, 1, 2)]
    late = replace(an_inbound(number=4), sent_at=NOON - timedelta(seconds=1))
    session = await arrive(database, *same_time, late)

    mail = await Mailbox(database).take(await claim(database, session), turn_id=TURN, now=NOON)

    assert mail is not None
    assert mail.turn_id == TURN
    assert mail.attempts == 1
    assert mail.messages == (late, *same_time)


async def test_a_turn_takes_only_what_was_said_in_its_session(database: Database) -> None:
    await arrive(database, an_inbound(number=1, user_id=ADA))
    await arrive(database, an_inbound(number=2, content=Command(name="stop")))
    session = await arrive(database, an_inbound(number=3))

    mail = await Mailbox(database).take(await claim(database, session), turn_id=TURN, now=NOON)

    assert mail is not None
    assert mail.messages == (an_inbound(number=3),)


async def test_nothing_waiting_is_no_mail(database: Database) -> None:
    mailbox = Mailbox(database)
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await run(database, "update inbox set state = 'answered'")

    assert await mailbox.take(held, turn_id=TURN, now=NOON) is None


async def test_an_interrupted_turn_is_taken_up_alone_under_its_own_id(
    database: Database,
) -> None:
    mailbox = Mailbox(database)
    session = await arrive(database, an_inbound(number=1), an_inbound(number=2))
    held = await claim(database, session)
    first = await mailbox.take(held, turn_id=TURN, now=NOON)
    await arrive(database, an_inbound(number=3))

    second = await mailbox.take(await lose(database, held), turn_id=TurnId("turn-2"), now=NOON)

    assert first is not None
    assert second == replace(first, attempts=2)


async def test_a_turn_takes_at_most_fifty_messages(database: Database) -> None:
    mailbox = Mailbox(database)
    session = await arrive(database, *[an_inbound(number=n) for n in range(51)])
    held = await claim(database, session)

    first = await mailbox.take(held, turn_id=TURN, now=NOON)
    await run(database, "update inbox set state = 'answered' where state = 'taken'")
    second = await mailbox.take(held, turn_id=TurnId("turn-2"), now=NOON)

    assert first is not None
    assert second is not None
    assert [len(first.messages), len(second.messages)] == [50, 1]


async def test_a_lost_claim_takes_nothing(database: Database) -> None:
    session = await arrive(database, an_inbound())
    held = await claim(database, session)
    await lose(database, held)

    with pytest.raises(SessionConflict):
        await Mailbox(database).take(held, turn_id=TURN, now=NOON)

    assert await value(database, "select state from inbox") == "pending"


async def test_a_message_refused_while_it_is_being_taken_stays_refused(
    database: Database,
) -> None:
    session = await arrive(database, an_inbound(number=1), an_inbound(number=2))
    held = await claim(database, session)
    async with asyncio.TaskGroup() as group, database.hot() as other, other.transaction():
        await other.execute("select 1 from lane where name = $1 for update", Lane.TURN)
        taking = group.create_task(Mailbox(database).take(held, turn_id=TURN, now=NOON))
        await somebody_waits(database)
        await other.execute(
            "update inbox set state = 'refused' where id = $1",
            an_inbound(number=1).message_id,
        )

    mail = taking.result()
    assert mail is not None
    assert mail.messages == (an_inbound(number=2),)
    assert await value(database, "select count(*) from inbox where state = 'refused'") == 1
