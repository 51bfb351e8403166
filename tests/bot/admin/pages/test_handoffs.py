import re

import httpx2
import pytest

from storage.database import Database
from tests.bot.admin.pages.front import press
from tests.bot.admin.pages.past import FIRST, SECOND, a_past
from tests.bot.admin.test_api import logged_as
from tests.builders import USER
from tests.storage.rows import TRACE, a_handoff_row, a_met_person, keep

pytestmark = pytest.mark.slow


def listed(html: str) -> list[str]:
    """The handoffs of a list, in order; each is linked to by its time."""
    return re.findall('data-label="When"><a href="/admin/handoffs/([^"]+)"', html)


FOUND: list[tuple[dict[str, str], list[str]]] = [
    ({}, [SECOND, FIRST]),
    ({"q": "lamp"}, [SECOND, FIRST]),
    ({"q": "nothing-like-it"}, []),
    ({"user_id": USER}, [SECOND, FIRST]),
    ({"user_id": logged_as(USER)}, [SECOND, FIRST]),
    ({"user_id": "nobody"}, []),
    ({"platform": "whatsapp"}, []),
    ({"termination_reason": "forced_rotation"}, [SECOND]),
    ({"active": "false"}, [FIRST]),
    ({"agent_type": "chat", "project_id": "atlas", "trace_id": TRACE}, [SECOND, FIRST]),
    ({"created_after": "2026-11-20T12:02"}, [SECOND]),
    ({"created_before": "2026-11-20T12:01:30"}, [FIRST]),
    ({"q": "", "user_id": "", "platform": "", "created_after": ""}, [SECOND, FIRST]),
]


async def test_the_form_finds_what_it_asks_for(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    for asked, found in FOUND:
        answer = await admin.get("/admin/handoffs", params=asked)

        assert listed(answer.text) == found, asked


async def test_what_was_asked_stays_in_the_form(admin: httpx2.AsyncClient) -> None:
    asked = {"q": 'a "lamp"', "platform": "slack", "created_after": "2026-11-20T12:00"}

    form = (await admin.get("/admin/handoffs", params=asked)).text

    assert 'value="a &#34;lamp&#34;"' in form
    assert "<option selected>slack</option>" in form
    assert 'value="2026-11-20T12:00"' in form


async def test_a_fault_is_told_beside_the_form(admin: httpx2.AsyncClient) -> None:
    answer = await admin.get("/admin/handoffs", params={"created_after": "then", "q": "lamp"})

    assert answer.status_code == 422
    assert 'role="alert">created after: must be a time' in answer.text
    assert 'value="lamp"' in answer.text


async def test_following_the_pages_shows_every_handoff_once(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await keep(database, *a_met_person(), *(a_handoff_row(number) for number in range(1, 6)))

    seen: list[str] = []
    page: str | None = "?limit=2&platform=slack"
    while page is not None:
        html = (await admin.get(f"/admin/handoffs{page}")).text
        seen += listed(html)
        further = re.search('rel="next" href="([^"]+)"', html)
        page = further[1].replace("&amp;", "&") if further else None

    assert [one[-1] for one in seen] == ["5", "4", "3", "2", "1"]


async def test_a_handoff_shows_every_category_and_what_the_next_agent_was_told(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp <3")

    html = (await admin.get(f"/admin/handoffs/{FIRST}")).text

    assert len(re.findall('<h3 id="c-', html)) == 17
    assert "&lt;handoff&gt;lamp &lt;3&lt;/handoff&gt;</pre>" in html
    assert "because its context window was full" in html
    assert "0.90: the share of known facts" in html
    assert f'href="/admin/handoffs/{SECOND}"' in html


async def test_a_handoff_from_before_briefings_were_kept_shows_what_its_document_gives(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await keep(database, *a_met_person(), a_handoff_row(1, said="My order is A-1042."))

    html = (await admin.get(f"/admin/handoffs/{FIRST}")).text

    assert "It was not kept word for word" in html
    assert "&lt;handoff sequence=" in html


async def test_a_document_of_another_version_is_shown_as_it_is_stored(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    unknown = {"schema_number": 2, "mood": "gentle"}
    await keep(
        database,
        *a_met_person(),
        a_handoff_row(1).values(document=unknown),
        a_handoff_row(2).values(predecessor_handoff_id=FIRST),
    )

    html = (await admin.get(f"/admin/handoffs/{FIRST}")).text
    diff = (await admin.get(f"/admin/handoffs/{SECOND}/diff")).text

    assert "&#34;mood&#34;: &#34;gentle&#34;" in html
    assert "What was told is not kept" in html
    assert "cannot be compared" in diff


async def test_a_diff_flags_what_was_open_and_is_not_mentioned_any_more(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    html = (await admin.get(f"/admin/handoffs/{SECOND}/diff")).text

    flagged = html.partition('id="flagged"')[2].partition("</section>")[0]
    assert "question: lamp (due lamp)" in flagged
    assert "[open] lamp" in flagged
    assert "dropped, was open" in html


async def test_deactivating_marks_the_handoff_and_leads_back_to_it(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")
    page = f"/admin/handoffs/{SECOND}"

    answer = await press(admin, page, f"{page}/deactivate")

    assert "The handoff is deactivated." in answer.text
    assert "Deactivate this handoff" not in answer.text


async def test_what_is_not_there_cannot_be_deactivated(admin: httpx2.AsyncClient) -> None:
    answer = await press(admin, "/admin", "/admin/handoffs/unknown/deactivate")

    assert answer.status_code == 404
