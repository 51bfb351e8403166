"""Everything held of a person, as lines."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from context.messages import SLACK, MediaReference, Said, UserId, person_id
from storage.database import Database
from storage.export import Export
from storage.tables.mail import InboxRow
from tests.builders import NOON, USER, a_text, a_tool_result, a_tool_use, an_inbound
from tests.storage.files import (
    a_message_line,
    as_file,
    bring_in,
    bring_in_raw,
    exported,
    of_type,
)
from tests.storage.pasts import say
from tests.storage.rows import a_call_row, a_handoff_row, an_agent_row, keep
from tests.storage.scenes import ADA, a_command, an_edit, arrive, run, value

FACT = (
    "insert into fact (session_id, trace_id, kind, digest, person_id, turn_id,"
    " source_message_ids, origin, fact, said_at)"
    """ values ($1, 't', 'amount', 'd', $2, 'turn-1', '{m1}', 'user', '{"value": "5"}', $3)"""
)


async def test_everything_comes_in_the_promised_order(database: Database) -> None:
    session = await say(database, ("assistant", "It is 5"), first=1)
    await arrive(database, an_inbound("What is it?", number=0))
    await keep(database, an_agent_row(), a_handoff_row(2), a_handoff_row(1), a_call_row(1))
    await run(database, FACT, session, person_id(SLACK, USER), NOON)

    lines = await exported(database)

    assert [line["type"] for line in lines] == [
        "user",
        "identity",
        "message",
        "message",
        "fact",
        "handoff",
        "handoff",
        "usage",
    ]
    assert all(next(iter(line)) == "type" for line in lines)
    assert (lines[0]["user_id"], lines[0]["platform"]) == (USER, "slack")
    assert [line["text"] for line in of_type(lines, "message")] == ["What is it?", "It is 5"]
    assert [line["sequence"] for line in of_type(lines, "handoff")] == [1, 2]
    assert "document" in of_type(lines, "handoff")[0]
    assert lines[4]["fact"] == {"value": "5"}
    assert lines[-1]["output_tokens"] == 5


async def test_a_message_says_who_said_it_where_and_on_which_trace(database: Database) -> None:
    session = await say(database, ("assistant", "It is 5"), first=1)
    await arrive(database, an_inbound("What is it?", number=0))
    await keep(database, an_agent_row().values(id="agent-1"))
    await run(database, "update inbox set turn_id = 'turn-1'")
    await run(
        database,
        "insert into step (turn_id, number, session_id, person_id, agent_id, stop,"
        " committed_at) values ('turn-1', 1, $1, 'p', 'agent-1', 'end_turn', $2)",
        session,
        NOON,
    )

    asked, answered = of_type(await exported(database), "message")

    trace = "0123456789abcdef0123456789abcdef"
    assert asked == {
        "type": "message",
        "message_id": f"slack-{0:032x}",
        "role": "user",
        "text": "What is it?",
        "sent_at": NOON,
        "speaker": "Ada",
        "platform": "slack",
        "user_id": USER,
        "conversation": "D0001",
        "shared": False,
        "session_id": session,
        "trace_id": trace,
    }
    assert (answered["message_id"], answered["role"]) == (f"{session}-1", "assistant")
    assert (answered["speaker"], answered["trace_id"]) == (None, trace)


async def test_each_message_of_a_turn_is_a_line_of_its_own(database: Database) -> None:
    await arrive(database, an_inbound("One", number=1), an_inbound("Two", number=2))
    await say(database, ("user", [a_text("One"), a_text("Two")]))

    said = of_type(await exported(database), "message")

    assert [line["text"] for line in said] == ["One", "Two"]


async def test_files_are_named_and_commands_are_no_messages(database: Database) -> None:
    photo = MediaReference(url="https://x.example", content_type="image/jpeg", name="a.jpg")
    await arrive(database, an_inbound(content=Said(text="", media=(photo,))), a_command())

    (line,) = of_type(await exported(database), "message")

    assert line["text"] == "[photo: image/jpeg, a.jpg]"


async def test_a_correction_says_what_it_is(database: Database) -> None:
    await arrive(database, an_edit("Hullo"))
    async with database.transaction() as connection:
        await connection.execute(
            update(InboxRow).values(lane="turn").where(col(InboxRow.id) != "")
        )

    (line,) = of_type(await exported(database), "message")

    assert line["text"] == "[changed an earlier message to:]\nHullo"


async def test_what_only_machines_said_is_no_message(database: Database) -> None:
    await say(database, ("assistant", [a_tool_use()]), ("user", [a_tool_result()]))

    assert of_type(await exported(database), "message") == []


async def test_of_others_there_is_nothing(database: Database) -> None:
    await say(database, "My lamp", "I see")
    await say(database, "Her lamp", "I see", user_id=ADA)

    lines = await exported(database)

    assert [line["text"] for line in of_type(lines, "message")] == ["I see"]
    assert all(line.get("user_id") != ADA for line in lines)


async def test_any_identity_means_the_whole_person(database: Database) -> None:
    await bring_in(database, a_message_line(1, "One"))
    await say(database, ("assistant", "Two"), user_id=ADA)
    await run(
        database,
        "update person set linked_to = $1 where id = $2",
        person_id(SLACK, USER),
        person_id(SLACK, ADA),
    )

    lines = [line async for line in Export(database).lines(ADA)]

    assert [line["text"] for line in of_type(lines, "message")] == ["One", "Two"]
    assert len(of_type(lines, "identity")) == 2
    assert lines[0]["user_id"] == ADA


async def test_of_nobody_there_is_not_a_line(database: Database) -> None:
    assert [line async for line in Export(database).lines(UserId("T1:UNOBODY"))] == []


@pytest.mark.slow
async def test_an_export_brought_in_elsewhere_is_exported_again_as_it_was(
    database: Database,
) -> None:
    await bring_in(database, *(a_message_line(n, f"Message {n}") for n in range(1, 450)))
    await say(database, ("assistant", "And here"), first=1)
    before = await exported(database)
    for table in ("passage", "content_item", "session", "identity", "person"):
        await run(database, f"delete from {table}")  # noqa: S608 - ours

    done = await bring_in_raw(database, as_file(before))

    assert done.messages == 450
    after = await exported(database)
    assert of_type(after, "message") == of_type(before, "message")
    assert of_type(after, "identity") != []
    assert await value(database, "select count(*) from passage") == 450
