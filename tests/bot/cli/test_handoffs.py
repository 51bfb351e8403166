import csv
import hashlib
import hmac
import json
from dataclasses import fields
from pathlib import Path

import pytest
from rich.text import Text

from context.messages import SLACK, UserId, person_id
from storage.database import Database
from storage.handoffs import HandoffSummary
from tests.bot.cli.conftest import Bot
from tests.builders import USER
from tests.storage.rows import (
    TRACE,
    a_handoff_row,
    a_met_person,
    a_person,
    a_session,
    an_agent_row,
    an_identity,
    keep,
)

pytestmark = pytest.mark.usefixtures("configured")

PHONE = UserId("+14155550100")
ID = "handoff-01234567-1"


async def test_handoffs_are_listed_in_a_table_newest_first(
    database: Database, bot: Bot
) -> None:
    await keep(database, *a_met_person(), a_handoff_row(1), a_handoff_row(2))

    done = await bot("handoffs", "list")

    assert (done.code, done.err) == (0, "")
    heading, first, second = done.out.splitlines()
    assert heading.split()[0] == "Made"
    assert "handoff-01234567-2" in first
    assert first.rstrip().endswith("90%")
    assert ID in second


async def test_a_table_fits_the_terminal_and_cuts_nothing(
    database: Database, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    await keep(database, *a_met_person(), a_handoff_row(1))

    done = await bot("handoffs", "list")

    lines = [Text.from_ansi(line) for line in done.out.splitlines()]
    assert len(lines) > 2
    assert max(line.cell_len for line in lines) <= 60
    assert "…" not in done.out


async def test_nothing_to_list_is_said(bot: Bot) -> None:
    done = await bot("handoffs", "list")

    assert (done.code, done.out) == (0, "No handoffs.\n")


async def test_a_list_as_json_is_what_the_admin_api_gives(database: Database, bot: Bot) -> None:
    await keep(database, *(a_handoff_row(number) for number in (1, 2, 3)))

    first = json.loads((await bot("handoffs", "list", "--json", "--limit", "2")).out)
    rest = json.loads(
        (await bot("handoffs", "list", "--json", "--cursor", first["next_cursor"])).out
    )

    assert [one["sequence"] for one in first["items"] + rest["items"]] == [3, 2, 1]
    assert first["items"][2 - 1]["created_at"] == "2026-11-20T12:02:00Z"
    assert rest["next_cursor"] is None


async def test_a_list_as_csv_has_every_field(database: Database, bot: Bot) -> None:
    await keep(database, a_handoff_row(1, said='He said "no, thanks"\nand left'))

    done = await bot("handoffs", "list", "--csv")

    (row,) = csv.DictReader(done.out.splitlines(keepends=True))
    assert list(row) == [one.name for one in fields(HandoffSummary)]
    assert row["summary"] == 'He said "no, thanks"\nand left'
    assert row["created_at"] == "2026-11-20T12:01:00Z"
    assert row["project_id"] == ""


async def test_a_table_says_where_the_next_page_begins(database: Database, bot: Bot) -> None:
    await keep(database, a_handoff_row(1), a_handoff_row(2))

    done = await bot("handoffs", "list", "--limit", "1")

    more = done.out.splitlines()[-1]
    assert more.startswith("More: add --cursor ")
    following = await bot("handoffs", "list", "--cursor", more.split()[-1])
    assert ID in following.out


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--user", PHONE, [1]),
        ("--user", USER, [1]),
        ("--platform", "whatsapp", [2]),
        ("--trace", TRACE, [3, 2, 1]),
        ("--agent-type", "researcher", [2]),
        ("--project", "atlas", [3]),
        ("--reason", "forced_rotation", [3]),
        ("--since", "2026-11-20T12:02:00Z", [3, 2]),
        ("--since", "2026-11-20", [3, 2, 1]),
        ("--until", "2026-11-20T12:02:00Z", [1]),
        ("--until", "2026-11-20", []),
    ],
)
async def test_an_option_narrows_the_list(
    database: Database, bot: Bot, *, option: str, value: str, expected: list[int]
) -> None:
    other = UserId("T024BE7LD:UOTHER")
    await keep(
        database,
        *a_met_person(),
        a_person(PHONE, linked_to=person_id(SLACK, USER)),
        an_identity(PHONE),
        a_handoff_row(1),
        a_handoff_row(2, user_id=other).values(platform="whatsapp", agent_type="researcher"),
        a_handoff_row(3, user_id=other).values(
            project_id="atlas", termination_reason="forced_rotation"
        ),
    )

    done = await bot("handoffs", "list", "--json", option, value)

    assert [one["sequence"] for one in json.loads(done.out)["items"]] == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ("--limit", "0"),
        ("--limit", "201"),
        ("--cursor", "garbage"),
        ("--platform", "telex"),
        ("--reason", "boredom"),
        ("--since", "yesterday"),
        ("--json", "--csv"),
        ("--unknown",),
        ("surplus",),
    ],
)
async def test_wrong_usage_is_one_line_and_exit_code_2(
    bot: Bot, arguments: tuple[str, ...]
) -> None:
    done = await bot("handoffs", "list", *arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("bot: ")
    assert len(done.err.splitlines()) == 1
    assert "Value error" not in done.err


async def test_a_handoff_is_shown_with_its_document(database: Database, bot: Bot) -> None:
    await keep(database, a_handoff_row(1))

    shown = await bot("handoffs", "show", ID)
    as_json = await bot("handoffs", "show", ID, "--json")

    assert shown.code == as_json.code == 0
    assert "context_window_exhausted" in shown.out
    assert "\n# Handoff of agent 1" in shown.out
    assert json.loads(as_json.out)["document"]["original_request"]["text"]


async def test_a_document_of_another_version_is_shown_only_as_it_is(
    database: Database, bot: Bot
) -> None:
    await keep(database, a_handoff_row(1).values(document={"schema_number": 99}))

    shown = await bot("handoffs", "show", ID)
    as_json = await bot("handoffs", "show", ID, "--json")

    assert (shown.code, shown.out) == (1, "")
    assert "--json" in shown.err
    assert json.loads(as_json.out)["document"] == {"schema_number": 99}


async def test_peoples_words_do_not_steer_the_operators_terminal(
    database: Database, bot: Bot
) -> None:
    await keep(database, a_handoff_row(1, said="\x1b[2J\x1b]0;owned\x07 [bold]Hi[/bold]"))

    done = await bot("handoffs", "show", ID)

    assert "\x1b" not in done.out
    assert "\x07" not in done.out
    assert "[bold]Hi[/bold]" in done.out


@pytest.mark.parametrize("user_id", [USER, PHONE])
async def test_the_latest_handoff_of_a_person_is_shown(
    database: Database, bot: Bot, user_id: str
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_person(PHONE, linked_to=person_id(SLACK, USER)),
        an_identity(PHONE),
        a_handoff_row(1),
        a_handoff_row(2, user_id=PHONE),
    )

    done = await bot("handoffs", "latest", user_id, "--json")

    assert json.loads(done.out)["sequence"] == 2


def let_dev_keep(secret_key: str) -> None:
    Path(".bot").mkdir()
    Path(".bot/secret_key").write_text(f"{secret_key}\n")


@pytest.mark.parametrize("is_kept_by_dev", [True, False])
async def test_a_person_is_found_by_the_digest_in_the_logs(
    database: Database, bot: Bot, monkeypatch: pytest.MonkeyPatch, *, is_kept_by_dev: bool
) -> None:
    await keep(database, *a_met_person(), a_handoff_row(1))
    if is_kept_by_dev:
        let_dev_keep("a-key")
    else:
        monkeypatch.setenv("SECRET_KEY", "a-key")
    digest = hmac.new(b"a-key", USER.encode(), hashlib.sha256).hexdigest()[:16]

    listed = await bot("handoffs", "list", "--user", digest, "--json")
    latest = await bot("handoffs", "latest", digest, "--json")

    assert len(json.loads(listed.out)["items"]) == 1
    assert json.loads(latest.out)["user_id"] == USER


async def test_a_chain_shows_every_agent_and_the_handoff_it_left(
    database: Database, bot: Bot
) -> None:
    await keep(
        database,
        a_person(),
        an_identity(),
        a_session(),
        an_agent_row(1, state="handoff_complete").values(
            termination_reason="context_window_exhausted"
        ),
        an_agent_row(2),
        a_handoff_row(1),
    )

    table = await bot("handoffs", "chain", TRACE)
    as_json = await bot("handoffs", "chain", TRACE, "--json")
    as_csv = await bot("handoffs", "chain", TRACE, "--csv")

    _, first, second = table.out.splitlines()
    assert "chat 1" in first
    assert ID in first
    assert "context window exhausted" in first
    assert "chat 2" in second
    assert "active" in second
    assert [one["agent_version"] for one in json.loads(as_json.out)["agents"]] == [1, 2]
    assert len(list(csv.DictReader(as_csv.out.splitlines()))) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "handoff-unknown"), "bot: there is no handoff handoff-unknown\n"),
        (("latest", "T1:UNOBODY"), "bot: there is no handoff of this person\n"),
        (("chain", TRACE), f"bot: there is no trace {TRACE}\n"),
    ],
)
async def test_what_is_not_there_is_one_line_and_exit_code_1(
    bot: Bot, arguments: tuple[str, ...], told: str
) -> None:
    done = await bot("handoffs", *arguments)

    assert (done.code, done.out, done.err) == (1, "", told)


