import csv
import json

import pytest

from storage.database import Database
from storage.dead_letters import DeadLetters
from tests.bot.cli.conftest import Bot
from tests.storage.rows import a_met_person, an_inbox_row, an_outbox_row, keep

pytestmark = pytest.mark.usefixtures("configured")

MESSAGE = f"slack-{1:032x}"


async def fail_two(database: Database) -> None:
    """Leave a message without an answer and an answer without a delivery."""
    await keep(
        database,
        *a_met_person(),
        an_inbox_row(1, state="failed").values(reason="model_fault"),
        an_outbox_row(1, state="failed").values(code="63016"),
    )


async def test_dead_letters_are_listed_without_their_text(database: Database, bot: Bot) -> None:
    await fail_two(database)

    done = await bot("dead-letters", "list")

    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 3
    assert MESSAGE in done.out
    assert "model_fault" in done.out
    assert "63016" in done.out
    assert "secret words" not in done.out


async def test_dead_letters_are_listed_as_json(database: Database, bot: Bot) -> None:
    await fail_two(database)

    done = await bot("dead-letters", "list", "--json", "--limit", "1")

    (item,) = json.loads(done.out)["items"]
    assert item["failed_at"] == "2026-11-20T12:00:00Z"
    assert item["kind"] in {"inbound", "outbound"}


async def test_dead_letters_are_listed_as_csv(database: Database, bot: Bot) -> None:
    await fail_two(database)

    done = await bot("dead-letters", "list", "--csv")

    rows = list(csv.DictReader(done.out.splitlines()))
    assert {row["kind"] for row in rows} == {"inbound", "outbound"}
    assert {row["failed_at"] for row in rows} == {"2026-11-20T12:00:00Z"}
    assert "secret words" not in done.out


async def test_how_many_were_put_back_is_told_as_json(database: Database, bot: Bot) -> None:
    await fail_two(database)

    done = await bot("dead-letters", "retry", "--all", "--json")

    assert json.loads(done.out) == {"retried": 2}


async def test_no_dead_letters_are_good_news(bot: Bot) -> None:
    done = await bot("dead-letters", "list")

    assert (done.code, done.out) == (0, "No dead letters.\n")


async def test_one_is_retried_by_its_id(database: Database, bot: Bot) -> None:
    await fail_two(database)

    done = await bot("dead-letters", "retry", MESSAGE)

    assert (done.code, done.out) == (0, "Put back: 1.\n")
    left = (await DeadLetters(database).page(limit=9)).items
    assert [one.letter_id for one in left] == ["outbox-1"]


async def test_all_are_retried(database: Database, bot: Bot) -> None:
    await fail_two(database)

    done = await bot("dead-letters", "retry", "--all")

    assert (done.code, done.out) == (0, "Put back: 2.\n")
    assert (await DeadLetters(database).page(limit=9)).items == ()


async def test_an_unknown_id_fails(bot: Bot) -> None:
    done = await bot("dead-letters", "retry", "unknown")

    assert (done.code, done.out) == (1, "")
    assert done.err == "bot: there is no dead letter unknown\n"


@pytest.mark.parametrize("arguments", [(), (MESSAGE, "--all")])
async def test_either_one_or_all_must_be_meant(bot: Bot, arguments: tuple[str, ...]) -> None:
    done = await bot("dead-letters", "retry", *arguments)

    assert done.code == 2
    assert "either an id or --all" in done.err
