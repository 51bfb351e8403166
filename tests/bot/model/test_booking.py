"""Calls in the book: before, after, and when a turn is cancelled in between."""

import asyncio
from datetime import timedelta

import pytest

from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_answer import Answer, Stalled
from bot.emulator.servers.model_request import TextBlock
from bot.model.booking import BookedCalls
from bot.model.claude import Claude
from bot.model.windows import DEFAULT_MODEL
from context.calls import CallOutcome
from context.errors import StoreUnavailable
from context.usage import Usage
from tests.bot.model.book import ERRAND, Book
from tests.bot.model.prompts import a_prompt
from tests.bot.model.waiting import until
from tests.clock import NOON, ManualClock

STALLED = Answer(content=(TextBlock(text="Half of what there is to say"),), ending=Stalled())


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def calls(book: Book, clock: ManualClock) -> BookedCalls:
    return BookedCalls(book, clock=clock)


async def test_an_answer_is_booked_with_its_errand_times_and_usage(
    *, calls: BookedCalls, claude: Claude, model_api: ModelApi, book: Book
) -> None:
    model_api.script(Answer.saying("Shipped."))

    answer = await calls.answer(claude, a_prompt(), ERRAND)

    (row,) = book.rows
    assert answer.text == "Shipped."
    assert (row.call.errand, row.call.model, row.outcome) == (
        ERRAND,
        DEFAULT_MODEL,
        CallOutcome.ANSWERED,
    )
    assert row.usage == answer.usage != Usage()
    assert row.call.started_at == row.ended_at == NOON


async def test_cancelling_a_call_books_it_as_cancelled(
    *, calls: BookedCalls, claude: Claude, model_api: ModelApi, book: Book
) -> None:
    model_api.script(STALLED)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        turn = group.create_task(calls.answer(claude, a_prompt(), ERRAND))
        await until(lambda: model_api.bill.calls)
        turn.cancel()

    assert turn.cancelled()
    assert book.outcomes == [(DEFAULT_MODEL, CallOutcome.CANCELLED)]


async def test_cancelling_a_call_while_the_book_is_out_of_reach_still_cancels(
    *, calls: BookedCalls, claude: Claude, model_api: ModelApi, book: Book
) -> None:
    model_api.script(STALLED)
    book.refused = {"end"}

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        turn = group.create_task(calls.answer(claude, a_prompt(), ERRAND))
        await until(lambda: model_api.bill.calls)
        turn.cancel()

    assert turn.cancelled()
    assert book.outcomes == [(DEFAULT_MODEL, CallOutcome.STARTED)]


async def test_an_answer_that_is_being_booked_when_the_turn_is_cancelled_is_booked(
    calls: BookedCalls, claude: Claude, book: Book
) -> None:
    book.is_open.clear()

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        turn = group.create_task(calls.answer(claude, a_prompt(), ERRAND))
        await book.is_asked.wait()
        turn.cancel()
        await asyncio.sleep(0)
        book.is_open.set()

    assert turn.cancelled()
    assert book.outcomes == [(DEFAULT_MODEL, CallOutcome.ANSWERED)]


async def test_a_second_cancellation_does_not_wait_for_the_book(
    *, calls: BookedCalls, claude: Claude, model_api: ModelApi, book: Book
) -> None:
    model_api.script(STALLED)
    book.is_open.clear()

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        turn = group.create_task(calls.answer(claude, a_prompt(), ERRAND))
        await until(lambda: model_api.bill.calls)
        while not turn.done():
            turn.cancel()
            await asyncio.sleep(0)

    assert book.outcomes == [(DEFAULT_MODEL, CallOutcome.STARTED)]


async def test_a_book_that_does_not_answer_holds_a_cancellation_up_for_a_moment_only(
    *, claude: Claude, model_api: ModelApi, book: Book, clock: ManualClock
) -> None:
    model_api.script(STALLED)
    book.is_open.clear()
    calls = BookedCalls(book, clock=clock, last_moment=timedelta(milliseconds=10))

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        turn = group.create_task(calls.answer(claude, a_prompt(), ERRAND))
        await until(lambda: model_api.bill.calls)
        turn.cancel()

    assert turn.cancelled()
    assert book.outcomes == [(DEFAULT_MODEL, CallOutcome.STARTED)]


async def test_an_answer_that_cannot_be_booked_is_not_given(
    calls: BookedCalls, claude: Claude, book: Book
) -> None:
    book.refused = {"end"}

    with pytest.raises(StoreUnavailable):
        await calls.answer(claude, a_prompt(), ERRAND)


async def test_a_call_that_cannot_be_booked_is_not_made(
    *, calls: BookedCalls, claude: Claude, model_api: ModelApi, book: Book
) -> None:
    book.refused = {"begin"}

    with pytest.raises(StoreUnavailable):
        await calls.answer(claude, a_prompt(), ERRAND)

    assert not model_api.requests
