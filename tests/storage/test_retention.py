"""Transcripts past their time go; what a prompt needs, what waits and what was made stay."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from context.messages import SessionId
from storage.database import Database
from storage.ledger import Ledger
from storage.retention import Retention
from storage.sessions import Sessions
from storage.tables.row import NAMES
from tests.builders import NOON, an_inbound
from tests.storage.files import a_message_line, bring_in
from tests.storage.lines import Line, a_line
from tests.storage.pasts import say
from tests.storage.rows import keep
from tests.storage.scenes import ADA, TURN, a_reply, arrive, claim, everything, rows, run, value
from tests.storage.scenes import said as said_in

DAY = timedelta(days=1)


async def pruned(database: Database, session: SessionId, *, days_later: int = 100) -> int:
    """Prune what is older than ninety days, so many days after noon."""
    now = NOON + days_later * DAY
    return await Retention(database).prune(session, before=now - 90 * DAY)


async def a_silent_line(database: Database) -> Line:
    """A direct chat in which nothing waits."""
    line = await a_line(database)
    await run(database, "update lane set awake = false")
    return line


async def positions(database: Database) -> list[object]:
    """Which items of the transcript are there."""
    found = await rows(database, "select position from content_item order by position")
    return [one["position"] for one in found]


async def talked_again(database: Database, line: Line) -> None:
    """Let something be said in the session a moment ago."""
    await run(
        database,
        "update session set updated_at = $2 where id = $1",
        line.session,
        NOON + 99 * DAY,
    )


async def test_what_an_earlier_agent_heard_goes_and_the_prompt_stays(
    database: Database,
) -> None:
    line = await a_line(database)
    await line.hand_over()
    await line.say("And the colour?", "Blue.")
    await talked_again(database, line)
    before = await Sessions(database).open(line.session)

    await pruned(database, line.session)

    assert await positions(database) == [2, 3]
    assert await Sessions(database).open(line.session) == before


async def test_what_a_live_agent_began_with_stays_however_old(database: Database) -> None:
    line = await a_line(database)
    await line.compact()
    await talked_again(database, line)
    before = await everything(database)

    await pruned(database, line.session)

    assert await positions(database) == [0, 1]
    assert await everything(database) == before


async def test_a_silent_conversation_is_emptied_and_goes_on_from_its_briefing(
    database: Database,
) -> None:
    line = await a_silent_line(database)
    handoff = await line.hand_over()
    await line.say("And the colour?", "Blue.")

    await pruned(database, line.session)

    opened = await Sessions(database).open(line.session)
    assert opened.agent is not None
    assert (opened.items, opened.agent.occupied_tokens, opened.agent.turns) == ((), 0, 0)
    assert opened.agent.began_from == handoff
    assert opened.document is not None
    assert await value(database, "select count(*) from inbox") == 0


async def test_a_summary_that_waits_is_of_no_use_to_an_emptied_window(
    database: Database,
) -> None:
    line = await a_silent_line(database)
    await line.compact(state="ready")

    await pruned(database, line.session)

    assert await value(database, "select state from compaction") == "stale"


@pytest.mark.parametrize("state", ["pending", "taken"])
async def test_waiting_mail_and_its_conversation_stay(database: Database, state: str) -> None:
    line = await a_line(database)
    await arrive(database, an_inbound(number=2))
    await run(database, "update inbox set state = $1 where state = 'pending'", state)

    await pruned(database, line.session)

    assert await positions(database) == [0, 1]
    waiting = "select count(*) from inbox where state = $1"
    assert await value(database, waiting, state) == 1


@pytest.mark.parametrize("state", ["pending", "sending", "uncertain", "sent", "failed"])
async def test_only_what_was_said_for_good_goes(database: Database, state: str) -> None:
    await said_in(database, a_reply())
    await run(database, "update outbox set state = $1", state)
    session = SessionId(str(await value(database, "select id from session")))

    await pruned(database, session)

    left = 0 if state in {"sent", "failed"} else 1
    assert await value(database, "select count(*) from outbox") == left


async def test_what_is_young_stays(database: Database) -> None:
    line = await a_line(database)
    before = await everything(database)

    assert await pruned(database, line.session, days_later=89) == 0

    assert await everything(database) == before


async def test_the_index_and_tools_outputs_go_along(database: Database) -> None:
    session = await say(database, "My parrot", "I see")
    await run(database, "update session set next_position = 2")
    person = await value(database, "select person_id from session")
    await keep(
        database,
        insert(NAMES.tables["tool_output"]).values(
            session_id=session, call_id="c", person_id=person, text="secret", created_at=NOON
        ),
    )

    await pruned(database, session)

    assert await value(database, "select count(*) from passage") == 0
    assert await value(database, "select count(*) from tool_output") == 0


async def test_what_was_imported_goes_by_when_it_was_said(database: Database) -> None:
    await bring_in(
        database, a_message_line(1), a_message_line(2, sent_at=(NOON + 99 * DAY).isoformat())
    )
    session = SessionId(str(await value(database, "select id from session")))

    await pruned(database, session)

    assert await positions(database) == [-1]


async def test_documents_facts_and_usage_stay(database: Database) -> None:
    line = await a_line(database)
    await line.hand_over()
    kept = ("agent_handoff", "fact", "model_usage", "agent", "person", "identity", "session")
    before = {name: await value(database, f"select count(*) from {name}") for name in kept}  # noqa: S608 - ours

    await pruned(database, line.session)

    assert before == {
        name: await value(database, f"select count(*) from {name}")  # noqa: S608 - ours
        for name in kept
    }


async def test_a_big_session_is_pruned_in_batches(database: Database) -> None:
    await bring_in(database, *(a_message_line(number) for number in range(1, 2_101)))
    session = SessionId(str(await value(database, "select id from session")))

    assert await pruned(database, session) == 2_100

    assert await positions(database) == []
    assert await value(database, "select count(*) from passage") == 0


async def test_a_session_that_somebody_writes_to_is_left_for_the_next_time(
    database: Database,
) -> None:
    line = await a_silent_line(database)
    async with database.hot() as connection, connection.transaction():
        await connection.execute("select from lane for update")

        assert await pruned(database, line.session) == 0

    assert await pruned(database, line.session) > 0


async def test_a_turn_at_work_keeps_all_that_it_read(database: Database) -> None:
    """It holds a lease and no lock; what it commits afterwards finds its place."""
    line = await a_silent_line(database)
    held = await claim(database, line.session)

    await pruned(database, line.session)

    assert await positions(database) == [0, 1]
    await Ledger(database).note(held, TURN, (), now=NOON)


async def test_only_sessions_with_something_old_are_due(database: Database) -> None:
    line = await a_line(database)
    young = await arrive(database, an_inbound(number=9, user_id=ADA))
    retention = Retention(database)

    due = await retention.due(before=NOON + timedelta(minutes=5), after=SessionId(""))

    assert due.sessions == (line.session,)
    assert due.last is None
    later = await retention.due(before=NOON + DAY, after=max(line.session, young))
    assert later.sessions == ()
