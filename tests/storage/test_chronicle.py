"""What a person is told of what became of their context window."""

from context.history import HandedOver, TidiedUp
from context.lifecycle import TerminationReason
from context.messages import AgentId
from storage.chronicle import Beginning, Chronicle
from storage.database import Database
from storage.undo import take_back
from tests.storage.lines import LIMIT, Line, a_line
from tests.storage.scenes import HELLO, arrive, run

WISH = TerminationReason.USER_REQUEST


async def back(database: Database, line: Line) -> None:
    async with database.hot() as connection, connection.transaction():
        await take_back(
            connection,
            line.session,
            successor=AgentId("agent-back"),
            trigger="command",
            now=line.now,
        )


async def test_what_happened_is_told_latest_first(database: Database) -> None:
    line = await a_line(database)
    await line.compact()
    tidied_at = line.now
    await line.hand_over(probe_score=0.98)

    events = await Chronicle(database).happened(line.session, most=10)

    assert events == (
        HandedOver(
            at=line.now,
            version=1,
            successor=2,
            reason=WISH,
            occupied_tokens=180_000,
            limit_tokens=LIMIT,
            probe_score=0.98,
        ),
        TidiedUp(at=tidied_at, version=1, before_tokens=180_000, after_tokens=45_000),
    )


async def test_what_was_not_swapped_in_did_not_happen(database: Database) -> None:
    line = await a_line(database)
    await line.compact(state="ready")
    await line.compact(state="skipped", reason="too_soon")

    assert await Chronicle(database).happened(line.session, most=10) == ()


async def test_only_the_latest_of_what_happened_is_told(database: Database) -> None:
    line = await a_line(database)
    for _ in range(3):
        await line.compact()
        await line.hand_over()

    events = await Chronicle(database).happened(line.session, most=3)

    assert [event.version for event in events] == [3, 3, 2]


async def test_who_took_over_first_is_told_even_after_an_undo(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()
    await line.hand_over()
    await back(database, line)

    events = await Chronicle(database).happened(line.session, most=10)

    assert [event.successor for event in events if isinstance(event, HandedOver)] == [3, 2]


async def test_what_led_here_is_what_the_agent_began_from(database: Database) -> None:
    line = await a_line(database)
    await line.compact()
    await line.hand_over()
    await line.say("Go on", occupied_tokens=100_000)
    await line.compact()

    tidied, handed_over = await Chronicle(database).led_here(line.session)

    assert tidied == TidiedUp(
        at=line.now, version=2, before_tokens=100_000, after_tokens=25_000
    )
    assert isinstance(handed_over, HandedOver)
    assert (handed_over.version, handed_over.successor) == (1, 2)


async def test_an_agent_that_is_back_answers_because_of_what_the_earlier_one_began_from(
    database: Database,
) -> None:
    line = await a_line(database)
    await line.hand_over()
    await line.say("Go on", occupied_tokens=100_000)
    await line.compact()
    await line.hand_over()
    await back(database, line)

    tidied, handed_over = await Chronicle(database).led_here(line.session)

    assert tidied.version == 4
    assert isinstance(handed_over, HandedOver)
    assert (handed_over.version, handed_over.successor) == (1, 4)


async def test_a_first_agent_began_from_nothing(database: Database) -> None:
    line = await a_line(database)
    chronicle = Chronicle(database)

    assert await chronicle.led_here(line.session) == ()
    assert await chronicle.beginning(line.session) is None


async def test_what_an_agent_began_from_comes_with_its_document(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()

    beginning = await Chronicle(database).beginning(line.session)

    assert isinstance(beginning, Beginning)
    assert beginning.handoff.successor == 2
    assert "original_request" in beginning.document


async def test_a_new_start_has_no_past(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()
    await run(
        database,
        "update agent set trace_id = 'trace-new', began_from = null where version = 2",
    )

    assert await Chronicle(database).happened(line.session, most=10) == ()
    assert await Chronicle(database).beginning(line.session) is None


async def test_a_session_without_an_agent_has_no_past(database: Database) -> None:
    session = await arrive(database, HELLO)

    assert await Chronicle(database).happened(session, most=10) == ()
