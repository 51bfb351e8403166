from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from context.categories import Trigger
from context.errors import SessionConflict
from context.handoff import HandoffDocument
from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId
from context.prompt import StopReason
from context.session import Agent
from storage.database import Database
from storage.handing_over import Handoff
from storage.lanes import Claim
from storage.ledger import Closing, Ledger, Step
from storage.sessions import Sessions
from tests.builders import NOON, a_document, an_agent, an_item
from tests.storage.scenes import (
    HELLO,
    TURN,
    a_reply,
    everything,
    lose,
    rows,
    turn_begun,
    value,
)

LATER = NOON + timedelta(minutes=1)


def agent_of(held: Claim, *, version: int = 1) -> Agent:
    """One agent of the trace of a claim's session."""
    return replace(
        an_agent(version=version, occupied_tokens=180_000 if version == 1 else 0),
        session_id=held.session_id,
        person_id=held.person_id,
        began_from=f"handoff-{version - 1}" if version > 1 else None,
        history_from=2 * (version - 1),
        state=AgentState.ACTIVE,
    )


def a_handoff(held: Claim, number: int = 1, *, forced: bool = False) -> Handoff:
    """The agent of that version hands over to the next."""
    ended = replace(agent_of(held, version=number), state=AgentState.HANDOFF_COMPLETE)
    return Handoff(
        handoff_id=f"handoff-{number}",
        sequence=number,
        document=a_document(agent=ended),
        summary="Agent 1 ended\x00: where is order 48213?",
        reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
        limit_tokens=200_000,
        ended=ended,
        successor=agent_of(held, version=number + 1),
        forced=forced,
        trigger=Trigger.ROTATION_THRESHOLD if forced else Trigger.CRITICAL_THRESHOLD,
    )


def a_closing(held: Claim, handoff: Handoff) -> Closing:
    """The end of a turn, and of its agent."""
    items = tuple(replace(an_item(position), turn_id=TURN) for position in (0, 1))
    return Closing(
        turn_id=TURN,
        agent=agent_of(held),
        step=Step(turn_id=TURN, number=1, stop=StopReason.END_TURN, items=items),
        answered=HELLO.message_id,
        spoken=(a_reply(),),
        handoff=handoff,
    )


async def test_a_turn_may_end_with_a_handoff(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)
    handoff = a_handoff(turn)

    await Ledger(database).close(turn, a_closing(turn, handoff), now=LATER)

    opened = await Sessions(database).open(turn.session_id)
    assert opened.agent == handoff.successor
    assert opened.document == handoff.document.model_dump(mode="json")
    assert opened.items == ()
    assert opened.next_position == 2


async def test_the_stored_document_is_read_as_it_was_made(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)
    handoff = a_handoff(turn)
    await Ledger(database).close(turn, a_closing(turn, handoff), now=LATER)

    opened = await Sessions(database).open(turn.session_id)

    assert HandoffDocument.model_validate(opened.document) == handoff.document


async def test_the_agent_that_gave_way_has_ended(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)

    await Ledger(database).close(turn, a_closing(turn, a_handoff(turn)), now=LATER)

    assert await rows(
        database,
        "select version, state, termination_reason, ended_at from agent order by version",
    ) == [
        {
            "version": 1,
            "state": "handoff_complete",
            "termination_reason": "context_window_exhausted",
            "ended_at": LATER,
        },
        {"version": 2, "state": "active", "termination_reason": None, "ended_at": None},
    ]


async def test_a_handoff_is_kept_with_what_operators_ask_for(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)

    await Ledger(database).close(turn, a_closing(turn, a_handoff(turn)), now=LATER)

    [kept] = await rows(
        database,
        "select sequence, agent_version, agent_id, total_tokens, context_window_limit,"
        " termination_reason, summary, created_at,"
        " words @@ plainto_tsquery('simple', '48213') as found from agent_handoff",
    )
    assert kept == {
        "sequence": 1,
        "agent_version": 1,
        "agent_id": "agent-1",
        "total_tokens": 180_000,
        "context_window_limit": 200_000,
        "termination_reason": "context_window_exhausted",
        "summary": "Agent 1 ended: where is order 48213?",
        "created_at": LATER,
        "found": True,
    }


