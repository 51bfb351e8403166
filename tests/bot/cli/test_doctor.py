import pytest

from tests.bot.cli.conftest import Bot

SECRETS = {"SECRET_KEY": "secret-one", "ADMIN_TOKEN": "secret-two"}


async def test_a_line_says_how_each_thing_is_and_the_exit_code_that_all_is_well(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    done = await bot("doctor")

    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert [line.split()[:2] for line in lines] == [
        ["✓", "configuration"],
        ["\N{EN DASH}", "deployment"],
        ["\N{EN DASH}", "admin"],
        ["✓", "database"],
        ["✓", "schema"],
        ["\N{EN DASH}", "pgvector"],
        ["✓", "notices"],
        ["\N{EN DASH}", "model"],
        ["\N{EN DASH}", "slack"],
        ["\N{EN DASH}", "twilio"],
        ["\N{EN DASH}", "webhooks"],
    ]
    assert not any(value in done.out for value in SECRETS.values())


async def test_what_is_bad_fails_the_command_and_says_how_to_mend_it(bot: Bot) -> None:
    done = await bot("doctor")

    assert done.code == 1
    (bad,) = (line for line in done.out.splitlines() if line.startswith("✗"))
    assert bad.endswith("→ set DATABASE_URL, or run `bot dev` once")


async def test_with_a_bad_variable_nothing_else_is_looked_at(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "ninety")

    done = await bot("doctor")

    assert done.code == 1
    (line,) = done.out.splitlines()
    assert line.startswith("✗ PORT ")
