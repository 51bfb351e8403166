"""Agents that nobody writes to."""

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.watch import Watch
from storage.chores import Chores
from storage.day_totals import DayTotals
from tests.bot.chat import Chat, a_message, says
from tests.bot.cleaning import a_cleaning
from tests.storage.scenes import rows, run, value

HOUR = timedelta(hours=1)


def watch(chat: Chat, *, idle_timeout: timedelta | None = HOUR) -> Watch:
    return Watch(
        chores=Chores(chat.database),
        totals=DayTotals(chat.database),
        cleaning=a_cleaning(chat.database),
        clock=chat.clock,
        idle_timeout=idle_timeout,
    )


async def test_an_idle_agent_hands_over_and_its_person_is_not_bothered(chat: Chat) -> None:
    chat.api.script(says("Noted."))
    message = a_message("My order is BX-48213-A.")
    await chat.tell(message)
    chat.clock.advance(2 * HOUR)

    await watch(chat).look()
    said = await chat.go_on(message)

    assert said == []
    assert await chat.agents() == [(1, "handoff_complete"), (2, "initializing")]
    assert await value(chat.database, "select termination_reason from agent_handoff") == (
        "idle_timeout"
    )
    assert await value(chat.database, "select count(*) from rotation") == 0


async def test_an_agent_that_was_written_to_is_left_alone(chat: Chat) -> None:
    await chat.tell(a_message())
    chat.clock.advance(HOUR / 2)

    await watch(chat).look()

    assert await rows(chat.database, "select id from chore") == []


async def test_an_idle_agent_is_asked_once(chat: Chat) -> None:
    await chat.tell(a_message())
    chat.clock.advance(2 * HOUR)

    await watch(chat).look()
    await watch(chat).look()

    assert await value(chat.database, "select count(*) from chore") == 1


async def test_a_successor_that_has_answered_nothing_is_not_idle(chat: Chat) -> None:
    message = a_message()
    await chat.tell(message)
    chat.clock.advance(2 * HOUR)
    await watch(chat).look()
    await chat.go_on(message)
    chat.clock.advance(2 * HOUR)

    await watch(chat).look()

    assert await value(chat.database, "select count(*) from agent") == 2
    assert await value(chat.database, "select count(*) from chore where state = 'pending'") == 0


async def test_without_a_timeout_nobody_is_idle(chat: Chat) -> None:
    await chat.tell(a_message())
    chat.clock.advance(1000 * HOUR)

    await watch(chat, idle_timeout=None).look()

    assert await rows(chat.database, "select id from chore") == []


async def test_work_that_does_not_end_is_reported(chat: Chat) -> None:
    await chat.tell(a_message())
    chat.clock.advance(2 * HOUR)
    await watch(chat).look()
    chat.clock.advance(timedelta(minutes=11))

    with capture_logs() as logged:
        await watch(chat).look()

    assert [one["event"] for one in logged] == ["chores.stuck"]


async def test_days_that_are_over_are_folded(chat: Chat) -> None:
    chat.api.script(says("Noted."))
    await chat.tell(a_message("My order is BX-48213-A."))
    chat.clock.advance(2 * HOUR)
    await watch(chat).look()
    await chat.go_on(a_message("My order is BX-48213-A."))
    chat.clock.advance(48 * HOUR)

    await watch(chat, idle_timeout=None).look()

    assert (
        await value(chat.database, "select sum(number) from day_total where figure = 'tokens'")
        == 1
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A handoff's file."""
    path = tmp_path / "handoff-1.md"
    path.write_text("secret words")
    return path


def is_there(file: Path) -> bool:
    return file.exists()


async def test_what_is_to_go_is_cleaned_up(chat: Chat, file: Path) -> None:
    """Files of people who were erased elsewhere, among others."""
    due = "insert into erased_file values ($1, $2)"
    await run(chat.database, due, str(file), chat.clock.now())

    await watch(chat).look()

    assert not is_there(file)
