import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from context.fact_finding import facts_in, questions_in
from context.fact_patterns import FactKind
from context.facts import MOST_SOURCES, Fact, Origin, merged
from context.messages import MessageId, PersonId, TraceId, TurnId
from storage.database import Database, driver
from storage.facts import keep_facts, read_facts
from storage.tables.transcript import ContentItemRow
from tests.builders import NOON
from tests.storage.rows import PERSON, SESSION, TRACE, a_met_person, keep
from tests.storage.scenes import rows

HERE, ELSEWHERE = TraceId(TRACE), TraceId("another-trace")
USER, MODEL = Origin.USER, Origin.MODEL


@pytest.fixture(autouse=True)
async def met(database: Database) -> None:
    """Somebody whose facts are kept."""
    await keep(database, *a_met_person())


def said(words: str, *, number: int = 1, origin: Origin = USER) -> tuple[Fact, ...]:
    message_id = MessageId(f"m{number}") if origin is USER else None
    at = NOON + timedelta(minutes=number)
    return facts_in(words, message_id=message_id, said_at=at, origin=origin)


def asked(words: str, *, number: int = 1) -> tuple[Fact, ...]:
    return questions_in(
        words, message_id=None, said_at=NOON + timedelta(minutes=number), origin=MODEL
    )


async def kept(
    database: Database, facts: Sequence[Fact], *, turn: int = 1, trace_id: TraceId = HERE
) -> None:
    """Keep what a turn said, as its end does."""
    async with database.transaction() as connection:
        await connection.execute(text("select 1"))
        await keep_facts(
            await driver(connection),
            session_id=SESSION,
            trace_id=trace_id,
            person_id=PersonId(PERSON),
            turn_id=TurnId(f"turn-{turn}"),
            facts=facts,
        )


async def known(database: Database, *, trace_id: TraceId = HERE) -> tuple[Fact, ...]:
    async with database.transaction() as connection:
        return await read_facts(connection, SESSION, trace_id)


async def turn_stored(database: Database, *, turn: int) -> None:
    """Have a turn leave something in the transcript."""
    await keep(
        database,
        insert(ContentItemRow).values(
            session_id=SESSION,
            position=turn,
            person_id=PERSON,
            agent_id="agent-1",
            turn_id=f"turn-{turn}",
            role="user",
            blocks={"schema": 1, "blocks": []},
            message_ids=[],
            said_at=NOON,
        ),
    )


async def test_what_is_kept_is_read_as_it_was_in_the_order_it_was_said(
    database: Database,
) -> None:
    first = said("Call me Ann. My order 48213 is due on 3 March; “so be it” \\u0000", number=2)
    second = said("I'll pay €20 by then.", number=3, origin=MODEL)
    before = said("A-77", number=1)

    await kept(database, (*first, *second))
    await kept(database, before)

    assert await known(database) == (*before, *first, *second)


async def test_nothing_said_is_nothing_kept(database: Database) -> None:
    await kept(database, ())

    assert await known(database) == ()


async def test_a_row_can_be_found_by_whose_it_is_and_where_it_was_said(
    database: Database,
) -> None:
    await kept(database, said("order 48213"))

    [row] = await rows(
        database, "select kind, person_id, turn_id, source_message_ids, origin from fact"
    )
    assert row == {
        "kind": "identifier",
        "person_id": PERSON,
        "turn_id": "turn-1",
        "source_message_ids": ["m1"],
        "origin": "user",
    }


async def test_another_trace_knows_nothing_of_it(database: Database) -> None:
    await kept(database, said("order 48213"))

    assert await known(database, trace_id=ELSEWHERE) == ()


async def test_keeping_the_same_again_changes_nothing(database: Database) -> None:
    facts = said("Call me Ann. order 48213")
    await kept(database, facts, turn=1)
    before = await rows(database, "select xmin::text, * from fact order by kind")

    await kept(database, facts, turn=2)

    assert await rows(database, "select xmin::text, * from fact order by kind") == before


async def test_the_same_value_twice_in_a_turn_is_one_row(database: Database) -> None:
    facts = (*said("order 48213"), *said("I see order 48213", number=2, origin=MODEL))

    await kept(database, facts)

    assert await known(database) == said("order 48213")


