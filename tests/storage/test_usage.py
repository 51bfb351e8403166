from datetime import timedelta

from context.calls import CallOutcome
from context.usage import Usage
from storage.database import Database
from storage.usage import UsageBook
from tests.builders import NOON, a_model_call, an_inbound
from tests.storage.scenes import rows, turn_begun

LATER = NOON + timedelta(seconds=3)


async def test_a_call_is_booked_before_it_is_made(database: Database) -> None:
    await turn_begun(database, an_inbound())
    call = a_model_call()

    await UsageBook(database).begin(call)

    assert await rows(database, "select * from model_usage") == [
        {
            "call_id": call.call_id,
            "person_id": call.errand.person_id,
            "session_id": call.errand.session_id,
            "agent_id": call.errand.agent_id,
            "turn_id": call.errand.turn_id,
            "purpose": "reply",
            "model": call.model,
            "outcome": "started",
            "input_tokens": None,
            "cache_read_tokens": None,
            "cache_write_tokens": None,
            "output_tokens": None,
            "started_at": call.started_at,
            "ended_at": None,
        }
    ]


async def test_a_call_that_ended_shows_what_it_cost(database: Database) -> None:
    book = await _a_book(database)
    await book.begin(a_model_call())
    usage = Usage(input_tokens=1, cache_read_tokens=2, cache_write_tokens=3, output_tokens=4)

    await book.end("call-1", outcome=CallOutcome.ANSWERED, usage=usage, ended_at=LATER)

    assert await _booked(database) == ("answered", 1, 2, 3, 4, LATER)


async def test_the_cost_of_a_call_without_usage_stays_unknown(database: Database) -> None:
    book = await _a_book(database)
    await book.begin(a_model_call())

    await book.end("call-1", outcome=CallOutcome.CANCELLED, usage=None, ended_at=LATER)

    assert await _booked(database) == ("cancelled", None, None, None, None, LATER)


async def test_the_same_call_is_booked_once(database: Database) -> None:
    book = await _a_book(database)
    await book.begin(a_model_call())
    await book.end("call-1", outcome=CallOutcome.BUSY, usage=None, ended_at=LATER)

    await book.begin(a_model_call())

    assert await _booked(database) == ("busy", None, None, None, None, LATER)


async def test_the_end_of_one_call_says_nothing_of_another(database: Database) -> None:
    book = await _a_book(database)
    await book.begin(a_model_call())

    await book.end("call-2", outcome=CallOutcome.ANSWERED, usage=Usage(), ended_at=LATER)

    assert await _booked(database) == ("started", None, None, None, None, None)


async def test_nothing_is_booked_for_a_turn_that_is_no_longer_there(
    database: Database,
) -> None:
    await UsageBook(database).begin(a_model_call())

    assert await rows(database, "select * from model_usage") == []


async def _a_book(database: Database) -> UsageBook:
    """The book, with the turn begun that the usual call is for."""
    await turn_begun(database, an_inbound())
    return UsageBook(database)


async def _booked(database: Database) -> tuple[object, ...]:
    [row] = await rows(
        database,
        "select outcome, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens,"
        " ended_at from model_usage",
    )
    return tuple(row.values())
