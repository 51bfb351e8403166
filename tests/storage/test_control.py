from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from context.errors import SessionConflict
from context.lifecycle import AgentState
from context.messages import (
    SLACK,
    AgentId,
    Command,
    InboundMessage,
    SessionId,
    TraceId,
    session_id,
)
from context.session import Agent
from storage.chores import Request
from storage.control import Control
from storage.database import Database
from storage.lanes import Claim, Lane, Lanes
from storage.outbox import Kind, Spoken
from storage.sessions import Sessions
from tests.builders import NOON, USER, an_agent, an_inbound
from tests.storage.conftest import Interrupts
from tests.storage.scenes import (
    ADA,
    HELLO,
    TURN,
    a_command,
    a_deletion,
    a_reply,
    an_edit,
    arrive,
    claim,
    control_of,
    everything,
    lose,
    rows,
    run,
    turn_begun,
    value,
)

LATER = NOON + timedelta(minutes=1)
ANSWER = (replace(a_reply(text="Certainly"), kind=Kind.COMMAND),)


async def test_what_waits_for_control_is_read_in_order(database: Database) -> None:
    await arrive(database, HELLO)
    await arrive(database, an_inbound(number=2, user_id=ADA, content=Command(name="stop")))
    wanted = [a_command(number=number) for number in (3, 4)]
    session = await arrive(database, *reversed(wanted))
    held = await claim(database, session, Lane.CONTROL)

    assert await Control(database).waiting(held, now=NOON) == tuple(wanted)


async def test_a_command_that_breaks_its_handler_is_given_up_alone(database: Database) -> None:
    control = Control(database)
    held = await control_of(database, a_command(number=1))
    await arrive(database, a_command(number=2))

    for _ in range(5):
        assert len(await control.waiting(held, now=NOON)) == 2

    assert await control.waiting(held, now=LATER) == (a_command(number=2),)
    assert await rows(
        database, "select reason, settled_at, attempts from inbox where state = 'failed'"
    ) == [{"reason": "too_many_attempts", "settled_at": LATER, "attempts": 6}]


async def test_a_lost_claim_does_not_count_as_an_attempt(database: Database) -> None:
    control = Control(database)
    held = await control_of(database, a_command())
    await lose(database, held)

    await control.waiting(held, now=NOON)

    assert await value(database, "select attempts from inbox") == 0


async def test_an_answered_command_is_settled_and_its_answer_said(database: Database) -> None:
    control = Control(database)
    held = await control_of(database, a_command("help"))

    await control.answer(held, a_command("help"), ANSWER, turn_id=TURN, now=LATER)

    assert await control.waiting(held, now=LATER) == ()
    assert await rows(database, "select state, turn_id, settled_at from inbox") == [
        {"state": "answered", "turn_id": TURN, "settled_at": LATER}
    ]
    assert await rows(
        database,
        "select kind, body, turn_id, awake from outbox join lane using (session_id)"
        " where name = 'deliver'",
    ) == [{"kind": "command", "body": "Certainly", "turn_id": TURN, "awake": True}]


@pytest.mark.parametrize(
    "how", ["answer", "stop", "amend", "withdraw", "ask", "undo", "choose_notices"]
)
async def test_a_lost_claim_changes_nothing(database: Database, how: str) -> None:
    await turn_begun(database, HELLO)
    message = {"amend": an_edit(), "withdraw": a_deletion()}.get(how, a_command())
    held = await control_of(database, message)
    await lose(database, held)
    before = await everything(database)

    with pytest.raises(SessionConflict):
        await _handle(database, held, message, how=how)

    assert await everything(database) == before


async def test_stopping_refuses_what_waits_and_says_how_much(database: Database) -> None:
    await turn_begun(database, HELLO, an_inbound(number=2))
    await arrive(database, an_inbound(number=3))
    held = await control_of(database, a_command())

    refused = await _stop(database, held)

    assert refused == 3
    assert await rows(
        database, "select distinct state, reason, settled_at from inbox where lane = 'turn'"
    ) == [{"state": "refused", "reason": "stopped", "settled_at": LATER}]
    assert await value(database, "select count(*) from outbox") == 1


async def test_stopping_leaves_what_came_in_after_the_command(database: Database) -> None:
    await arrive(database, HELLO)
    held = await control_of(database, a_command())
    await arrive(database, an_inbound(number=2))

    await _stop(database, held)

    assert await value(database, "select id from inbox where state = 'pending'") == (
        an_inbound(number=2).message_id
    )


async def test_stopping_leaves_other_people_and_sessions_alone(database: Database) -> None:
    await turn_begun(database, an_inbound(number=1, user_id=ADA))
    await arrive(database, an_inbound(number=2, conversation="D0002"))
    held = await control_of(database, a_command())
    turns = "select session_id, epoch from lane where name = 'turn' order by 1"
    before = await rows(database, turns)

    await _stop(database, held)

    assert await rows(
        database, "select state from inbox where lane = 'turn' order by position"
    ) == [{"state": "taken"}, {"state": "pending"}]
    assert await rows(database, turns) == before


