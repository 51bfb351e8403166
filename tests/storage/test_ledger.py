from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from context.errors import SessionConflict
from context.prompt import StopReason
from context.session import Agent, Level
from storage.database import Database
from storage.lanes import Claim, Lane
from storage.ledger import Closing, Ledger, Step
from storage.sessions import Sessions
from tests.builders import NOON, a_text, an_agent, an_inbound, an_item
from tests.storage.scenes import (
    ADA,
    HELLO,
    TURN,
    a_reply,
    arrive,
    everything,
    jobs,
    lose,
    rows,
    turn_begun,
    value,
)

LATER = NOON + timedelta(minutes=1)


def agent_of(held: Claim) -> Agent:
    """The first agent of a claim's session."""
    return replace(an_agent(), session_id=held.session_id, person_id=held.person_id)


def a_step(*, number: int = 1, stop: StopReason = StopReason.END_TURN) -> Step:
    """A step of one item of each side."""
    first = 2 * (number - 1)
    items = tuple(
        replace(an_item(position, f"Item {position}"), turn_id=TURN)
        for position in (first, first + 1)
    )
    return Step(turn_id=TURN, number=number, stop=stop, items=items)


def a_closing(held: Claim) -> Closing:
    """The end of a turn that answered one message."""
    return Closing(
        turn_id=TURN,
        agent=agent_of(held),
        step=a_step(),
        answered=HELLO.message_id,
        spoken=(a_reply(1), a_reply(2)),
    )


async def test_a_closed_turn_leaves_everything_behind(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO, an_inbound(number=2))
    closing = replace(a_closing(turn), merged=(an_inbound(number=2).message_id,), greeted=True)

    await Ledger(database).close(turn, closing, now=LATER)

    opened = await Sessions(database).open(turn.session_id)
    assert opened.agent == closing.agent
    assert opened.items == a_step().items
    assert opened.next_position == 2
    assert opened.greeted
    assert await rows(database, "select state, settled_at from inbox order by position") == [
        {"state": state, "settled_at": LATER} for state in ("answered", "merged")
    ]


async def test_what_a_closed_turn_says_is_said_in_order(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)

    await Ledger(database).close(turn, a_closing(turn), now=LATER)

    assert await rows(
        database, "select id, kind, turn_id, agent_id, person_id from outbox order by position"
    ) == [
        {
            "id": f"outbox-{number}",
            "kind": "reply",
            "turn_id": TURN,
            "agent_id": "agent-1",
            "person_id": turn.person_id,
        }
        for number in (1, 2)
    ]
    assert (await jobs(database))[-1] == ("deliver", turn.session_id)


async def test_a_step_is_kept_while_the_turn_goes_on(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)
    first, last = a_step(stop=StopReason.TOOL_USE), a_step(number=2)

    await ledger.step(turn, agent_of(turn), first, now=NOON)
    await ledger.close(turn, replace(a_closing(turn), step=last), now=LATER)

    opened = await Sessions(database).open(turn.session_id)
    assert opened.items == first.items + last.items
    assert opened.next_position == 4
    assert await rows(database, "select number, stop from step order by number") == [
        {"number": 1, "stop": "tool_use"},
        {"number": 2, "stop": "end_turn"},
    ]


async def test_content_is_kept_as_the_model_gave_it(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)
    blocks = (
        a_text("Grüße 👋 \\u0000"),
        {"type": "tool_use", "id": "1", "input": {"b": 1.5, "a": [None, True, {"c": {}}]}},
    )
    item = replace(an_item(0, *blocks), turn_id=TURN)
    step = replace(a_step(), items=(item,))

    await Ledger(database).step(turn, agent_of(turn), step, now=NOON)

    opened = await Sessions(database).open(turn.session_id)
    assert opened.items == (item,)


async def test_a_step_without_content_adds_nothing(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)
    await ledger.step(turn, agent_of(turn), a_step(), now=NOON)

    empty = replace(a_step(number=2), items=())
    await ledger.close(turn, replace(a_closing(turn), step=empty), now=LATER)

    opened = await Sessions(database).open(turn.session_id)
    assert opened.items == a_step().items
    assert opened.next_position == 2


