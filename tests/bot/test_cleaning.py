"""What workers clean up: erased people's files, their messages' digests, old transcripts."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from storage.database import Database
from storage.erasure import Erasure
from storage.mailbox import Mailbox
from storage.tombstones import Digests
from tests.bot.cleaning import a_cleaning
from tests.builders import NOON, USER, an_inbound
from tests.storage.files import a_message_line, bring_in
from tests.storage.scenes import run, value

DIGESTS = Digests(b"key")
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Written:
    """A handoff's file."""

    path: Path

    def write(self) -> None:
        self.path.write_text("secret words")

    def is_there(self) -> bool:
        return self.path.exists()

    def become_a_folder(self) -> None:
        self.path.unlink()
        self.path.mkdir()


@pytest.fixture
async def file(database: Database, tmp_path: Path) -> Written:
    """One that is due to go."""
    file = Written(tmp_path / "handoff-1.md")
    file.write()
    await run(database, "insert into erased_file values ($1, $2)", str(file.path), NOON)
    return file


async def test_a_worker_removes_files_of_people_erased_on_other_hosts(
    database: Database, file: Written
) -> None:
    """However long ago: this host may have been away."""
    await a_cleaning(database).look(now=NOON + 400 * DAY)

    assert not file.is_there()


async def test_a_file_written_by_a_handoff_in_flight_is_removed_again(
    database: Database, file: Written
) -> None:
    cleaning = a_cleaning(database)
    await cleaning.look(now=NOON)
    file.write()

    await cleaning.look(now=NOON + MINUTE)

    assert not file.is_there()


async def test_a_file_that_cannot_be_removed_is_reported_without_its_name(
    database: Database, file: Written
) -> None:
    file.become_a_folder()

    with capture_logs() as logs:
        await a_cleaning(database).look(now=NOON)

    assert logs == [{"event": "handoff.files_stay", "log_level": "error", "count": 1}]


async def test_digests_of_messages_go_in_time(database: Database) -> None:
    await Mailbox(database, digests=DIGESTS).put([an_inbound()], now=NOON)
    await Erasure(database, digests=DIGESTS).erase(USER, now=NOON)

    await a_cleaning(database).look(now=NOON + 8 * DAY)

    assert await value(database, "select count(*) from erasure") == 1


async def test_transcripts_go_after_their_days_and_not_before(database: Database) -> None:
    await bring_in(database, a_message_line(1))
    said_at = NOON - 30 * DAY
    kept = "select count(*) from content_item"

    await a_cleaning(database).look(now=said_at + 400 * DAY)
    await a_cleaning(database, keep=90 * DAY).look(now=said_at + 89 * DAY)
    assert await value(database, kept) == 1

    with capture_logs() as logs:
        await a_cleaning(database, keep=90 * DAY).look(now=said_at + 91 * DAY)

    assert await value(database, kept) == 0
    assert logs == [
        {"event": "transcripts.pruned", "log_level": "info", "rows": 1, "sessions": 1}
    ]


async def test_all_sessions_are_looked_through_once_an_hour(database: Database) -> None:
    cleaning = a_cleaning(database, keep=90 * DAY)
    await cleaning.look(now=NOON + 400 * DAY)
    await bring_in(database, a_message_line(1))

    await cleaning.look(now=NOON + 400 * DAY + MINUTE)
    assert await value(database, "select count(*) from content_item") == 1
    await cleaning.look(now=NOON + 400 * DAY + 61 * MINUTE)

    assert await value(database, "select count(*) from content_item") == 0
