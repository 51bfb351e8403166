"""Erasing a person, over every table there is and every one there will be."""

from datetime import timedelta

import pytest
from sqlalchemy import Index

from context.messages import SLACK, UserId
from storage.database import Database
from storage.day_totals import DayTotals
from storage.erasure import OUTLIVES, Erasure
from storage.mailbox import Mailbox
from storage.statistics import Statistics
from storage.tables.row import NAMES
from storage.tombstones import Digests, Tombstones
from tests.builders import NOON, USER, an_inbound
from tests.storage.planting import found, held, plant, tables_of_people
from tests.storage.scenes import ADA, arrive, everything, jobs, rows, value

DIGESTS = Digests(b"a secret key")
LATER = NOON + timedelta(hours=1)

# Tables without a person, each with the reason why nothing of anybody can be in it.
OF_NOBODY = {
    "admin_token": "operators' tokens, by their hash",
    "day_total": "what finished days come to, of nobody in particular",
    "erased_file": "where files lie that are to go: a folder and an opaque id",
    "erasure": "digests under the service's key",
    "tally": "how often something happened, of nobody in particular",
    "wrong_token": "digests of wrong tokens and of where they came from",
}


def erasure(database: Database) -> Erasure:
    return Erasure(database, digests=DIGESTS)


def test_every_table_carries_a_person_or_is_known_not_to() -> None:
    """A table that is added takes part in erasing, or its reason is written above."""
    without = set(NAMES.tables) - {table.name for table in tables_of_people()}

    assert without == set(OF_NOBODY)


def test_whatever_refers_to_a_row_that_goes_is_found_by_an_index() -> None:
    """Removing a session or a person asks every table that refers to it."""
    led_by = {
        (table.name, column.name)
        for table in NAMES.tables.values()
        for columns in (
            table.primary_key.columns,
            *(index.columns for index in table.indexes if not _is_partial(index)),
        )
        for column in list(columns)[:1]
    }

    references = {
        (table.name, key.parent.name)
        for table in NAMES.tables.values()
        for key in table.foreign_keys
    }

    assert references <= led_by


def _is_partial(index: Index) -> bool:
    return index.dialect_kwargs.get("postgresql_where") is not None


async def test_an_erased_person_is_in_no_column_of_any_table(database: Database) -> None:
    user_id = UserId(await plant(database, "<ADA>"))
    await plant(database, "<ADA> too", linked_to="<ADA>")
    await plant(database, "<BOB>")
    before = await held(database, "<BOB>")

    receipt = await erasure(database).erase(user_id, now=NOON)

    assert receipt is not None
    assert await found(database, "<ADA>") == set()
    assert await held(database, "<BOB>") == before
    assert all(before.values())


async def test_a_linked_identity_erases_the_whole_person(database: Database) -> None:
    await plant(database, "<ADA>")
    other = UserId(await plant(database, "<ADA> too", linked_to="<ADA>"))

    receipt = await erasure(database).erase(other, now=NOON)

    assert receipt is not None
    assert len(receipt.identities) == 2
    assert await found(database, "<ADA>") == set()


async def test_the_receipt_says_what_was_removed_and_names_nobody(database: Database) -> None:
    user_id = UserId(await plant(database, "<ADA>"))
    told = await erasure(database).holdings(user_id)

    receipt = await erasure(database).erase(user_id, now=NOON)

    assert receipt is not None
    assert receipt.rows == told
    assert receipt.rows == {
        table.name: 1 for table in tables_of_people() if table.name != OUTLIVES
    }
    assert receipt.erased_at == NOON
    assert "<ADA>" not in str([one.digest for one in receipt.identities])
    kept = await rows(
        database, "select digest, receipt_id from erasure where kind = 'identity'"
    )
    assert kept == [
        {"digest": one.digest, "receipt_id": receipt.receipt_id} for one in receipt.identities
    ]


async def test_the_audit_log_keeps_the_deed_and_forgets_whom_it_was_about(
    database: Database,
) -> None:
    user_id = UserId(await plant(database, "<ADA>"))

    await erasure(database).erase(user_id, now=NOON)

    assert await rows(database, "select who, action, person_id, subject from audit_log") == [
        {"who": "bootstrap", "action": "users export", "person_id": None, "subject": None}
    ]


async def test_what_would_be_erased_is_only_counted(database: Database) -> None:
    user_id = UserId(await plant(database, "<ADA>"))
    before = await everything(database)

    assert await erasure(database).holdings(user_id)

    assert await everything(database) == before