async def test_a_value_gets_its_name_and_further_messages_later(database: Database) -> None:
    await kept(database, said("48213", number=1), turn=1)
    await kept(database, said("order 48213", number=2), turn=2)

    [fact] = await known(database)

    assert (fact.name, fact.message_id, fact.sources) == ("order number", "m1", ("m1", "m2"))


async def test_only_the_first_messages_are_known(database: Database) -> None:
    for number in range(MOST_SOURCES + 3):
        await kept(database, said("A-77", number=number))

    [fact] = await known(database)

    assert fact.sources == tuple(f"m{number}" for number in range(MOST_SOURCES))


async def test_a_value_stated_later_takes_an_earlier_ones_place_and_may_lose_it_again(
    database: Database,
) -> None:
    await kept(database, said("my pin is 1111. Call me Ann.", number=1), turn=1)
    await kept(database, said("my pin is 2222. Call me Anna.", number=2), turn=2)
    once = await known(database)
    await kept(database, said("no, my pin is 1111", number=3), turn=3)
    twice = await known(database)

    assert [fact.value for fact in once if fact.superseded_by is None] == [
        "2222",
        "Call me Anna.",
    ]
    assert [fact.value for fact in twice if fact.superseded_by is None] == [
        "Call me Anna.",
        "1111",
    ]


async def test_the_assistants_words_do_not_become_the_persons(database: Database) -> None:
    await kept(database, said("my order number is 48213", number=1))
    await kept(database, said("Your order number is 48213", number=2, origin=MODEL))

    assert await known(database) == said("my order number is 48213", number=1)


async def test_a_promise_is_settled_by_a_later_turn(database: Database) -> None:
    await kept(database, said("I'll send the report by Friday.", number=1, origin=MODEL))
    await kept(database, said("I've sent the report.", number=2, origin=MODEL))

    [promise] = await known(database)

    assert promise.kind is FactKind.PROMISE
    assert promise.superseded_by == "I've sent the report."


async def test_a_question_is_open_until_the_next_turn(database: Database) -> None:
    await kept(database, asked("Which order?"), turn=1)
    await turn_stored(database, turn=1)
    still_open = await known(database)
    await turn_stored(database, turn=2)
    answered = await known(database)
    await kept(database, asked("Which order?", number=2), turn=2)
    asked_again = await known(database)

    assert [fact.value for fact in still_open] == ["Which order?"]
    assert answered == ()
    assert asked_again == asked("Which order?", number=2)


async def test_what_was_merged_before_may_be_kept_too(database: Database) -> None:
    first = said("my pin is 1111", number=1)
    await kept(database, first, turn=1)

    await kept(database, merged(first, said("my pin is 2222", number=2)), turn=2)

    assert [(fact.value, fact.superseded_by) for fact in await known(database)] == [
        ("1111", "2222"),
        ("2222", None),
    ]


SAYINGS = (
    "my pin is 1111", "my pin is 2222", "pin 3333", "2222", "Call me Ann.", "Call me Anna.",
    "I'll send the report.", "I've sent the report.", "Never use emojis.", "Always use emojis.",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
async def test_a_ledger_says_the_same_as_facts_merged_at_once(
    database: Database, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - chooses words, guards nothing
    told = [
        said(chance.choice(SAYINGS), number=number, origin=chance.choice((USER, USER, MODEL)))
        for number in range(25)
    ]

    for turn, facts in enumerate(told):
        await kept(database, facts, turn=turn)

    at_once = merged((), (fact for facts in told for fact in facts))
    assert {
        (fact.value, fact.origin) for fact in await known(database) if not fact.superseded_by
    } == {
        (fact.value, fact.origin)
        for fact in at_once
        if not fact.superseded_by and fact.kind is not FactKind.SETTLEMENT
    }


@pytest.mark.slow
async def test_two_thousand_facts_are_kept_and_read(database: Database) -> None:
    for turn in range(10):
        many = " ".join(f"A-{turn}{number:03}" for number in range(200))
        await kept(database, said(many, number=turn), turn=turn)

    facts = await known(database)

    assert len(facts) == 2_000
    assert (facts[0].value, facts[-1].value) == ("A-0000", "A-9199")
