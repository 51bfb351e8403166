"""`bot handoffs stats`."""

import csv
import json
from datetime import timedelta

import pytest
from rich.text import Text

from bot.clock import SystemClock
from storage.database import Database
from storage.tally import Counted, Kind, Tally
from tests.bot.cli.conftest import Bot
from tests.builders import USER
from tests.storage.rows import a_call_row, a_handoff_row, a_met_person, keep

pytestmark = pytest.mark.usefixtures("configured")


@pytest.fixture
async def busy(database: Database) -> None:
    """An hour ago somebody was handed over, and a platform sent one message twice."""
    now = SystemClock().now()
    ago = now - timedelta(hours=1)
    await keep(
        database,
        *a_met_person(),
        a_handoff_row(1).values(created_at=ago, probe_score=0.75),
        a_call_row(1, output_tokens=1_000_000).values(started_at=ago, model="claude-opus-5"),
    )
    counts = {Kind(Counted.ACCEPTED, "slack"): 3, Kind(Counted.DUPLICATE, "slack"): 1}
    await Tally(database).add(counts, now=now)


@pytest.mark.usefixtures("busy")
async def test_figures_are_shown_in_tables(bot: Bot) -> None:
    done = await bot("handoffs", "stats")

    assert (done.code, done.err) == (0, "")
    shown = {line[:26].strip(): line[26:].strip() for line in done.out.splitlines()}
    assert shown["Duplicates refused"] in {"1 (25.0%)", "1"}
    assert "1 (25.0%)" in done.out
    assert "$25.0064" in done.out
    assert USER in done.out


@pytest.mark.usefixtures("busy")
async def test_tables_fit_the_terminal(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")

    done = await bot("handoffs", "stats")

    assert max(Text.from_ansi(line).cell_len for line in done.out.splitlines()) <= 60


@pytest.mark.usefixtures("busy")
async def test_json_has_what_the_api_gives_and_the_last_hours(bot: Bot) -> None:
    done = await bot("handoffs", "stats", "--json")

    given = json.loads(done.out)
    assert given["handoffs_total"] == 1
    assert given["duplicates_refused"] == 1
    last = given["continuity"]
    assert last["duplicate_rate"] == 0.25
    assert last["handoffs"] == last["low_probe_scores"] == 1
    assert last["cost_per_user_usd"] == last["spent"]["cost_usd"]
    assert [user["key"] for user in last["top_users"]] == [USER]


@pytest.mark.usefixtures("busy")
async def test_csv_has_a_figure_a_line(bot: Bot) -> None:
    done = await bot("handoffs", "stats", "--csv")

    figures = {row["figure"]: row["value"] for row in csv.DictReader(done.out.splitlines())}
    assert figures["total.handoffs_by_reason.context_window_exhausted"] == "1"
    assert figures["duplicate_rate"] == "0.25"
    assert figures["reply_p95_seconds"] == ""
    assert figures[f"top_users.{USER}.calls"] == "1"


@pytest.mark.usefixtures("busy")
async def test_the_window_is_as_long_as_is_asked_for(bot: Bot) -> None:
    done = await bot("handoffs", "stats", "--hours", "48", "--json")

    assert json.loads(done.out)["continuity"]["people"] == 1


async def test_an_empty_service_has_figures_too(bot: Bot) -> None:
    done = await bot("handoffs", "stats")

    assert done.code == 0
    assert "–" in done.out  # noqa: RUF001 - a dash for nothing


async def test_one_form_at_a_time(bot: Bot) -> None:
    done = await bot("handoffs", "stats", "--json", "--csv")

    assert done.code == 2
