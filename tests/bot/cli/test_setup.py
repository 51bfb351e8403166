import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import address, open_database
from storage.embedded import embedded_postgres
from storage.migrate import migrate, pending_revision
from tests.bot.cli.conftest import Bot
from tests.postgres import new_database


@pytest.fixture
async def empty_url(postgres: str) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    async with new_database(postgres) as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["DATABASE_URL", "DATABASE_DIRECT_URL"])
async def test_migrate_brings_a_database_to_the_newest_schema_and_may_be_repeated(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, empty_url: str, *, variable: str
) -> None:
    monkeypatch.setenv(variable, empty_url)

    first, again = await bot("migrate"), await bot("migrate")

    assert (first.code, first.out) == (0, "The database has the newest schema.\n")
    assert (again.code, again.out, again.err) == (0, first.out, "")
    async with open_database(address(empty_url), connections=2) as database:
        assert await pending_revision(database) is None


async def test_migrate_goes_past_a_pooler(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://pooler@127.0.0.1:1/nothing")
    monkeypatch.setenv("DATABASE_DIRECT_URL", database_url)

    assert (await bot("migrate")).code == 0


async def test_migrate_needs_a_database(bot: Bot) -> None:
    done = await bot("migrate")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("bot: DATABASE_URL: must be set")


@pytest.mark.slow
async def test_commands_find_the_database_that_dev_made(bot: Bot, folder: Path) -> None:
    def make() -> None:
        with embedded_postgres(folder / ".bot" / "postgres", durable=False) as url:
            asyncio.run(migrate(address(url)))

    await asyncio.to_thread(make)

    listed, migrated = await bot("handoffs", "list"), await bot("migrate")

    assert (listed.code, listed.out) == (0, "No handoffs.\n")
    assert migrated.code == 0


async def test_slacks_manifest_leads_to_the_public_address(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example")

    from_settings = await bot("slack-manifest")
    given = await bot("slack-manifest", "--public-url", "https://other.example")

    assert from_settings.code == given.code == 0
    assert json.loads(from_settings.out)["display_information"]
    assert "https://bot.example/webhooks/slack/events" in from_settings.out
    assert "https://other.example/webhooks/slack/events" in given.out


async def test_slacks_manifest_needs_an_address(bot: Bot) -> None:
    done = await bot("slack-manifest")

    assert (done.code, done.out, done.err) == (2, "", "bot: PUBLIC_URL: must be set\n")
