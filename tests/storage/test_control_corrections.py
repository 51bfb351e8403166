from dataclasses import replace
from datetime import timedelta

import pytest

from context.messages import InboundMessage, Said, TurnId
from storage.control import Control
from storage.database import Database
from storage.lanes import Lanes
from storage.mailbox import Mail, Mailbox
from tests.builders import NOON, an_inbound
from tests.storage.conftest import Interrupts
from tests.storage.scenes import (
    ADA,
    HELLO,
    TURN,
    a_command,
    a_deletion,
    an_edit,
    arrive,
    claim,
    control_of,
    rows,
    run,
    step_committed,
    turn_begun,
    value,
)

LATER = NOON + timedelta(minutes=1)


async def test_an_edit_amends_a_message_that_waits(database: Database) -> None:
    await arrive(database, HELLO)
    held = await control_of(database, an_edit("Hullo"))

    await Control(database).amend(held, an_edit("Hullo"), now=LATER)

    _, mail = await turn_begun(database, HELLO)
    assert mail.messages == (replace(HELLO, content=Said(text="Hullo")),)
    assert await _fate_of(database, an_edit()) == ("merged", "edit")


async def test_an_edit_restarts_a_turn_that_has_done_nothing_yet(
    database: Database, interrupts: Interrupts
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    held = await control_of(database, an_edit("Hullo"))

    await Control(database).amend(held, an_edit("Hullo"), now=LATER)

    assert await interrupts.next() == turn.session_id
    again = await Mailbox(database).take(
        await claim(database, turn.session_id), turn_id=TurnId("turn-2"), now=LATER
    )
    assert again == Mail(
        turn_id=TURN, messages=(replace(HELLO, content=Said(text="Hullo")),), attempts=2
    )


@pytest.mark.parametrize("state", ["answered", "merged", "failed", "taken"])
async def test_an_edit_of_what_was_acted_on_is_a_message_of_its_own(
    database: Database, state: str
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    await step_committed(database)
    await run(database, "update inbox set state = $1", state)
    held = await control_of(database, an_edit("Hullo"))

    await Control(database).amend(held, an_edit("Hullo"), now=LATER)

    [added] = await rows(
        database,
        "select state, lane, body->'content'->>'text' as text from inbox"
        " where state = 'pending'",
    )
    assert added["lane"] == "turn"
    assert str(added["text"]).endswith(" Hullo")
    assert await Lanes(database).renew(turn, until=LATER)
    assert await _text_of(database, HELLO) == "Hello"


async def test_an_edit_of_a_refused_message_changes_nothing(database: Database) -> None:
    await arrive(database, HELLO)
    await run(database, "update inbox set state = 'refused'")
    held = await control_of(database, an_edit())

    await Control(database).amend(held, an_edit(), now=LATER)

    assert await _text_of(database, HELLO) == "Hello"
    assert await value(database, "select count(*) from inbox") == 2
    assert await _fate_of(database, an_edit()) == ("merged", "edit")


async def test_an_edit_that_overtook_its_message_stands_for_it(database: Database) -> None:
    held = await control_of(database, an_edit("Hullo"))

    await Control(database).amend(held, an_edit("Hullo"), now=LATER)
    late = await Mailbox(database).put([HELLO], now=LATER)

    assert late == 0
    _, mail = await turn_begun(database, HELLO)
    assert mail.messages == (replace(HELLO, content=Said(text="Hullo")),)


async def test_in_a_shared_place_an_edit_of_an_unknown_message_is_not_for_us(
    database: Database,
) -> None:
    edit = replace(an_edit(), shared=True)
    held = await control_of(database, edit)

    await Control(database).amend(held, edit, now=LATER)

    assert await value(database, "select count(*) from inbox where lane = 'turn'") == 0
    assert await _fate_of(database, edit) == ("merged", "edit")


async def test_nobody_edits_what_somebody_else_said(database: Database) -> None:
    await arrive(database, HELLO)
    edit = replace(an_edit(), user_id=ADA)
    held = await control_of(database, edit)

    await Control(database).amend(held, edit, now=LATER)

    assert await _text_of(database, HELLO) == "Hello"
    assert await value(database, "select count(*) from inbox") == 2


async def test_a_deletion_withdraws_a_message_that_waits(database: Database) -> None:
    await arrive(database, HELLO)
    held = await control_of(database, a_deletion())

    await Control(database).withdraw(held, a_deletion(), now=LATER)

    assert await _fate_of(database, HELLO) == ("refused", "withdrawn")
    assert await _fate_of(database, a_deletion()) == ("merged", "deletion")


async def test_a_deletion_interrupts_the_turn_that_took_the_message(
    database: Database, interrupts: Interrupts
) -> None:
    turn, _ = await turn_begun(database, HELLO, an_inbound(number=2))
    held = await control_of(database, a_deletion())

    await Control(database).withdraw(held, a_deletion(), now=LATER)

    assert await interrupts.next() == turn.session_id
    again = await Mailbox(database).take(
        await claim(database, turn.session_id), turn_id=TurnId("turn-2"), now=LATER
    )
    assert again == Mail(turn_id=TURN, messages=(an_inbound(number=2),), attempts=2)


@pytest.mark.parametrize("state", ["answered", "merged", "refused", "failed"])
async def test_what_was_settled_stays_said(database: Database, state: str) -> None:
    await arrive(database, HELLO)
    await run(database, "update inbox set state = $1", state)
    held = await control_of(database, a_deletion())

    await Control(database).withdraw(held, a_deletion(), now=LATER)

    assert await _fate_of(database, HELLO) == (state, None)
    assert await _fate_of(database, a_deletion()) == ("merged", "deletion")


async def test_a_deletion_that_overtook_its_message_refuses_it(database: Database) -> None:
    held = await control_of(database, a_deletion())

    await Control(database).withdraw(held, a_deletion(), now=LATER)
    late = await Mailbox(database).put([HELLO], now=LATER)

    assert late == 0
    assert await _fate_of(database, HELLO) == ("refused", "withdrawn")


async def test_nobody_deletes_what_somebody_else_said(database: Database) -> None:
    await arrive(database, HELLO)
    deletion = replace(a_deletion(), user_id=ADA)
    held = await control_of(database, deletion)

    await Control(database).withdraw(held, deletion, now=LATER)

    assert await _fate_of(database, HELLO) == ("pending", None)


async def test_only_edits_amend_and_only_deletions_withdraw(database: Database) -> None:
    control = Control(database)
    held = await control_of(database, a_command())

    with pytest.raises(TypeError):
        await control.amend(held, a_command(), now=LATER)
    with pytest.raises(TypeError):
        await control.withdraw(held, a_command(), now=LATER)


async def _fate_of(database: Database, message: InboundMessage) -> tuple[object, object]:
    [row] = await rows(
        database, "select state, reason from inbox where id = $1", message.message_id
    )
    return row["state"], row["reason"]


async def _text_of(database: Database, message: InboundMessage) -> object:
    text = "select body->'content'->>'text' from inbox where id = $1"
    return await value(database, text, message.message_id)