async def test_a_stopped_turn_loses_its_claim_and_its_holder_is_told(
    database: Database, interrupts: Interrupts
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    held = await control_of(database, a_command())

    await _stop(database, held)

    assert await interrupts.next() == turn.session_id
    assert not await Lanes(database).renew(turn, until=LATER)
    assert isinstance(
        await Lanes(database).claim(turn.session_id, Lane.TURN, now=NOON, until=LATER), Claim
    )


async def test_a_slash_command_stops_the_latest_session_in_its_place(
    database: Database,
) -> None:
    control = Control(database)
    for number, thread in enumerate(("C1:17", "C1:18", "C10:19", "C2")):
        await _has_an_agent(
            database,
            await arrive(database, an_inbound(number=number, conversation=thread)),
            at=NOON + timedelta(minutes=number),
        )
    await arrive(database, an_inbound(number=5, conversation="C1:20"))

    found = [
        await control.latest_session(HELLO.platform, user_id, place)
        for user_id, place in ((HELLO.user_id, "C1"), (HELLO.user_id, "C3"), (ADA, "C1"))
    ]

    assert found == [session_id(SLACK, USER, "C1:18"), None, None]


async def test_starting_anew_ends_the_agent_and_begins_a_trace(database: Database) -> None:
    held = await control_of(database, a_command("new"))
    await _has_an_agent(database, held.session_id, at=NOON)
    await run(database, "update session set next_position = 12")
    successor = an_agent_of(held)

    await _stop(database, held, name="new", successor=successor)

    opened = await Sessions(database).open(held.session_id)
    assert opened.agent == replace(successor, history_from=12, started_at=LATER)
    assert opened.items == ()
    assert await rows(
        database, "select state, termination_reason, ended_at from agent where id = 'agent-0'"
    ) == [{"state": "terminated", "termination_reason": "user_request", "ended_at": LATER}]


async def test_a_first_message_may_be_to_start_anew(database: Database) -> None:
    held = await control_of(database, a_command("new"))

    await _stop(database, held, name="new", successor=an_agent_of(held))

    current = await Sessions(database).current(held.session_id)
    assert current is not None
    assert current.agent_id == an_agent_of(held).agent_id


async def _stop(
    database: Database, held: Claim, *, name: str = "stop", successor: Agent | None = None
) -> int:
    """Stop the session of a claim; give how much was refused."""
    counted = 0

    def answer(refused: int) -> tuple[Spoken, ...]:
        nonlocal counted
        counted = refused
        return ANSWER

    await Control(database).stop(
        held,
        a_command(name),
        answer,
        session_id=held.session_id,
        turn_id=TURN,
        now=LATER,
        successor=successor,
    )
    return counted


async def _handle(
    database: Database, held: Claim, message: InboundMessage, *, how: str
) -> None:
    control = Control(database)
    match how:
        case "answer":
            await control.answer(held, message, ANSWER, turn_id=TURN, now=LATER)
        case "amend":
            await control.amend(held, message, now=LATER)
        case "withdraw":
            await control.withdraw(held, message, now=LATER)
        case "ask":
            request = Request(agent_id=AgentId("agent-1"), kind="handoff", trigger="command")
            await control.ask(
                held,
                message,
                ANSWER,
                request=request,
                session_id=held.session_id,
                turn_id=TURN,
                now=LATER,
            )
        case "undo":
            await control.undo(
                held,
                message,
                lambda _: ANSWER,
                session_id=held.session_id,
                successor=AgentId("agent-back"),
                turn_id=TURN,
                now=LATER,
            )
        case "choose_notices":
            await control.choose_notices(
                held, message, ANSWER, preference="off", turn_id=TURN, now=LATER
            )
        case _:
            await _stop(database, held)


async def _has_an_agent(database: Database, session: SessionId, *, at: datetime) -> None:
    """Give a session a current agent, `agent-0`."""
    await run(
        database,
        "insert into agent (id, trace_id, session_id, person_id, user_id, platform, provider,"
        " agent_type, version, state, history_from, occupied_tokens, peak_tokens, turns, told,"
        " started_at)"
        " select 'agent-' || $2, id, id, person_id, user_id, platform, provider, 'chat', 1,"
        " 'active', 0, 0, 0, 0, 0, $3 from session where id = $1",
        session,
        await value(database, "select count(*)::text from agent"),
        at,
    )
    await run(
        database,
        "update session set agent_id = a.id, updated_at = $2 from agent a"
        " where a.session_id = session.id and session.id = $1",
        session,
        at,
    )


def an_agent_of(held: Claim) -> Agent:
    """An agent that begins a trace of its own in the claim's session."""
    return replace(
        an_agent(state=AgentState.INITIALIZING, occupied_tokens=0),
        agent_id=AgentId("agent-new"),
        trace_id=TraceId("trace-new"),
        session_id=held.session_id,
        person_id=held.person_id,
        turns=0,
    )
