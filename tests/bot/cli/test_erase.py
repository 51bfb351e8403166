"""`bot users erase`."""

import json

import pytest

from context.messages import SLACK
from storage.database import Database
from storage.tombstones import Digests
from tests.bot.cli.conftest import Bot
from tests.builders import USER
from tests.storage.pasts import say
from tests.storage.scenes import ADA, everything, value

pytestmark = pytest.mark.usefixtures("configured")


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """The service's key."""
    monkeypatch.setenv("SECRET_KEY", "a-key")
    return "a-key"


@pytest.mark.usefixtures("key")
async def test_without_yes_it_is_only_said_what_would_go(database: Database, bot: Bot) -> None:
    await say(database, "My lamp", "I see")
    before = await everything(database)

    done = await bot("users", "erase", USER)

    assert (done.code, done.err) == (2, "bot: nothing is erased without --yes\n")
    counts = [line.split() for line in done.out.splitlines()]
    assert ["content_item", "2"] in counts
    assert ["outbox", "0"] not in counts
    assert await everything(database) == before


async def test_with_yes_everything_goes_and_a_receipt_says_so(
    database: Database, bot: Bot, key: str
) -> None:
    await say(database, "My lamp", "I see")
    await say(database, "Hers", user_id=ADA)

    done = await bot("users", "erase", USER, "--yes")

    assert (done.code, done.err) == (0, "")
    digest = Digests(key.encode()).of_identity(SLACK, USER)
    assert f"slack: {digest}" in done.out
    assert USER not in done.out
    assert await value(database, "select count(*) from content_item") == 1
    assert str(await value(database, "select receipt_id from erasure")) in done.out


@pytest.mark.usefixtures("key")
async def test_the_receipt_is_there_as_json(database: Database, bot: Bot) -> None:
    await say(database, "My lamp", "I see")

    done = await bot("users", "erase", USER, "--yes", "--json")

    receipt = json.loads(done.out)
    assert receipt.keys() == {"receipt_id", "erased_at", "identities", "rows"}
    assert receipt["rows"]["content_item"] == 2


async def test_an_erasure_is_repeated_with_its_receipt_after_an_older_backup_is_restored(
    database: Database, bot: Bot, key: str
) -> None:
    await say(database, "My lamp", "I see")
    digest = Digests(key.encode()).of_identity(SLACK, USER)

    done = await bot("users", "erase", digest, "--yes")

    assert (done.code, done.err) == (0, "")
    assert digest in done.out
    assert await value(database, "select count(*) from content_item") == 0


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("more", [[], ["--yes"]])
async def test_nobody_cannot_be_erased(bot: Bot, more: list[str]) -> None:
    done = await bot("users", "erase", USER, *more)

    assert (done.code, done.err) == (1, "bot: nobody is known by that identity\n")


async def test_without_the_services_key_nothing_is_erased(database: Database, bot: Bot) -> None:
    """Digests under another key would keep nothing away."""
    await say(database, "My lamp")

    done = await bot("users", "erase", USER, "--yes")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("bot: SECRET_KEY: ")
    assert await value(database, "select count(*) from content_item") == 1
