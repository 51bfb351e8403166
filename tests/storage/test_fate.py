"""`message_fate`: what became of every message that came in, in exactly one word."""

from dataclasses import replace
from typing import Literal

import pytest

from context.messages import OutboxId
from storage.control import Control
from storage.database import Database
from storage.lanes import Lane
from storage.ledger import Closing, Ledger
from storage.outbox import Kind, Outbox, Spoken
from tests.builders import NOON, an_address, an_agent, an_inbound
from tests.storage.scenes import (
    HELLO,
    LEASE,
    TURN,
    a_command,
    a_deletion,
    a_reply,
    an_edit,
    arrive,
    claim,
    control_of,
    rows,
    run,
    turn_begun,
    value,
)

SECOND = an_inbound(number=2)


async def fates(database: Database) -> dict[object, object]:
    """Tell what became of each message; every message is told of once."""
    found = await rows(database, "select message_id, fate from message_fate")
    assert len(found) == await value(database, "select count(*) from inbox")
    return {row["message_id"]: row["fate"] for row in found}


async def answered(database: Database, *spoken: Spoken) -> None:
    """Have a turn answer two messages."""
    turn, _ = await turn_begun(database, HELLO, SECOND)
    closing = Closing(
        turn_id=TURN,
        agent=replace(an_agent(), session_id=turn.session_id, person_id=turn.person_id),
        step=None,
        answered=HELLO.message_id,
        merged=(SECOND.message_id,),
        spoken=spoken,
    )
    await Ledger(database).close(turn, closing, now=NOON)


@pytest.mark.parametrize("state", ["pending", "taken"])
async def test_what_nobody_settled_is_waiting(database: Database, state: str) -> None:
    await arrive(database, HELLO)
    await run(database, "update inbox set state = $1", state)

    assert await fates(database) == {HELLO.message_id: "waiting"}


@pytest.mark.parametrize("state", ["pending", "sending", "uncertain"])
async def test_an_answer_counts_once_it_is_with_the_platform(
    database: Database, state: str
) -> None:
    await answered(database, a_reply(1), a_reply(2))
    await run(database, "update outbox set state = 'sent' where id = 'outbox-1'")
    await run(database, "update outbox set state = $1 where id = 'outbox-2'", state)

    assert await fates(database) == {
        HELLO.message_id: "waiting",
        SECOND.message_id: "merged",
    }


async def test_a_message_whose_answer_was_sent_is_answered(database: Database) -> None:
    await answered(database, a_reply(1), a_reply(2))
    held = await claim(database, await arrive(database, HELLO), Lane.DELIVER)

    for number in (1, 2):
        await Outbox(database).sent(held, OutboxId(f"outbox-{number}"), receipt="ts", now=NOON)

    assert await fates(database) == {
        HELLO.message_id: "answered",
        SECOND.message_id: "merged",
    }


async def test_a_message_whose_answer_could_not_be_sent_failed(database: Database) -> None:
    await answered(database, a_reply(1), a_reply(2))
    await run(database, "update outbox set state = 'failed' where id = 'outbox-2'")

    assert (await fates(database))[HELLO.message_id] == "failed"


async def test_a_notice_decides_nothing(database: Database) -> None:
    notice = Spoken(
        outbox_id=OutboxId("n"), kind=Kind.NOTICE, to=an_address(), text="Nearly full"
    )
    await answered(database, a_reply(1), notice)
    await run(database, "update outbox set state = 'sent' where kind = 'reply'")
    await run(database, "update outbox set state = 'failed' where kind = 'notice'")

    assert (await fates(database))[HELLO.message_id] == "answered"


async def test_a_turn_that_says_nothing_is_an_answer_too(database: Database) -> None:
    await answered(database)

    assert (await fates(database))[HELLO.message_id] == "answered"


@pytest.mark.parametrize("fate", ["failed", "refused"])
async def test_a_message_given_up_says_how(
    database: Database, fate: Literal["failed", "refused"]
) -> None:
    turn, _ = await turn_begun(database, HELLO)

    await Ledger(database).give_up(
        turn, TURN, spoken=(a_reply(),), fate=fate, reason="because", now=NOON
    )

    assert await fates(database) == {HELLO.message_id: fate}


async def test_a_command_is_answered_once_its_answer_is_sent(database: Database) -> None:
    held = await control_of(database, a_command("help"))
    answer = replace(a_reply(), kind=Kind.COMMAND)
    await Control(database).answer(held, a_command("help"), (answer,), turn_id=TURN, now=NOON)

    before = await fates(database)
    await run(database, "update outbox set state = 'sent'")

    assert before == {a_command().message_id: "waiting"}
    assert await fates(database) == {a_command().message_id: "answered"}


async def test_what_was_stopped_is_refused(database: Database) -> None:
    await arrive(database, HELLO)
    held = await control_of(database, a_command())

    await Control(database).stop(
        held, a_command(), lambda _: (), session_id=held.session_id, turn_id=TURN, now=NOON
    )

    assert await fates(database) == {
        HELLO.message_id: "refused",
        a_command().message_id: "answered",
    }


async def test_corrections_are_part_of_what_they_correct(database: Database) -> None:
    await arrive(database, HELLO)
    await Control(database).amend(await control_of(database, an_edit()), an_edit(), now=NOON)
    held = await arrive(database, a_deletion())
    await Control(database).withdraw(
        await claim(database, held, Lane.CONTROL, now=NOON + LEASE), a_deletion(), now=NOON
    )

    assert await fates(database) == {
        HELLO.message_id: "refused",
        an_edit().message_id: "merged",
        a_deletion().message_id: "merged",
    }
