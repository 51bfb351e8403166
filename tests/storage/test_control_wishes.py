from dataclasses import replace
from datetime import timedelta

from context.language import Language
from context.messages import AgentId
from storage.chores import Request
from storage.control import Control
from storage.database import Database
from storage.outbox import Kind
from storage.people import Preferences
from tests.builders import NOON
from tests.storage.scenes import TURN, a_command, a_reply, arrive, control_of, rows, run, value

LATER = NOON + timedelta(minutes=1)
ANSWER = (replace(a_reply(text="Certainly"), kind=Kind.COMMAND),)


async def test_what_a_command_asks_for_is_kept_with_its_answer(database: Database) -> None:
    held = await control_of(database, a_command("compact"))
    request = Request(agent_id=AgentId("agent-1"), kind="compaction", trigger="command")

    for number in (7, 8):
        command = a_command("compact", number=number)
        await arrive(database, command)
        await Control(database).ask(
            held,
            command,
            (a_reply(number, text="Certainly"),),
            request=request,
            session_id=held.session_id,
            turn_id=TURN,
            now=LATER,
        )

    assert await rows(database, "select kind, trigger from chore") == [
        {"kind": "compaction", "trigger": "command"}
    ]
    assert await value(database, "select count(*) from inbox where state = 'answered'") == 2
    assert await value(database, "select count(*) from outbox") == 2
    assert await value(database, "select awake from lane where name = 'maintain'") is True


async def test_a_person_wants_all_notices_in_english_until_they_say_otherwise(
    database: Database,
) -> None:
    held = await control_of(database, a_command("notices"))
    control = Control(database)
    before = await control.preferences(held.person_id)

    await control.choose_notices(
        held, a_command("notices"), ANSWER, preference="off", turn_id=TURN, now=LATER
    )

    assert before == Preferences(notices="all", language=Language.ENGLISH)
    assert await control.preferences(held.person_id) == replace(before, notices="off")
    assert await value(database, "select state from inbox") == "answered"


async def test_a_person_is_told_in_the_language_they_write_in(database: Database) -> None:
    held = await control_of(database, a_command("notices"))
    await run(database, "update person set language = 'de'")

    preferences = await Control(database).preferences(held.person_id)

    assert preferences.language is Language.GERMAN