async def test_a_handoff_is_deactivated(database: Database, bot: Bot) -> None:
    await keep(database, a_handoff_row(1))

    done = await bot("handoffs", "deactivate", ID)
    unknown = await bot("handoffs", "deactivate", "handoff-unknown")

    assert (done.code, done.out) == (0, f"Handoff {ID} is superseded.\n")
    assert not json.loads((await bot("handoffs", "show", ID, "--json")).out)["active"]
    assert unknown.code == 1
    assert "handoff-unknown" in unknown.err


async def test_an_export_is_every_handoff_with_its_document_a_line_each(
    database: Database, bot: Bot
) -> None:
    await keep(database, *(a_handoff_row(number) for number in range(1, 61)))

    done = await bot("handoffs", "export")

    lines = [json.loads(line) for line in done.out.splitlines()]
    assert (done.code, done.err) == (0, "")
    assert [one["sequence"] for one in lines] == list(range(60, 0, -1))
    assert lines[0] == json.loads(
        (await bot("handoffs", "show", "handoff-01234567-60", "--json")).out
    )


async def test_an_export_may_be_narrowed_down_to_nothing(database: Database, bot: Bot) -> None:
    other = UserId("T024BE7LD:UOTHER")
    await keep(
        database,
        *a_met_person(),
        *a_met_person(other),
        a_handoff_row(1),
        a_handoff_row(2, user_id=other),
    )

    theirs = await bot("handoffs", "export", "--user", other, "--reason", "forced_rotation")
    mine = await bot("handoffs", "export", "--user", USER, "--since", "2026-11-20")

    assert (theirs.code, theirs.out) == (0, "")
    assert [json.loads(line)["user_id"] for line in mine.out.splitlines()] == [USER]
