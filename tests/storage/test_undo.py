"""Taking a handoff back: the earlier agent's context is current again, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId, TraceId
from context.usage import estimated_block_tokens
from storage.chores import Request, ask
from storage.control import Control
from storage.database import Database
from storage.lanes import Lane, Lanes
from storage.outbox import Spoken
from storage.sessions import Sessions
from storage.undo import Kept, Undo, Undone, take_back
from tests.builders import NOON, a_text, an_inbound
from tests.storage.conftest import Interrupts
from tests.storage.lines import Line, a_line
from tests.storage.scenes import (
    HELLO,
    TURN,
    a_command,
    a_reply,
    arrive,
    claim,
    everything,
    rows,
    run,
    turn_begun,
    value,
)

LATER = NOON + timedelta(hours=1)
FULL = TerminationReason.CONTEXT_WINDOW_EXHAUSTED


async def undo(
    database: Database, line: Line, *, as_agent: str = "agent-back"
) -> Undone | None:
    """Take back the latest handoff, as a command does."""
    async with database.hot() as connection, connection.transaction():
        return await take_back(
            connection, line.session, successor=AgentId(as_agent), trigger="command", now=LATER
        )


async def test_the_earlier_agents_context_becomes_current_again(database: Database) -> None:
    line = await a_line(database)
    first = await line.current()
    await line.hand_over()
    await line.say("And where is it?", "On its way.")

    undone = await undo(database, line)

    assert isinstance(undone, Undone)
    assert undone.version == 1
    opened = await Sessions(database).open(line.session)
    assert opened.agent is not None
    assert opened.agent == replace(
        first,
        agent_id=AgentId("agent-back"),
        version=3,
        state=AgentState.INITIALIZING,
        parent_id=AgentId("agent-2"),
        occupied_tokens=opened.agent.occupied_tokens,
        peak_tokens=opened.agent.occupied_tokens,
        turns=0,
        started_at=LATER,
    )
    assert opened.document is None
    assert [item.position for item in opened.items] == [0, 1, 2, 3]


async def test_the_agent_that_is_replaced_ends_by_the_persons_wish(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()

    await undo(database, line)

    assert await rows(
        database,
        "select state, termination_reason, ended_at from agent where id = 'agent-2'",
    ) == [{"state": "terminated", "termination_reason": "user_request", "ended_at": LATER}]


async def test_its_document_is_active_no_more_and_the_one_before_is_again(
    database: Database,
) -> None:
    line = await a_line(database)
    await line.hand_over()
    await line.say("Go on")
    await line.hand_over()

    await undo(database, line)

    assert await rows(
        database,
        "select sequence, active, successor_handoff_id from agent_handoff order by sequence",
    ) == [
        {"sequence": 1, "active": True, "successor_handoff_id": None},
        {"sequence": 2, "active": False, "successor_handoff_id": None},
    ]


async def test_the_successor_follows_the_line_that_goes_on(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()
    await line.hand_over()
    await undo(database, line, as_agent="agent-4")

    await line.hand_over()

    assert await rows(
        database,
        "select id, active, predecessor_handoff_id as before, successor_handoff_id as after"
        " from agent_handoff order by sequence",
    ) == [
        {"id": "handoff-1", "active": False, "before": None, "after": "handoff-4"},
        {"id": "handoff-2", "active": False, "before": "handoff-1", "after": None},
        {"id": "handoff-4", "active": True, "before": "handoff-1", "after": None},
    ]


@pytest.mark.parametrize("deeds", ["hhuu", "huhu", "hhuhuu", "hhhuuhuu", "huu", "hsuhsuu"])
async def test_undoing_is_the_reverse_of_handing_over(database: Database, deeds: str) -> None:
    """However often either is done: contexts are a stack of what agents began with."""
    line = await a_line(database)
    agent = await line.current()
    stack = [(agent.began_from, agent.history_from)]

    for number, deed in enumerate(deeds):
        if deed == "h":
            await line.hand_over()
            agent = await line.current()
            stack.append((agent.began_from, agent.history_from))
        elif deed == "s":
            await line.say("Hm", "Yes")
        else:
            undone = await undo(database, line, as_agent=f"agent-back-{number}")
            assert (undone is None) == (len(stack) == 1)
            stack = stack[:-1] or stack

        agent = await line.current()
        assert (agent.began_from, agent.history_from) == stack[-1]
        assert await _at_work(database) == [agent.agent_id]
        assert await _active(database) == [agent.began_from] * (len(stack) > 1)


async def test_where_no_agent_was_before_nothing_changes(database: Database) -> None:
    line = await a_line(database)
    before = await everything(database)

    assert await undo(database, line) is None
    assert await everything(database) == before


async def test_where_nothing_was_said_nothing_changes(database: Database) -> None:
    line = Line(database, await arrive(database, HELLO))

    assert await undo(database, line) is None


async def test_nothing_that_was_stored_is_lost(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()
    await line.say("And where is it?", "On its way.")
    kept = "select * from content_item order by position"
    said = await rows(database, kept)

    await undo(database, line)

    assert await rows(database, kept) == said
    assert await value(database, "select count(*) from agent") == 3
    assert await value(database, "select count(*) from agent_handoff") == 1


async def test_what_was_said_since_is_counted_on_top_of_what_the_window_held(
    database: Database,
) -> None:
    line = await a_line(database)
    await line.say(occupied_tokens=100_000)
    await line.hand_over()
    await line.say("And where is it?", "On its way.", occupied_tokens=20_000)

    await undo(database, line)

    added = sum(
        estimated_block_tokens([a_text(text)], bytes_per_token=3)
        for text in ("And where is it?", "On its way.")
    )
    assert (await line.current()).occupied_tokens == 100_000 + added


async def test_a_summary_the_earlier_agent_began_with_is_used_again(database: Database) -> None:
    line = await a_line(database)
    compaction = await line.compact()
    await line.hand_over()

    await undo(database, line)

    opened = await Sessions(database).open(line.session)
    assert opened.agent is not None
    assert opened.agent.compaction_id == compaction
    assert [one.summary for one in opened.past] == [{"covers_to": 1}]


async def test_notes_of_the_earlier_agent_go_along(database: Database) -> None:
    line = await a_line(database)
    await run(
        database,
        "insert into notes select 'agent-1', id, person_id, 1, '{}', $1 from session",
        NOON,
    )
    await line.hand_over()

    await undo(database, line)

    assert (await Sessions(database).open(line.session)).noted_to == 1
    assert await value(database, "select count(*) from notes") == 2


async def test_what_was_made_for_the_agents_next_turn_is_late(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()
    await line.compact(state="ready")

    await undo(database, line)

    assert await value(database, "select state from compaction") == "stale"


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        (FULL, ["compaction"]),
        (TerminationReason.FORCED_ROTATION, ["compaction"]),
        (TerminationReason.USER_REQUEST, []),
        (TerminationReason.IDLE_TIMEOUT, []),
    ],
)
async def test_an_agent_that_gave_way_because_it_was_full_is_tidied_up(
    database: Database, reason: TerminationReason, asked: list[str]
) -> None:
    line = await a_line(database)
    await line.hand_over(reason=reason)

    await undo(database, line)

    chores = await rows(database, "select kind, agent_id, lane, address from chore")
    assert [chore["kind"] for chore in chores] == asked
    assert all(chore["agent_id"] == "agent-back" for chore in chores)


async def test_a_handoff_that_is_only_asked_for_is_not_made(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()
    await _ask_for_handoff(database, line)

    undone = await undo(database, line)

    assert isinstance(undone, Undone)
    assert undone.version == 2
    assert (await line.current()).version == 2
    assert await value(database, "select state from chore") == "done"


async def test_a_turn_at_work_goes_on_under_the_agent_that_is_back(
    database: Database, interrupts: Interrupts
) -> None:
    line = await a_line(database)
    await line.hand_over()
    turn, mail = await turn_begun(database, an_inbound(number=2))

    await undo(database, line)

    assert await interrupts.next() == line.session
    assert not await Lanes(database).renew(turn, until=LATER)
    assert await rows(database, "select state from inbox where turn_id = $1", mail.turn_id) == [
        {"state": "taken"}
    ]


async def test_a_command_takes_back_and_says_so(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()
    command = a_command("handoff")
    held = await claim(database, await arrive(database, command), Lane.CONTROL)
    heard: list[Undone | None] = []

    def answer(undone: Undone | None) -> tuple[Spoken, ...]:
        heard.append(undone)
        return (a_reply(text="Taken back"),)

    await Control(database).undo(
        held,
        command,
        answer,
        session_id=line.session,
        successor=AgentId("agent-back"),
        turn_id=TURN,
        now=LATER,
    )

    assert [one.version for one in heard if one is not None] == [1]
    assert (await line.current()).agent_id == "agent-back"
    assert await value(
        database, "select state from inbox where id = $1", command.message_id
    ) == ("answered")
    assert await value(database, "select body from outbox") == "Taken back"


async def test_an_operator_takes_a_trace_back(
    database: Database, interrupts: Interrupts
) -> None:
    line = await a_line(database)
    trace = (await line.current()).trace_id
    await line.hand_over(reason=FULL)
    await turn_begun(database, an_inbound(number=2))

    undone = await Undo(database).of_trace(trace, now=LATER)

    assert isinstance(undone, Undone)
    assert undone.version == 1
    assert await interrupts.next() == line.session
    assert (await line.current()).version == 3
    assert await value(
        database, "select termination_reason from agent where id = 'agent-2'"
    ) == ("admin_request")
    assert await value(database, "select trigger from chore") == "admin"


async def test_an_operator_is_told_why_a_trace_stays_as_it_is(database: Database) -> None:
    line = await a_line(database)
    agent = await line.current()
    undo = Undo(database)

    unknown = await undo.of_trace(TraceId("trace-unknown"), now=LATER)
    first = await undo.of_trace(agent.trace_id, now=LATER)
    await line.hand_over()
    await run(database, "update session set agent_id = null")
    left = await undo.of_trace(agent.trace_id, now=LATER)

    assert (unknown, first, left) == (Kept.UNKNOWN, Kept.FIRST, Kept.LEFT)


async def test_a_trace_that_was_left_for_a_new_one_is_not_taken_back(
    database: Database,
) -> None:
    line = await a_line(database)
    await line.hand_over()
    await run(database, "update agent set trace_id = 'trace-left' where version = 1")

    assert await Undo(database).of_trace(TraceId("trace-left"), now=LATER) is Kept.LEFT


async def _ask_for_handoff(database: Database, line: Line) -> None:
    agent = await line.current()
    wish = Request(agent_id=agent.agent_id, kind="handoff", trigger="command")
    async with database.hot() as connection, connection.transaction():
        await ask(connection, line.session, wish, now=LATER)


async def _at_work(database: Database) -> list[object]:
    """The agents that have not ended."""
    found = await rows(database, "select id from agent where ended_at is null")
    return [row["id"] for row in found]


async def _active(database: Database) -> list[object]:
    """The handoffs that are active."""
    found = await rows(database, "select id from agent_handoff where active")
    return [row["id"] for row in found]
