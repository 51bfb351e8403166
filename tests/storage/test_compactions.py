from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from context.errors import SessionConflict
from context.messages import AgentId
from context.prompt import StopReason
from context.session import Agent
from storage.chores import Request, ask
from storage.compactions import (
    Compaction,
    Compactions,
    CompactionState,
    Past,
    StoredNotes,
    failures_in_a_row,
    weak_in_a_row,
)
from storage.database import Database
from storage.lanes import Claim, Lane
from storage.ledger import Closing, Ledger, Skipped, Step
from storage.sessions import Opened, Sessions
from tests.builders import NOON, an_agent, an_item
from tests.storage.scenes import HELLO, TURN, claim, lose, rows, turn_begun, value

LATER = NOON + timedelta(minutes=1)
SUMMARY = {"schema_number": 1, "covers_to": 3, "text": "They spoke of lamps."}


def agent_of(held: Claim) -> Agent:
    return replace(
        an_agent(occupied_tokens=160_000),
        session_id=held.session_id,
        person_id=held.person_id,
    )


def a_compaction(
    agent: Agent, number: int = 1, *, state: CompactionState = CompactionState.READY
) -> Compaction:
    return Compaction(
        compaction_id=f"compaction-{number}",
        agent=agent,
        trigger="threshold",
        state=state,
        before_tokens=160_000,
        after_tokens=70_000,
        limit_tokens=200_000,
        seconds=1.5,
        summary=SUMMARY,
    )


async def close(database: Database, turn: Claim, agent: Agent, **more: Any) -> None:  # noqa: ANN401 - the fields of Closing
    """End the turn with that agent."""
    items = tuple(replace(an_item(position), turn_id=TURN) for position in (0, 1))
    step = Step(turn_id=TURN, number=1, stop=StopReason.END_TURN, items=items)
    closing = Closing(turn_id=TURN, agent=agent, step=step, answered=HELLO.message_id)
    await Ledger(database).close(turn, replace(closing, **more), now=NOON)


async def housekeeping(database: Database) -> tuple[Claim, Agent]:
    """A session after a turn, with its maintain lane claimed."""
    turn, _ = await turn_begun(database, HELLO)
    agent = agent_of(turn)
    chore = Request(agent_id=agent.agent_id, kind="compaction", trigger="threshold")
    await close(database, turn, agent, chores=(chore,))
    return await claim(database, turn.session_id, Lane.MAINTAIN), agent


async def opened(database: Database, held: Claim) -> Opened:
    return await Sessions(database).open(held.session_id)


async def test_a_compaction_is_found_by_the_next_turn(database: Database) -> None:
    held, agent = await housekeeping(database)

    await Compactions(database).keep(held, a_compaction(agent), chore_id="1", now=LATER)

    (past,) = (await opened(database, held)).past
    assert past.state is CompactionState.READY
    assert (past.before_tokens, past.after_tokens) == (160_000, 70_000)
    assert past.created_at == LATER
    assert past.summary == SUMMARY


async def test_a_compaction_settles_the_chore_that_asked_for_it(database: Database) -> None:
    held, agent = await housekeeping(database)
    chore_id = await value(database, "select id from chore")

    await Compactions(database).keep(
        held, a_compaction(agent), chore_id=str(chore_id), now=LATER
    )

    assert await value(database, "select state from chore") == "done"


async def test_a_lost_claim_keeps_no_compaction_and_no_notes(database: Database) -> None:
    held, agent = await housekeeping(database)
    await lose(database, held)
    notes = StoredNotes(covers_to=1, document={})

    with pytest.raises(SessionConflict):
        await Compactions(database).keep(held, a_compaction(agent), chore_id="1", now=LATER)
    with pytest.raises(SessionConflict):
        await Compactions(database).keep_notes(held, agent, notes, now=LATER)

    assert await value(database, "select count(*) from compaction") == 0
    assert (await Compactions(database).remembered(agent)).notes is None


async def test_the_turn_that_begins_from_a_compaction_applies_it(database: Database) -> None:
    held, agent = await housekeeping(database)
    store = Compactions(database)
    await store.keep(held, a_compaction(agent), chore_id="1", now=NOON)
    await store.keep(held, a_compaction(agent, 2), chore_id="2", now=LATER)
    turn = await claim(database, held.session_id, now=NOON + timedelta(hours=1))

    swapped = replace(agent, compaction_id="compaction-2", compactions=1)
    await close(database, turn, swapped, step=None)

    states = await rows(database, "select id, state from compaction order by id")
    assert [(row["id"], row["state"]) for row in states] == [
        ("compaction-1", "stale"),
        ("compaction-2", "applied"),
    ]
    found = await opened(database, held)
    assert found.agent == swapped
    assert [past.summary is not None for past in found.past] == [True, False]


async def test_a_skip_is_recorded_with_the_turn(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)
    skipped = Skipped(reason="most_compactions", limit_tokens=200_000)

    await close(database, turn, agent_of(turn), skipped=skipped)

    (row,) = await rows(database, "select state, reason, before_tokens from compaction")
    assert tuple(row.values()) == ("skipped", "most_compactions", 160_000)


async def test_notes_are_replaced_as_they_grow(database: Database) -> None:
    held, agent = await housekeeping(database)
    store = Compactions(database)

    for covers_to in (1, 3):
        notes = StoredNotes(covers_to=covers_to, document={"restated_goal": "a lamp"})
        await store.keep_notes(held, agent, notes, now=LATER)

    assert (await store.remembered(agent)).notes == StoredNotes(
        covers_to=3, document={"restated_goal": "a lamp"}
    )
    assert (await opened(database, held)).noted_to == 3


async def test_the_language_a_person_writes_in_is_remembered(database: Database) -> None:
    turn, _ = await turn_begun(database, HELLO)

    await close(database, turn, agent_of(turn), language="de")

    assert (await opened(database, turn)).language == "de"


async def test_a_chore_that_waits_is_not_asked_for_twice(database: Database) -> None:
    held, agent = await housekeeping(database)
    request = Request(agent_id=agent.agent_id, kind="compaction", trigger="threshold")
    other = replace(request, agent_id=AgentId("another"))

    async with database.hot() as connection:
        assert not await ask(connection, held.session_id, request, now=LATER)
        assert await ask(connection, held.session_id, other, now=LATER)


def past(*states: CompactionState) -> tuple[Past, ...]:
    return tuple(
        Past(
            compaction_id=str(number),
            state=state,
            before_tokens=2,
            after_tokens=1,
            reason=None,
            created_at=NOON,
        )
        for number, state in enumerate(states)
    )


def test_failures_count_until_the_latest_success() -> None:
    failed, skipped, applied = (
        CompactionState.FAILED,
        CompactionState.SKIPPED,
        CompactionState.APPLIED,
    )

    assert len(failures_in_a_row(past(failed, skipped, failed, applied, failed))) == 2
    assert failures_in_a_row(past(applied, failed)) == ()


def test_weak_ones_count_until_one_that_was_not() -> None:
    weak, failed, applied = (
        CompactionState.WEAK,
        CompactionState.FAILED,
        CompactionState.APPLIED,
    )

    assert weak_in_a_row(past(weak, failed, weak, applied, weak)) == 2
    assert weak_in_a_row(past(applied, weak)) == 0