async def test_of_nobody_there_is_nothing_to_erase(database: Database) -> None:
    assert await erasure(database).erase(USER, now=NOON) is None
    assert await erasure(database).holdings(USER) is None
    assert await value(database, "select count(*) from erasure") == 0


async def test_a_job_of_an_erased_session_is_gone_and_others_stay(database: Database) -> None:
    await arrive(database, an_inbound(number=1))
    other = await arrive(database, an_inbound(number=2, user_id=ADA))

    await erasure(database).erase(USER, now=NOON)

    assert await jobs(database) == [("turn", other)]


async def test_files_of_handoffs_are_listed_for_every_host(database: Database) -> None:
    user_id = UserId(await plant(database, "<ADA>"))
    await erasure(database).erase(user_id, now=NOON)

    assert await Tombstones(database).files(since=NOON) == ("/handoffs/1.md",)
    assert await Tombstones(database).files(since=LATER) == ()


async def test_a_message_from_before_the_erasure_stays_away(database: Database) -> None:
    """Redelivered with its own time, or by a platform that tells none: then as if sent now."""
    mailbox = Mailbox(database, digests=DIGESTS)
    early, late = an_inbound(number=1), an_inbound(number=2, sent_at=LATER)
    await mailbox.put([early], now=NOON)
    await mailbox.put([an_inbound(number=3)], now=NOON)
    await erasure(database).erase(USER, now=NOON + timedelta(minutes=30))

    assert await mailbox.put([early], now=LATER) == 0
    assert await mailbox.put([an_inbound(number=3, sent_at=LATER)], now=LATER) == 0
    assert await value(database, "select count(*) from person") == 0
    assert await mailbox.put([late], now=LATER) == 1
    assert await mailbox.put([early, an_inbound(number=4)], now=LATER) == 0
    assert await value(database, "select count(*) from inbox") == 1


async def test_whoever_writes_anew_is_a_new_person(database: Database) -> None:
    mailbox = Mailbox(database, digests=DIGESTS)
    await mailbox.put([an_inbound(number=1)], now=NOON)
    await erasure(database).erase(USER, now=NOON)

    await mailbox.put([an_inbound(number=2, sent_at=LATER)], now=LATER)

    assert await rows(database, "select created_at, notices, language from person") == [
        {"created_at": LATER, "notices": "all", "language": None}
    ]
    assert await value(database, "select greeted_at from identity") is None
    assert await value(database, "select next_position from session") == 0
    receipt = await erasure(database).erase(USER, now=LATER)
    assert receipt is not None
    assert receipt.rows["inbox"] == 1


async def test_others_are_stored_as_before(database: Database) -> None:
    mailbox = Mailbox(database, digests=DIGESTS)
    await mailbox.put([an_inbound(number=1)], now=NOON)
    await erasure(database).erase(USER, now=LATER)

    assert await mailbox.put([an_inbound(number=2, user_id=ADA)], now=NOON) == 1


async def test_digests_of_messages_go_when_no_platform_sends_them_again(
    database: Database,
) -> None:
    mailbox = Mailbox(database, digests=DIGESTS)
    await mailbox.put([an_inbound(number=1)], now=NOON)
    await erasure(database).erase(USER, now=NOON)

    await Tombstones(database).forget_messages(now=NOON + timedelta(days=6))
    assert await value(database, "select count(*) from erasure") == 2
    await Tombstones(database).forget_messages(now=NOON + timedelta(days=8))

    assert await rows(database, "select digest, kind from erasure") == [
        {"digest": DIGESTS.of_identity(SLACK, USER), "kind": "identity"}
    ]


@pytest.mark.parametrize("key", [b"", b"another key"])
def test_digests_are_under_the_key(key: bytes) -> None:
    assert Digests(key).of_identity(SLACK, USER) != DIGESTS.of_identity(SLACK, USER)


async def test_what_an_erased_person_did_is_in_no_total_any_more(database: Database) -> None:
    user_id = UserId(await plant(database, "<ADA>"))
    await plant(database, "<BOB>")
    now = NOON + timedelta(days=9)
    assert await DayTotals(database).fold(now=now) > 0
    before = await Statistics(database).read(now=now)

    await erasure(database).erase(user_id, now=now)

    after = await Statistics(database).read(now=now)
    assert (before.handoffs_total, after.handoffs_total) == (2, 1)
    assert (before.compactions_total, after.compactions_total) == (2, 1)