async def test_a_trace_has_one_active_handoff_and_each_knows_its_neighbours(
    database: Database,
) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)

    for number in (1, 2, 3):
        await ledger.hand_off(turn, TURN, handoff=a_handoff(turn, number), spoken=(), now=LATER)

    assert [
        tuple(row.values())
        for row in await rows(
            database,
            "select id, predecessor_handoff_id, successor_handoff_id, active"
            " from agent_handoff order by sequence",
        )
    ] == [
        ("handoff-1", None, "handoff-2", False),
        ("handoff-2", "handoff-1", "handoff-3", False),
        ("handoff-3", "handoff-2", None, True),
    ]


async def test_a_handoff_in_the_middle_leaves_the_turn_open(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)
    handoff = a_handoff(turn)

    await Ledger(database).hand_off(turn, TURN, handoff=handoff, spoken=(a_reply(),), now=LATER)

    assert await Sessions(database).current(turn.session_id) == handoff.successor
    assert await value(database, "select state from inbox") == "taken"
    assert await rows(database, "select turn_id, agent_id from outbox") == [
        {"turn_id": TURN, "agent_id": "agent-1"}
    ]


@pytest.mark.parametrize(("forced", "rotations"), [(False, []), (True, [180_000])])
async def test_only_a_forced_handoff_is_a_rotation(
    database: Database, *, forced: bool, rotations: list[int]
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    handoff = a_handoff(turn, forced=forced)

    await Ledger(database).hand_off(turn, TURN, handoff=handoff, spoken=(), now=LATER)

    found = await rows(
        database,
        "select occupied_tokens from rotation where handoff_id = 'handoff-1'"
        " and old_agent_id = 'agent-1' and new_agent_id = 'agent-2'"
        " and context_window_limit = 200000",
    )
    assert [row["occupied_tokens"] for row in found] == rotations


async def test_a_handoff_is_committed_once(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)
    await ledger.hand_off(turn, TURN, handoff=a_handoff(turn), spoken=(), now=NOON)
    before = await everything(database)
    again = replace(a_handoff(turn), handoff_id="another")

    with pytest.raises(IntegrityError, match="agent_handoff_trace"):
        await ledger.hand_off(turn, TURN, handoff=again, spoken=(), now=LATER)

    assert await everything(database) == before


async def test_no_two_agents_of_a_trace_share_a_version(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)
    handoff = a_handoff(turn)
    twin = replace(handoff.successor, agent_id=AgentId("twin"), version=1)

    with pytest.raises(IntegrityError, match="agent_trace"):
        await ledger.hand_off(
            turn, TURN, handoff=replace(handoff, successor=twin), spoken=(), now=LATER
        )


async def test_a_lost_claim_hands_nothing_over(database: Database) -> None:
    ledger = Ledger(database)
    turn, _ = await turn_begun(database, HELLO)
    await lose(database, turn)
    before = await everything(database)

    with pytest.raises(SessionConflict):
        await ledger.hand_off(
            turn, TURN, handoff=a_handoff(turn), spoken=(a_reply(),), now=LATER
        )
    with pytest.raises(SessionConflict):
        await ledger.close(turn, a_closing(turn, a_handoff(turn)), now=LATER)

    assert await everything(database) == before


@pytest.mark.slow
async def test_a_huge_document_is_kept_too(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)
    said = " ".join(f"{number:x}-{number:o}" for number in range(120_000))
    huge = a_handoff(turn).document.model_copy(update={"conversation_summary": said})

    await Ledger(database).hand_off(
        turn, TURN, handoff=replace(a_handoff(turn), document=huge), spoken=(), now=LATER
    )

    opened = await Sessions(database).open(turn.session_id)
    assert opened.document is not None
    assert opened.document["conversation_summary"] == said


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b"])
async def test_what_postgres_cannot_keep_of_a_document_is_left_out(
    database: Database, name: str
) -> None:
    turn, _ = await turn_begun(database, HELLO)
    handoff = a_handoff(turn)
    document = handoff.document.model_copy(update={"project_id": name})

    await Ledger(database).hand_off(
        turn, TURN, handoff=replace(handoff, document=document), spoken=(), now=LATER
    )

    stored = await value(database, "select document->>'project_id' from agent_handoff")
    assert stored == await value(database, "select project_id from agent_handoff") == "ab"
