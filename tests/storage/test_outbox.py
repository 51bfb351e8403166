from dataclasses import replace
from datetime import timedelta

import pytest

from context.errors import SessionConflict
from context.messages import (
    Address,
    Button,
    OutboundMessage,
    OutboxId,
    Provider,
    SessionId,
)
from storage.database import Database
from storage.outbox import Kind, NotYet, Outbox, Spoken, ToSend, Unsettled, say
from tests.builders import NOON, an_inbound
from tests.storage.scenes import (
    a_reply,
    arrive,
    claim,
    jobs,
    lose,
    rows,
    run,
    said,
    told,
    value,
)

LATER = NOON + timedelta(minutes=1)
FIRST = OutboxId("outbox-1")


def outbound(message: Spoken) -> OutboundMessage:
    return OutboundMessage(
        outbox_id=message.outbox_id, to=message.to, text=message.text, buttons=message.buttons
    )


async def test_what_is_said_wakes_its_delivery_once(database: Database) -> None:
    held = await said(database, a_reply(1), a_reply(2))

    assert (await jobs(database))[1:] == [("deliver", held.session_id)]


async def test_saying_nothing_wakes_nobody(database: Database) -> None:
    session = await arrive(database, an_inbound())
    turn = await claim(database, session)

    async with database.hot() as connection:
        await say(
            connection,
            (),
            session_id=session,
            person_id=turn.person_id,
            turn_id=None,
            agent_id=None,
            now=NOON,
        )

    assert await value(database, "select count(*) from lane where name = 'deliver'") == 0


async def test_the_same_message_is_said_once(database: Database) -> None:
    await said(database, a_reply(1, "Hello"), a_reply(1, "Hello again"))

    assert await rows(database, "select body from outbox") == [{"body": "Hello"}]


async def test_messages_are_sent_in_the_order_they_were_said(database: Database) -> None:
    outbox = Outbox(database)
    wanted = [a_reply(number, f"Part {number}") for number in (3, 1, 2)]
    held = await said(database, *wanted)

    sent = []
    while isinstance(step := await outbox.next(held, now=NOON), ToSend):
        sent.append(step)
        await outbox.sent(held, step.outbound.outbox_id, receipt="ts", now=NOON)

    assert sent == [ToSend(outbound=outbound(one), attempts=1, turn_id=None) for one in wanted]
    assert step is None


async def test_a_message_is_sent_as_it_was_said(database: Database) -> None:
    to = Address(
        provider=Provider("slack"),
        account="T1",
        peer="C1",
        thread="17.1",
        message="17.2",
        only_to="U1",
        asker="U1",
        reply_url="https://hooks.example/1",
    )
    message = Spoken(
        outbox_id=FIRST,
        kind=Kind.NOTICE,
        notice="warning",
        to=to,
        text="A\x00b\ud83dc",
        buttons=(Button(command="compact", label="Tidy up"), Button(command="new", label="✨")),
    )
    held = await said(database, message)

    step = await Outbox(database).next(held, now=NOON)

    assert step == ToSend(
        outbound=outbound(replace(message, text="Abc")), attempts=1, turn_id=None
    )
    assert await rows(database, "select kind, notice from outbox") == [
        {"kind": "notice", "notice": "warning"}
    ]


async def test_nothing_said_is_nothing_to_send(database: Database) -> None:
    held = await said(database, a_reply())
    await run(database, "update outbox set state = 'sent'")

    assert await Outbox(database).next(held, now=NOON) is None


async def test_a_sent_message_keeps_its_receipt(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)

    await outbox.sent(held, FIRST, receipt="17.3", now=LATER)

    assert await told(database) == ("sent", "17.3", None)
    assert await value(database, "select settled_at from outbox") == LATER


async def test_a_refused_message_holds_nothing_up(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply(1), a_reply(2))
    await outbox.next(held, now=NOON)

    await outbox.failed(held, FIRST, code="channel_not_found", now=LATER)

    assert await told(database) == ("failed", None, "channel_not_found")
    step = await outbox.next(held, now=NOON)
    assert isinstance(step, ToSend)
    assert step.outbound.outbox_id == "outbox-2"


async def test_a_message_put_off_waits_and_holds_up_what_follows(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply(1), a_reply(2))
    await outbox.next(held, now=NOON)

    await outbox.later(held, FIRST, not_before=LATER, code="ratelimited")

    assert await outbox.next(held, now=LATER - timedelta(microseconds=1)) == NotYet(until=LATER)
    assert await outbox.next(held, now=LATER) == ToSend(
        outbound=outbound(a_reply(1)), attempts=2, turn_id=None
    )


async def test_a_message_that_may_have_gone_out_is_settled_first(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply(1), a_reply(2))
    await outbox.next(held, now=NOON)

    await outbox.uncertain(held, FIRST, now=LATER)

    unsettled = Unsettled(
        outbound=outbound(a_reply(1)), attempts=1, since=NOON, uncertain_at=LATER
    )
    assert await outbox.next(held, now=LATER) == unsettled
    assert await outbox.next(held, now=LATER + timedelta(seconds=1)) == unsettled


