"""The smaller pages: sessions, dead letters, deliveries, usage, statistics, the audit log."""

import re

import httpx2
import pytest

from storage.database import Database
from tests.bot.admin.pages.front import press
from tests.bot.admin.pages.past import a_past
from tests.builders import USER
from tests.storage.pasts import say
from tests.storage.rows import SESSION, a_call_row, a_met_person, an_agent_row, keep

pytestmark = pytest.mark.slow


async def test_the_overview_shows_what_is_at_work_and_what_is_wrong(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    html = (await admin.get("/admin")).text

    shown = dict(
        re.findall(
            'what">(?:<a[^>]*>)?([^<]+)(?:</a>)?</span><span class="value">([^<]+)', html
        )
    )
    assert shown["Agents at work"] == "1"
    assert shown["Dead letters"] == "2"
    assert shown["Uncertain deliveries"] == "1"
    assert SESSION[:8] in html


async def test_sessions_are_found_by_person_platform_and_state(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await keep(database, *a_met_person(), an_agent_row(1))
    async with database.hot() as connection:
        await connection.execute("update session set agent_id = 'agent-01234567-1'")

    for asked, is_found in (
        ({"user_id": USER, "platform": "slack", "state": "active"}, True),
        ({"state": "critical"}, False),
        ({"platform": "whatsapp"}, False),
    ):
        html = (await admin.get("/admin/sessions", params=asked)).text

        assert ("0.6 % of the window in use" in html) is is_found, asked


async def test_a_session_shows_its_gauge_and_what_was_said_newest_first(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    html = (await admin.get(f"/admin/sessions/{SESSION}")).text

    assert "Bot, notice: warning, agent 1" in html
    assert html.count('class="user mine"') == 3


async def test_a_huge_message_is_folded_up_and_its_end_left_out(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp " * 200_000)

    answer = await admin.get(f"/admin/sessions/{SESSION}")

    assert "The first 20,000 of 1,000,000 characters" in answer.text
    assert len(answer.content) < 500_000


async def test_a_dead_letter_is_put_back_and_so_are_all(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")
    page = "/admin/dead-letters"

    one = await press(admin, page, f"{page}/outbox-3/retry")
    again = await press(admin, page, f"{page}/outbox-3/retry")
    rest = await press(admin, page, f"{page}/retry")

    assert "It waits again" in one.text
    assert "63016" not in one.text
    assert again.status_code == 404
    assert "Nothing has failed for good." in rest.text


async def test_deliveries_show_what_does_not_arrive_and_what_is_overdue(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    html = (await admin.get("/admin/deliveries")).text

    assert "63016" in html
    assert html.count(">uncertain</span>") == 2


async def test_usage_is_summed_up_by_day_platform_agent_model_and_person(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await keep(
        database,
        *a_met_person(),
        an_agent_row(1),
        a_call_row(1).values(agent_id="agent-01234567-1", model="claude-opus-5-5"),
    )

    html = (await admin.get("/admin/usage")).text
    before = (await admin.get("/admin/usage?until=2026-11-01T00:00")).text

    for key in ("2026-11-20", "slack", "chat", "claude-opus-5-5", USER):
        assert f'data-value="{key}"' in html, key
    assert '<span class="value">1,115</span>' in html
    assert before.count("No model calls in this time.") == 6


async def test_statistics_show_the_last_hours_and_all_that_was_done(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    html = (await admin.get("/admin/statistics?hours=48")).text

    assert "How unbroken the last 48 hours were" in html
    assert "forced rotation</th>" in html


async def test_the_audit_log_shows_this_very_visit(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await say(database, "Hello")
    await admin.get(f"/admin/sessions/{SESSION}")

    html = (await admin.get("/admin/audit")).text
    about = (await admin.get("/admin/audit", params={"user_id": USER})).text

    assert "POST /sign-in" in html
    assert "GET /sessions/{session_id}" in about
    assert "POST /sign-in" not in about
