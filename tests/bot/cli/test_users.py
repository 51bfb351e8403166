"""`bot users`: search, export and import."""

import io
import json
import sys
from pathlib import Path

import pytest

from bot.cli.progress import Progress
from storage.database import Database
from tests.bot.cli.conftest import Bot
from tests.builders import USER
from tests.storage.files import WHOSE, a_message_line, a_usage_line, written
from tests.storage.pasts import say
from tests.storage.scenes import value

pytestmark = pytest.mark.usefixtures("configured")


@pytest.fixture
def file(folder: Path) -> Path:
    """A file with a person's past, a usage line included."""
    path = folder / "past.ndjson"
    said = written(WHOSE, a_message_line(1, "My parrot"), a_message_line(2), a_usage_line())
    path.write_bytes(b"".join(said))
    return path


async def test_what_was_said_is_found(database: Database, bot: Bot) -> None:
    await say(database, "I ordered a blue\nlamp", "I see")

    done = await bot("users", "search", USER, "blue lamp", "--limit", "1")

    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 2
    assert "1.00" in done.out
    assert "2026-11-20 12:00" in done.out
    assert "I ordered a blue lamp" in done.out


async def test_it_is_found_as_json_too(database: Database, bot: Bot) -> None:
    await say(database, "I ordered a blue lamp")

    done = await bot("users", "search", USER, "lamp", "--json")

    assert json.loads(done.out)["items"][0]["text"] == "I ordered a blue lamp"


async def test_nothing_found_is_said(bot: Bot) -> None:
    done = await bot("users", "search", USER, "lamp")

    assert (done.code, done.out) == (0, "Nothing found.\n")


async def test_a_person_is_exported_a_line_each(database: Database, bot: Bot) -> None:
    await say(database, "Hello", "I see 🦜")

    done = await bot("users", "export", USER)

    lines = [json.loads(line) for line in done.out.splitlines()]
    assert (done.code, done.err) == (0, "")
    assert [line["type"] for line in lines] == ["user", "identity", "message"]
    assert (lines[2]["text"], lines[2]["sent_at"]) == ("I see 🦜", "2026-11-20T12:01:00Z")


async def test_nobody_is_not_exported(bot: Bot) -> None:
    done = await bot("users", "export", "T1:UNOBODY")

    assert (done.code, done.out) == (1, "")
    assert done.err == "bot: nobody is known by that identity\n"


async def test_a_file_is_imported_and_again_adds_nothing(bot: Bot, file: Path) -> None:
    first = await bot("users", "import", str(file))
    second = await bot("users", "import", str(file))

    assert (first.code, second.code) == (0, 0)
    rest = "0 facts, 0 handoffs"
    assert first.out == f"Imported: 2 messages, {rest}, 1 model calls. Here already: 0.\n"
    assert second.out == f"Imported: 0 messages, {rest}, 0 model calls. Here already: 3.\n"
    assert (first.err, second.err) == ("", "")
    assert "My parrot" in (await bot("users", "search", USER, "parrot")).out


@pytest.fixture
def piped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file comes as input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))


@pytest.mark.usefixtures("piped")
async def test_input_is_imported(bot: Bot) -> None:
    done = await bot("users", "import", "-")

    assert done.out.startswith("Imported: 2 messages, ")


async def test_an_export_is_a_file_to_import(
    database: Database, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(database, "Hello", "I see")
    exported = (await bot("users", "export", USER)).out.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(exported)))

    done = await bot("users", "import", "-")

    assert done.out.endswith("Here already: 1.\n")


@pytest.fixture
def bad_file(file: Path) -> Path:
    """The same with a line at its end that says too little."""
    file.write_bytes(file.read_bytes() + b'{"type": "message", "text": "secret"}\n')
    return file


async def test_a_bad_line_is_named_and_nothing_is_written(
    database: Database, bot: Bot, bad_file: Path
) -> None:
    done = await bot("users", "import", str(bad_file))

    assert (done.code, done.out) == (1, "")
    assert done.err == "bot: line 5: message_id: Field required\n"
    assert await value(database, "select count(*) from content_item") == 0


async def test_a_file_that_is_not_there_is_named(bot: Bot) -> None:
    done = await bot("users", "import", "missing.ndjson")

    assert done.code == 1
    assert done.err == "bot: cannot read missing.ndjson: No such file or directory\n"


async def test_progress_is_told_after_two_seconds_and_then_once_a_second(
    capsys: pytest.CaptureFixture[str],
) -> None:
    moments = iter([0.0, 1.9, 2.0, 2.0, 2.5, 3.0, 3.0])
    progress = Progress("read", now=lambda: next(moments))

    for lines in (1_000, 2_000, 3_000, 4_000):
        progress(lines)

    assert capsys.readouterr().err == "bot: 2,000 lines read\nbot: 4,000 lines read\n"
