from dataclasses import replace
from datetime import timedelta

import pytest

from context.messages import SLACK, UserId, person_id
from storage.audit import Audit, AuditEntry, AuditFilter
from storage.cursor import Cursor
from storage.database import Database
from tests.builders import NOON, USER
from tests.storage.deeds import A_DEED, log_of
from tests.storage.explain import plans
from tests.storage.rows import (
    PERSON,
    SESSION,
    TRACE,
    a_handoff_row,
    a_met_person,
    a_person,
    an_agent_row,
    an_identity,
    keep,
)
from tests.storage.scenes import run

PHONE = UserId("+14155550100")


@pytest.fixture
def audit(database: Database) -> Audit:
    return Audit(database)


async def test_what_was_recorded_is_read_back(database: Database, audit: Audit) -> None:
    await audit.record(replace(A_DEED, subjects={"handoff_id": "handoff-1"}), status=404)

    (entry,) = await log_of(database)

    assert entry == AuditEntry(
        entry_id=entry.entry_id,
        at=NOON,
        who="token-1",
        role="viewer",
        via="api",
        action="GET /handoffs/{handoff_id}",
        subject="handoff-1",
        person_id=None,
        status=404,
        calls=1,
        from_digest="0123456789abcdef",
    )


async def test_a_change_is_there_before_its_outcome(database: Database, audit: Audit) -> None:
    entry_id = await audit.begin(A_DEED)
    (begun,) = await log_of(database)

    await audit.settle(entry_id, status=200)

    (settled,) = await log_of(database)
    assert begun.status is None
    assert settled == replace(begun, status=200)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user_id", USER),
        ("session_id", SESSION),
        ("handoff_id", "handoff-01234567-1"),
        ("trace_id", TRACE),
    ],
)
async def test_whom_a_call_was_about_is_looked_up(
    database: Database, audit: Audit, *, name: str, value: str
) -> None:
    await keep(database, *a_met_person(), an_agent_row(1), a_handoff_row(1))

    await audit.record(replace(A_DEED, subjects={name: value}), status=200)

    (entry,) = await log_of(database)
    assert entry.person_id == PERSON
    assert entry.subject == (PERSON if name == "user_id" else value)


async def test_a_phone_number_is_not_written_even_if_nobody_has_it(
    database: Database, audit: Audit
) -> None:
    await audit.record(replace(A_DEED, subjects={"user_id": PHONE}), status=404)

    (entry,) = await log_of(database)

    assert (entry.subject, entry.person_id) == (None, None)
    assert PHONE not in repr(entry)


async def test_calls_about_a_person_are_found_by_any_identity(
    database: Database, audit: Audit
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_person(PHONE, linked_to=person_id(SLACK, USER)),
        an_identity(PHONE),
        *a_met_person(UserId("T1:UOTHER")),
    )
    for user_id in (USER, PHONE, UserId("T1:UOTHER")):
        await audit.record(replace(A_DEED, subjects={"user_id": user_id}), status=200)

    assert len(await log_of(database, AuditFilter(user_id=PHONE))) == 2
    assert len(await log_of(database, AuditFilter(user_id=USER))) == 2
    assert await log_of(database, AuditFilter(user_id=UserId("T1:UNOBODY"))) == []


async def test_every_filter_holds(database: Database, audit: Audit) -> None:
    await audit.record(A_DEED, status=200)
    await audit.record(replace(A_DEED, who="token-2"), status=200)
    await audit.record(replace(A_DEED, from_digest="other"), status=200)
    await audit.record(replace(A_DEED, at=NOON + timedelta(hours=1)), status=200)

    assert len(await log_of(database, AuditFilter(who="token-1"))) == 3
    assert len(await log_of(database, AuditFilter(from_digest="other"))) == 1
    late = NOON + timedelta(minutes=1)
    assert len(await log_of(database, AuditFilter(created_after=late))) == 1
    assert len(await log_of(database, AuditFilter(created_before=late))) == 3


async def test_following_the_cursor_shows_every_entry_once(
    database: Database, audit: Audit
) -> None:
    for minutes in (0, 0, 1, 2, 2):
        await audit.record(replace(A_DEED, at=NOON + timedelta(minutes=minutes)), status=200)

    seen: list[AuditEntry] = []
    cursor: Cursor | None = None
    while True:
        page = await audit.page(AuditFilter(), limit=2, cursor=cursor)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break

    assert seen == await log_of(database)
    assert [one.at for one in seen] == sorted((one.at for one in seen), reverse=True)


async def test_who_has_come_from_an_address_is_known(audit: Audit) -> None:
    await audit.record(A_DEED, status=200)
    await audit.record(replace(A_DEED, from_digest="other"), status=429)

    async def has_come(from_digest: str, minutes: int = 0) -> bool:
        since = NOON + timedelta(minutes=minutes)
        return await audit.has_come("token-1", from_digest=from_digest, since=since)

    assert await has_come("0123456789abcdef")
    assert not await has_come("0123456789abcdef", 1)
    assert not await has_come("other")


_ENTRIES = """
insert into audit_log (id, at, who, via, action, person_id, status, from_digest)
select 'entry-' || n, timestamptz '2026-11-20 12:00+00' - n * interval '1 minute',
  'token-' || n % 50, 'api', 'GET /handoffs', 'person-' || n % 50, 200, 'from-' || n % 50
from generate_series(1, 20000) n
"""


@pytest.mark.slow
async def test_each_query_has_an_index_named_for_it(database: Database, audit: Audit) -> None:
    await keep(database, *a_met_person())
    await run(database, _ENTRIES)
    await run(database, "analyze audit_log")

    async with plans(database) as newest:
        await audit.page(AuditFilter(), limit=50)
    async with plans(database) as by_who:
        await audit.page(AuditFilter(who="token-7"), limit=50)
    async with plans(database) as about:
        await audit.page(AuditFilter(user_id=USER), limit=50)
    async with plans(database) as come:
        await audit.has_come("token-7", from_digest="from-7", since=NOON - timedelta(days=30))

    assert newest[-1].indexes == {"audit_log_newest"}
    assert by_who[-1].indexes == {"audit_log_who"}
    assert about[-1].indexes == {"audit_log_person"}
    assert come[-1].indexes == {"audit_log_from"}