async def test_content_that_postgres_cannot_keep_is_left_out(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)
    step = replace(a_step(), items=(an_item(0, "H\x00e\ud83dllo"),))

    await Ledger(database).step(turn, agent_of(turn), step, now=NOON)

    opened = await Sessions(database).open(turn.session_id)
    assert opened.items[0].blocks == (a_text("Hello"),)


async def test_a_turn_may_end_without_an_answer_of_the_model(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)

    await Ledger(database).close(turn, replace(a_closing(turn), step=None), now=LATER)

    opened = await Sessions(database).open(turn.session_id)
    assert opened.agent == agent_of(turn)
    assert opened.items == ()
    assert not opened.greeted


async def test_an_agent_is_brought_up_to_date_turn_by_turn(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)
    await ledger.step(turn, agent_of(turn), a_step(), now=NOON)
    fuller = replace(
        agent_of(turn), occupied_tokens=9_000, peak_tokens=9_500, turns=4, told=Level.WARNING
    )

    await ledger.close(
        turn, replace(a_closing(turn), agent=fuller, step=a_step(number=2)), now=LATER
    )

    assert await Sessions(database).current(turn.session_id) == fuller


async def test_a_turn_given_up_keeps_its_mail_and_says_why(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO, an_inbound(number=2))
    await arrive(database, an_inbound(number=3))

    await Ledger(database).give_up(
        turn, TURN, spoken=(a_reply(),), fate="failed", reason="model_refused", now=LATER
    )

    given_up = {"state": "failed", "reason": "model_refused", "settled_at": LATER}
    assert await rows(
        database, "select state, reason, settled_at from inbox order by position"
    ) == [given_up, given_up, {"state": "pending", "reason": None, "settled_at": None}]
    assert await value(database, "select turn_id from outbox") == TURN


async def test_the_same_note_is_said_once(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)

    for _ in range(2):
        await ledger.note(turn, TURN, (a_reply(text="Still at it."),), now=NOON)

    assert await rows(database, "select body, turn_id from outbox") == [
        {"body": "Still at it.", "turn_id": TURN}
    ]


async def test_a_turn_done_again_says_nothing_twice(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)
    await ledger.note(turn, TURN, (a_reply(1),), now=NOON)
    successor = await lose(database, turn)

    await ledger.close(successor, a_closing(successor), now=LATER)

    assert await value(database, "select count(*) from outbox") == 2


async def test_a_step_is_committed_once(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)
    await ledger.step(turn, agent_of(turn), a_step(), now=NOON)
    before = await everything(database)

    with pytest.raises(IntegrityError):
        await ledger.close(turn, a_closing(turn), now=LATER)

    assert await everything(database) == before


@pytest.mark.parametrize("how", ["step", "close", "give_up", "note"])
async def test_a_lost_claim_leaves_nothing_behind(database: Database, how: str) -> None:
    turn, _ = await turn_begun(database, HELLO)
    await lose(database, turn)
    before = await everything(database)

    with pytest.raises(SessionConflict):
        await _write(database, turn, how=how)

    assert await everything(database) == before


@pytest.mark.parametrize("lane", [Lane.CONTROL, Lane.DELIVER])
async def test_a_claim_on_another_lane_is_no_claim_on_the_turn(
    database: Database, lane: Lane
) -> None:
    turn, _ = await turn_begun(database, HELLO)

    with pytest.raises(SessionConflict):
        await _write(database, replace(turn, lane=lane), how="close")


@pytest.mark.parametrize("how", ["close", "give_up"])
async def test_a_turn_settles_only_what_was_said_in_its_session(
    database: Database, how: str
) -> None:
    await turn_begun(database, HELLO)
    other, _ = await turn_begun(database, an_inbound(number=2, user_id=ADA))

    await _write(database, other, how=how)

    assert (
        await value(database, "select state from inbox where id = $1", HELLO.message_id)
        == "taken"
    )


async def _write(database: Database, held: Claim, *, how: str) -> None:
    ledger = Ledger(database)
    match how:
        case "step":
            await ledger.step(held, agent_of(held), a_step(), now=LATER)
        case "close":
            await ledger.close(held, a_closing(held), now=LATER)
        case "give_up":
            await ledger.give_up(
                held, TURN, spoken=(a_reply(),), fate="refused", reason="too_long", now=LATER
            )
        case _:
            await ledger.note(held, TURN, (a_reply(),), now=LATER)