async def test_a_message_a_dead_worker_was_sending_is_uncertain(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    successor = await lose(database, held)

    steps = [
        await outbox.next(successor, now=at) for at in (LATER, LATER + timedelta(minutes=1))
    ]

    assert (
        steps
        == [Unsettled(outbound=outbound(a_reply()), attempts=1, since=NOON, uncertain_at=LATER)]
        * 2
    )


async def test_an_uncertain_message_that_was_found_is_sent(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    await outbox.uncertain(held, FIRST, now=NOON)

    await outbox.sent(held, FIRST, receipt="17.3", now=LATER)

    assert await outbox.next(held, now=LATER) is None


async def test_an_uncertain_message_that_was_not_found_is_sent_again(
    database: Database,
) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    successor = await lose(database, held)
    await outbox.next(successor, now=NOON)

    await outbox.later(successor, FIRST, not_before=LATER, code="uncertain")
    again = await outbox.next(successor, now=LATER)
    await outbox.uncertain(successor, FIRST, now=LATER)

    assert again == ToSend(outbound=outbound(a_reply()), attempts=2, turn_id=None)
    assert await outbox.next(successor, now=LATER) == Unsettled(
        outbound=outbound(a_reply()), attempts=2, since=NOON, uncertain_at=LATER
    )


async def test_an_uncertain_message_may_be_given_up_by_whoever_finds_it(
    database: Database,
) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    successor = await lose(database, held)
    await outbox.next(successor, now=NOON)

    await outbox.failed(successor, FIRST, code="channel_not_configured", now=LATER)

    assert await told(database) == ("failed", None, "channel_not_configured")


async def test_a_lost_claim_begins_nothing(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await lose(database, held)

    with pytest.raises(SessionConflict):
        await outbox.next(held, now=NOON)

    assert await told(database) == ("pending", None, None)


async def test_a_lost_claim_cannot_touch_what_another_is_sending(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    successor = await lose(database, held)
    await outbox.next(successor, now=NOON)
    await outbox.later(successor, FIRST, not_before=NOON, code="uncertain")
    await outbox.next(successor, now=NOON)

    await outbox.failed(held, FIRST, code="late", now=LATER)
    await outbox.later(held, FIRST, not_before=LATER, code="late")
    await outbox.uncertain(held, FIRST, now=LATER)
    with pytest.raises(SessionConflict):
        await outbox.next(held, now=LATER)

    assert await told(database) == ("sending", None, "uncertain")


async def test_that_it_was_sent_counts_even_after_the_claim_is_lost(
    database: Database,
) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    successor = await lose(database, held)
    await outbox.next(successor, now=NOON)

    await outbox.sent(held, FIRST, receipt="17.3", now=LATER)

    assert await outbox.next(successor, now=LATER) is None
    assert await told(database) == ("sent", "17.3", None)


async def test_a_settled_message_stays_as_it_is(database: Database) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    await outbox.failed(held, FIRST, code="no", now=NOON)

    await outbox.sent(held, FIRST, receipt="17.3", now=LATER)
    await outbox.later(held, FIRST, not_before=LATER, code="late")
    await outbox.uncertain(held, FIRST, now=LATER)

    assert await told(database) == ("failed", None, "no")


async def test_an_outcome_settles_only_messages_of_its_own_session(
    database: Database,
) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply())
    await outbox.next(held, now=NOON)
    foreign = replace(held, session_id=SessionId("another"))

    await outbox.sent(foreign, FIRST, receipt="17.3", now=LATER)
    await outbox.failed(foreign, FIRST, code="no", now=LATER)

    assert await told(database) == ("sending", None, None)


async def test_the_receipts_of_a_session_are_known_from_a_time_on(
    database: Database,
) -> None:
    outbox = Outbox(database)
    held = await said(database, a_reply(1), a_reply(2), a_reply(3))
    for number, at in ((1, NOON), (2, NOON + timedelta(days=1))):
        await outbox.next(held, now=at)
        await outbox.sent(held, OutboxId(f"outbox-{number}"), receipt=f"17.{number}", now=at)
    foreign = replace(held, session_id=SessionId("another"))

    assert await outbox.receipts(held, since=NOON) == {"17.1", "17.2"}
    assert await outbox.receipts(held, since=NOON + timedelta(days=1)) == {"17.2"}
    assert await outbox.receipts(foreign, since=NOON) == frozenset()


async def test_what_was_sent_is_known_again_by_its_receipt(database: Database) -> None:
    outbox = Outbox(database)
    usage = replace(a_reply(2), kind=Kind.NOTICE, notice="usage")
    held = await said(database, a_reply(1), usage)
    for receipt in ("17.1", "17.2"):
        step = await outbox.next(held, now=NOON)
        assert isinstance(step, ToSend)
        await outbox.sent(held, step.outbound.outbox_id, receipt=receipt, now=NOON)

    kinds = await outbox.kinds(held.session_id, ["17.0", "17.1", "17.2"])

    assert kinds == {"17.1": (Kind.REPLY, None), "17.2": (Kind.NOTICE, "usage")}
    assert await outbox.kinds(SessionId("another"), ["17.1"]) == {}
