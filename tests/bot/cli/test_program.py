import asyncio
import subprocess
import sys

import pytest

from bot.cli import main
from storage.database import Database
from tests.bot.cli.conftest import Bot
from tests.storage.rows import a_handoff_row, keep

NOWHERE = "postgresql://someone:secret-word@127.0.0.1:1/nothing"


async def test_help_lists_the_commands(bot: Bot) -> None:
    asked, bare = await bot("--help"), await bot()

    assert asked.code == bare.code == 0
    assert asked.out == bare.out
    for command in (
        "dev",
        "web",
        "worker",
        "migrate",
        "doctor",
        "handoffs",
        "dead-letters",
        "slack-manifest",
    ):
        assert f"\n  {command} " in asked.out


def test_the_process_ends_with_the_commands_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bot", "nonsense"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("nonsense",), ("handoffs",), ("--nonsense",)])
async def test_wrong_usage_is_one_line_and_exit_code_2(
    bot: Bot, arguments: tuple[str, ...]
) -> None:
    done = await bot(*arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("bot: ")
    assert done.err.count("\n") == 1


async def test_every_bad_variable_has_a_line_and_none_its_value(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "ninety-thousand")
    monkeypatch.setenv("DATABASE_URL", "mysql://secret-word@host/db")

    done = await bot("handoffs", "list")

    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[1] for line in done.err.splitlines()] == ["PORT", "DATABASE_URL"]
    assert "secret-word" not in done.err
    assert "ninety" not in done.err


async def test_no_database_anywhere_is_a_matter_of_configuration(bot: Bot) -> None:
    done = await bot("handoffs", "list")

    assert done.code == 2
    assert done.err == (
        "bot: DATABASE_URL: must be set, as no database of `bot dev` lies in .bot/postgres\n"
    )


@pytest.mark.parametrize("command", [("handoffs", "list"), ("migrate",)])
async def test_a_database_out_of_reach_is_one_line_and_exit_code_1(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, *, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DATABASE_URL", NOWHERE)

    done = await bot(*command)

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "bot: the database is out of reach (ConnectionRefusedError): "
        "check DATABASE_URL, and that the server runs\n"
    )


async def test_a_database_that_does_not_exist_is_a_matter_of_configuration(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, postgres: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres.replace("/postgres?", "/nowhere?"))

    done = await bot("handoffs", "list")

    assert done.code == 2
    assert "names a database that the server does not have" in done.err


async def test_a_traceback_is_shown_only_on_request(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", NOWHERE)

    silent = await bot("handoffs", "list")
    before = await bot("--debug", "handoffs", "list")
    after = await bot("handoffs", "list", "--debug")

    assert "Traceback" not in silent.err
    for told in (before, after):
        assert told.code == 1
        assert "Traceback" in told.err
        assert told.err.endswith(silent.err)
        assert "secret-word" not in told.err


@pytest.mark.usefixtures("configured")
async def test_what_nobody_foresaw_is_one_line_too(database: Database, bot: Bot) -> None:
    async with database.hot() as connection:
        await connection.execute("alter table agent_handoff rename to elsewhere")

    done = await bot("handoffs", "list")

    assert (done.code, done.out) == (1, "")
    assert done.err == "bot: unexpected ProgrammingError (--debug says where)\n"


async def test_what_the_system_refuses_is_told_in_its_words(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_DATA_DIR", "x" * 5_000)

    done = await bot("handoffs", "list")

    assert (done.code, done.err) == (1, "bot: File name too long\n")


@pytest.mark.usefixtures("configured")
async def test_a_database_that_is_not_migrated_is_told(database: Database, bot: Bot) -> None:
    async with database.hot() as connection:
        await connection.execute("delete from alembic_version")

    done = await bot("handoffs", "list")

    assert (done.code, done.out) == (1, "")
    assert done.err == "bot: the database is not migrated: run `bot migrate`\n"


@pytest.mark.parametrize("command", ["web", "worker"])
async def test_a_process_names_every_variable_it_lacks(bot: Bot, command: str) -> None:
    done = await bot(command)

    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[1] for line in done.err.splitlines()] == [
        "DATABASE_URL",
        "SECRET_KEY",
        "ANTHROPIC_API_KEY",
    ]


async def test_dev_does_not_start_without_the_database_it_was_given(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", NOWHERE)

    done = await bot("dev")

    assert done.code == 1
    assert done.err.splitlines()[-1].startswith("bot: the database is out of reach")
    assert "secret-word" not in done.err


@pytest.mark.slow
@pytest.mark.usefixtures("configured")
async def test_the_installed_command_works_and_passes_its_exit_code_on(
    database: Database,
) -> None:
    await keep(database, a_handoff_row(1))

    found = await installed("handoffs", "list")
    missing = await installed("handoffs", "show", "unknown")

    assert found.returncode == 0
    assert "handoff-01234567-1" in found.stdout
    assert found.stderr == ""
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == "bot: there is no handoff unknown\n"


async def installed(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as its entry point does, in a process of its own."""
    program = "from bot.cli import main; main()"
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
