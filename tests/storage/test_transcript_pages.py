"""What was said in a session, newest first, from three tables that know nothing of each other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Insert, insert

from context.errors import QueryError
from context.messages import SLACK, Command, SessionId, person_id, session_id
from storage.cursor import Cursor
from storage.database import Database
from storage.mailbox import Mailbox
from storage.tables.transcript import ContentItemRow, StepRow
from storage.transcript_pages import MessageKind, SessionMessage, TranscriptPages
from tests.builders import NOON, USER, an_inbound
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import PERSON, SESSION, a_met_person, an_agent_row, an_outbox_row, keep
from tests.storage.scenes import ADA, run

_BROUGHT = """
insert into content_item (session_id, position, person_id, agent_id, turn_id, role, blocks,
    message_ids, imported_id, said_at)
  select 'session-' || n % 200, -n, 'person-' || n % 200, 'imported', 'imported', 'user',
    '{"blocks": []}', '{}', 'old' || n, timestamptz '2026-01-01Z' + n * interval '1 minute'
  from generate_series(1, 5000) n
"""


async def all_of(database: Database, *, limit: int = 50) -> list[SessionMessage]:
    """All messages of the session, page by page."""
    pages = TranscriptPages(database)
    found: list[SessionMessage] = []
    page = await pages.page(SESSION, limit=limit)
    while page is not None:
        found += page.items
        if page.next_cursor is None:
            break
        page = await pages.page(SESSION, limit=limit, cursor=page.next_cursor)
    return found


def brought(position: int, text: str, *, role: str = "user", minutes: int = -60) -> Insert:
    """A message that was imported."""
    return insert(ContentItemRow).values(
        session_id=SESSION,
        position=position,
        person_id=PERSON,
        agent_id="imported",
        turn_id="imported",
        role=role,
        blocks={"schema": 1, "blocks": [{"type": "text", "text": text}]},
        message_ids=[],
        imported_id=f"old{position}",
        said_at=NOON + timedelta(minutes=minutes),
    )


async def test_messages_answers_notices_and_commands_come_newest_first(
    database: Database,
) -> None:
    asked = replace(an_inbound(number=2), content=Command(name="context", argument="all"))
    await Mailbox(database).put([an_inbound("Hello", number=1), asked], now=NOON)
    at = NOON + timedelta(minutes=5)
    await keep(
        database,
        an_agent_row(3),
        an_outbox_row(1, created_at=at).values(
            body="Hello yourself", agent_id="agent-01234567-3", state="sent"
        ),
        an_outbox_row(2, created_at=at).values(body="75 %", kind="notice", notice="warning"),
        an_outbox_row(3, created_at=at + timedelta(minutes=1)).values(
            body="It is 75 %", kind="command", state="sent", delivery="read"
        ),
    )

    found = await all_of(database)

    assert [(one.kind, one.notice, one.role, one.text, one.delivery) for one in found] == [
        (MessageKind.COMMAND, None, "assistant", "It is 75 %", "read"),
        (MessageKind.NOTICE, "warning", "assistant", "75 %", "pending"),
        (MessageKind.REPLY, None, "assistant", "Hello yourself", "sent"),
        (MessageKind.COMMAND, None, "user", "/context all", None),
        (MessageKind.USER, None, "user", "Hello", None),
    ]
    assert [one.agent_version for one in found] == [None, None, 3, None, None]
    assert found[-1].message_id == an_inbound(number=1).message_id


async def test_a_message_belongs_to_the_agent_that_took_it(database: Database) -> None:
    await Mailbox(database).put([an_inbound("Hello", number=1)], now=NOON)
    await run(database, "update inbox set turn_id = 'turn-1', state = 'answered'")
    step = insert(StepRow).values(
        turn_id="turn-1",
        number=1,
        session_id=SESSION,
        person_id=PERSON,
        agent_id="agent-01234567-2",
        stop="end_turn",
        committed_at=NOON,
    )
    await keep(database, an_agent_row(2), step)

    (one,) = await all_of(database)

    assert one.agent_version == 2


async def test_what_was_imported_is_there_too(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        brought(-2, "An old question"),
        brought(-1, "An old answer", role="assistant"),
        an_outbox_row(1).values(body="New"),
    )

    found = await all_of(database)

    assert [(one.kind, one.text) for one in found] == [
        (MessageKind.REPLY, "New"),
        (MessageKind.REPLY, "An old answer"),
        (MessageKind.USER, "An old question"),
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_show_every_message_once_even_those_of_one_moment(
    database: Database, limit: int
) -> None:
    await Mailbox(database).put([an_inbound(f"said {n}", number=n) for n in range(4)], now=NOON)
    await run(database, "update inbox set sent_at = $1", NOON)
    await keep(
        database,
        *(an_outbox_row(n, created_at=NOON).values(body=f"told {n}") for n in range(4)),
        *(brought(n - 5, f"brought {n}", minutes=0) for n in range(4)),
    )

    found = await all_of(database, limit=limit)

    texts = [f"{how} {n}" for how in ("told", "said", "brought") for n in (3, 2, 1, 0)]
    assert [one.text for one in found] == texts


async def test_edits_and_deletions_are_no_messages_of_their_own(database: Database) -> None:
    await keep(database, *a_met_person())
    await run(
        database,
        "insert into inbox (id, session_id, person_id, lane, body, sent_at, received_at)"
        " values ('edit', $1, $2, 'control', '{\"content\": {\"kind\": \"edited\"}}', $3, $3)",
        SESSION,
        PERSON,
        NOON,
    )

    assert await all_of(database) == []


async def test_another_persons_messages_are_not_among_them(database: Database) -> None:
    theirs = replace(an_inbound("hers", number=1), user_id=ADA)
    await Mailbox(database).put([theirs, an_inbound("mine", number=2)], now=NOON)

    mine = await all_of(database)

    assert [one.text for one in mine] == ["mine"]
    assert session_id(SLACK, ADA, theirs.conversation) != SESSION
    assert person_id(SLACK, USER) == PERSON


async def test_an_unknown_session_is_none(database: Database) -> None:
    assert await TranscriptPages(database).page(SessionId("unknown"), limit=50) is None


@pytest.mark.parametrize("item_id", ["handoff-1", "i", "x1", "i1234567890123456789", "i--1"])
async def test_another_lists_cursor_is_refused(database: Database, item_id: str) -> None:
    cursor = Cursor(created_at=NOON, item_id=item_id)

    with pytest.raises(QueryError) as caught:
        await TranscriptPages(database).page(SESSION, limit=50, cursor=cursor)

    assert caught.value.field == "cursor"


@pytest.mark.slow
async def test_messages_are_read_through_indexes(database: Database) -> None:
    await fill(database)
    # Their bodies are no messages; how many there were is known to the planner all the same.
    await run(database, "delete from inbox")
    await run(database, _BROUGHT)
    await run(database, "vacuum analyze content_item")

    async with plans(database) as seen:
        await TranscriptPages(database).page(SessionId("session-7"), limit=10)

    exists, page = seen
    assert exists.indexes == {"session_pkey"}
    assert {"outbox_said", "inbox_said", "content_item_brought"} <= page.indexes
    assert page.whole_tables <= {"step"}  # which is empty here
