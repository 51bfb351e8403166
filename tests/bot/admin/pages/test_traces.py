import re

import httpx2
import pytest

from storage.database import Database
from tests.bot.admin.pages.front import press
from tests.bot.admin.pages.past import FIRST, SECOND, a_past
from tests.builders import USER
from tests.storage.rows import TRACE

pytestmark = pytest.mark.slow

PAGE = f"/admin/traces/{TRACE}"


async def test_a_trace_is_told_from_its_beginning(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    html = (await admin.get(PAGE)).text

    timeline = html.partition('<ol class="timeline">')[2]
    told = re.findall("<strong>(?:<a[^>]*>)?([^<]+)", timeline)
    assert told == [
        "Notice: warning",
        "Compaction swapped in",
        "Forced rotation",
        "Handoff 1",
        "Agent 1 began",
        "Compaction skipped",
        "Handoff 2",
        "Agent 2 began",
        "Agent 3 began",
    ]
    assert "too little was said since the last one" in timeline
    assert f'href="/admin/handoffs/{SECOND}#told">What agent 3 was told' in timeline


async def test_the_latest_handoff_is_taken_back(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")
    await point_session_at(database, "agent-01234567-3")

    answer = await press(admin, PAGE, f"{PAGE}/undo")

    assert "The latest handoff was taken back." in answer.text
    assert "Agent 4 began" in answer.text
    assert f'href="/admin/handoffs/{FIRST}#told">What agent 4 was told' in answer.text


async def test_what_cannot_be_taken_back_is_explained(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    elsewhere = await press(admin, "/admin", f"{PAGE}/undo")
    unknown = await press(admin, "/admin", "/admin/traces/unknown/undo")
    await point_session_at(database, "agent-01234567-1")
    first = await press(admin, "/admin", f"{PAGE}/undo")

    assert elsewhere.status_code == 409
    assert "goes on in another trace" in elsewhere.text
    assert unknown.status_code == 404
    assert first.status_code == 409
    assert "there is none to take back" in first.text


async def point_session_at(database: Database, agent_id: str) -> None:
    async with database.hot() as connection:
        await connection.execute(
            "update session set agent_id = $1 where user_id = $2", agent_id, USER
        )
