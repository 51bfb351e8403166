"""An export brought in elsewhere, or here after an erasure, is exported again as it was."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import insert, select
from sqlmodel import col

from context.errors import QueryError
from context.messages import SLACK, UserId, person_id
from storage.database import Database, address, open_database
from storage.day_totals import DayTotals
from storage.erasure import Erasure
from storage.export import Export
from storage.statistics import Statistics
from storage.tables.handoffs import AgentHandoffRow
from storage.tables.row import NAMES
from storage.tombstones import Digests
from tests.builders import NOON, USER
from tests.postgres import new_database
from tests.storage.files import (
    WHOSE,
    a_message_line,
    as_file,
    bring_in,
    bring_in_raw,
    exported,
    of_type,
    written,
)
from tests.storage.histories import HISTORIES, History, lived
from tests.storage.rows import a_handoff_row, keep
from tests.storage.scenes import ADA, everything, run, value

A_HISTORY = History(
    speaker="Ada",
    notices="critical",
    language="de",
    texts=("My order is 48213", "", "I see.\n\n🦜", "\u202eodd"),
    shared=True,
    linked=True,
    figures=(0, 2**40),
    score=0.1,
)

# What an export leaves out of the tables it is made of, each with the reason.
NOT_EXPORTED = {
    ("person", "id"): "made of the identity",
    ("person", "linked_to"): "all that is linked is one person in a file",
    ("identity", "person_id"): "the file's",
    ("session", "person_id"): "the file's",
    ("session", "user_id"): "the identity's that it stands with",
    ("session", "platform"): "the identity's that it stands with",
    ("session", "agent_id"): "an agent at work is not handed on",
    ("session", "next_position"): "what is imported lies before all that is said here",
    ("fact", "person_id"): "the file's",
    ("fact", "digest"): "made of the value",
    ("agent_handoff", "person_id"): "the file's",
    ("agent_handoff", "markdown_path"): "a place on a host",
    ("agent_handoff", "words"): "made of the briefing",
    ("model_usage", "person_id"): "the file's",
}
_RENAMED = {("session", "id"): "session_id", ("agent_handoff", "id"): "handoff_id"}


@pytest.fixture
async def elsewhere(postgres: str, template_url: str) -> AsyncIterator[Database]:
    """Another database, with nothing in it."""
    async with (
        new_database(postgres, template=template_url) as url,
        open_database(address(url), connections=2) as database,
    ):
        yield database


async def file_of(database: Database, user_id: UserId = USER) -> list[bytes]:
    """An export, word for word."""
    return as_file([line async for line in Export(database).lines(user_id)])


async def test_an_export_comes_out_elsewhere_byte_for_byte(
    database: Database, elsewhere: Database
) -> None:
    await lived(database, A_HISTORY)
    before = await file_of(database)

    done = await bring_in_raw(elsewhere, before)

    assert (done.messages, done.facts, done.handoffs, done.calls) == (5, 3, 3, 4)
    assert await file_of(elsewhere) == before


async def test_an_export_comes_out_here_after_an_erasure_byte_for_byte(
    database: Database,
) -> None:
    await lived(database, A_HISTORY)
    before = await file_of(database)
    await Erasure(database, digests=Digests(b"key")).erase(USER, now=NOON)
    assert await exported(database) == []

    await bring_in_raw(database, before)

    assert await file_of(database) == before


async def test_handoffs_that_come_into_finished_days_are_in_the_totals(
    database: Database, elsewhere: Database
) -> None:
    await lived(database, A_HISTORY)
    file = await file_of(database)
    async with database.transaction() as connection:
        moments = (await connection.scalars(select(col(AgentHandoffRow.created_at)))).all()
    for number, moment in enumerate(moments, start=1):
        there = a_handoff_row(number, trace_id="e" * 32)
        await keep(elsewhere, there.values(person_id="somebody", created_at=moment))
    now = max(moments) + timedelta(days=9)
    assert await DayTotals(elsewhere).fold(now=now) > 0

    await bring_in_raw(elsewhere, file)

    assert (await Statistics(elsewhere).read(now=now)).handoffs_total == 2 * len(moments)


async def test_all_of_it_again_adds_nothing(database: Database, elsewhere: Database) -> None:
    await lived(database, A_HISTORY)
    file = await file_of(database)
    at_home, _ = await everything(database), await bring_in_raw(elsewhere, file)
    away = await everything(elsewhere)

    for where, before in ((database, at_home), (elsewhere, away)):
        done = await bring_in_raw(where, file)

        assert (done.messages, done.facts, done.handoffs, done.calls) == (0, 0, 0, 0)
        assert done.known == 15
        assert await everything(where) == before


@pytest.mark.slow
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(history=HISTORIES)
async def test_any_history_comes_out_elsewhere_byte_for_byte(
    postgres: str, template_url: str, history: History
) -> None:
    async with (
        new_database(postgres, template=template_url) as here,
        new_database(postgres, template=template_url) as there,
        open_database(address(here), connections=2) as database,
        open_database(address(there), connections=2) as elsewhere,
    ):
        await lived(database, history)
        before = await file_of(database)

        await bring_in_raw(elsewhere, before)

        assert await file_of(elsewhere) == before


async def test_no_column_is_lost_but_for_a_reason(database: Database) -> None:
    """A column that is added later is exported, or its reason is written above."""
    await lived(database, A_HISTORY)
    lines = await exported(database)
    (session, *_) = json.loads(as_file(of_type(lines, "identity"))[0])["sessions"]
    told = {
        "person": of_type(lines, "user")[0].keys(),
        "identity": of_type(lines, "identity")[0].keys(),
        "session": session.keys(),
        "fact": of_type(lines, "fact")[0].keys(),
        "agent_handoff": of_type(lines, "handoff")[0].keys(),
        "model_usage": of_type(lines, "usage")[0].keys(),
    }

    lost = {
        (table, column.name)
        for table, names in told.items()
        for column in NAMES.tables[table].c
        if _RENAMED.get((table, column.name), column.name) not in names
    }

    assert lost == NOT_EXPORTED.keys()


async def test_whoever_is_known_keeps_what_they_chose(database: Database) -> None:
    await bring_in(database, a_message_line(1))
    await run(database, "update person set notices = 'off'")

    await bring_in_raw(
        database, written({**WHOSE, "notices": "all", "language": "de"}, a_message_line(2))
    )

    assert await value(database, "select notices from person") == "off"
    assert await value(database, "select language from person") is None


FAULTS: Sequence[tuple[str, dict[str, object], str]] = [
    ("fact", {"session_id": "nobodys"}, "session_id: is none of the person's"),
    ("handoff", {"user_id": "T1:UELSE"}, "user_id: is none of the person's"),
    ("handoff", {"trace_id": "hers"}, "trace_id: belongs to somebody else here"),
    ("handoff", {"handoff_id": "hers"}, "handoff_id: belongs to somebody else here"),
    ("handoff", {"handoff_id": "new"}, "sequence: another handoff of the trace has it"),
    ("usage", {"call_id": "hers"}, "call_id: belongs to somebody else here"),
]


@pytest.mark.parametrize("wrong_one", FAULTS)
async def test_what_is_not_the_persons_own_is_refused(
    database: Database, elsewhere: Database, wrong_one: tuple[str, dict[str, object], str]
) -> None:
    kind, changed, fault = wrong_one
    await lived(database, A_HISTORY)
    lines = [json.loads(line) for line in await file_of(database)]
    wrong = {**next(line for line in lines if line["type"] == kind), **changed}
    await _something_of_hers(elsewhere)
    before = await everything(elsewhere)

    with pytest.raises(QueryError) as caught:
        await bring_in_raw(elsewhere, written(*lines, wrong))

    assert str(caught.value) == f"line {len(lines) + 1}: {fault}"
    assert await everything(elsewhere) == before


async def _something_of_hers(database: Database) -> None:
    """Let somebody else have a handoff and a call here, with ids of their own."""
    await bring_in_raw(database, written({"type": "user", "user_id": ADA}))
    hers = {"person_id": person_id(SLACK, ADA), "user_id": ADA, "platform": SLACK}
    async with database.transaction() as connection:
        await connection.execute(
            insert(NAMES.tables["agent_handoff"]).values(
                id="hers",
                trace_id="hers",
                sequence=99,
                provider="slack",
                session_id="hers",
                agent_id="hers",
                agent_type="chat",
                agent_version=1,
                termination_reason="error",
                total_tokens=1,
                context_window_limit=1,
                active=False,
                created_at=NOON + timedelta(days=1),
                summary="",
                document={},
                **hers,
            )
        )
        await connection.execute(
            insert(NAMES.tables["model_usage"]).values(
                call_id="hers",
                person_id=hers["person_id"],
                session_id="hers",
                agent_id="hers",
                turn_id="hers",
                purpose="reply",
                model="claude",
                outcome="started",
                started_at=NOON,
            )
        )
