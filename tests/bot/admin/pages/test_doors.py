"""Who comes in, and what is answered to those who may not."""

from dataclasses import replace

import httpx2
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette

from bot.admin.pages.site import page_routes
from storage.database import Database
from tests.bot.admin.pages.front import a_browser, a_dashboard, a_desk, press
from tests.bot.admin.pages.past import a_past
from tests.storage.rows import TRACE

pytestmark = pytest.mark.slow


def addresses(database: Database) -> list[tuple[str, str]]:
    """Method and address of every page there is, later ones too."""
    return [
        (method, "/admin" + route.path.replace("{", "").replace("}", ""))
        for route in page_routes(a_desk(database))
        for method in sorted(route.methods or ())
    ]


async def test_every_page_needs_somebody_to_be_signed_in(
    database: Database, dashboard: Starlette
) -> None:
    pages = addresses(database)

    async with a_browser(dashboard) as stranger:
        for method, page in [*pages, ("GET", "/admin"), ("GET", "/admin/unknown")]:
            answer = await stranger.request(method, page)

            assert answer.status_code == 303, page
            assert answer.headers["location"].startswith("/admin/sign-in"), page

    assert len(pages) > 20


async def test_the_form_says_what_is_wrong_and_leads_on_afterwards(
    dashboard: Starlette,
) -> None:
    async with a_browser(dashboard) as stranger:
        page = await stranger.get("/admin/audit", follow_redirects=True)
        wrong = await stranger.post(
            "/admin/sign-in", data={"token": "wrong", "next": "/admin/audit"}
        )

    assert 'name="next" value="/admin/audit"' in page.text
    assert "Sign out" not in page.text
    assert wrong.status_code == 401
    assert 'role="alert">This is not an admin token that works.' in wrong.text
    assert 'name="next" value="/admin/audit"' in wrong.text
    assert 'value="wrong"' not in wrong.text


async def test_nothing_is_changed_without_the_token_of_a_form(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    for method, page in addresses(database):
        if method == "POST":
            assert (await admin.post(page, data={"csrf": "guess"})).status_code == 403, page
            assert (await admin.post(page)).status_code == 403, page


async def test_a_viewer_is_told_that_they_may_only_look(
    database: Database, viewer: httpx2.AsyncClient
) -> None:
    await a_past(database, "lamp")

    answer = await press(viewer, "/admin", f"/admin/traces/{TRACE}/undo")

    assert answer.status_code == 403
    assert "You may not do that" in answer.text
    assert "A viewer may only read." in answer.text


async def test_every_answer_has_the_headers_that_keep_it_here(
    admin: httpx2.AsyncClient,
) -> None:
    for page in ("/admin", "/admin/sign-in", "/admin/unknown", "/admin/static/admin.css"):
        headers = (await admin.get(page)).headers

        assert headers["content-security-policy"].startswith("default-src 'self'"), page
        assert headers["x-content-type-options"] == "nosniff"
        assert "no-store" in headers["cache-control"] or "static" in page


async def test_while_the_database_is_out_of_reach_a_page_says_so(
    database: Database, admin: httpx2.AsyncClient
) -> None:
    engine = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere")
    nowhere = a_dashboard(replace(database, engine=engine))

    async with a_browser(nowhere) as browser:
        browser.cookies = admin.cookies
        answer = await browser.get("/admin")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "The database is out of reach" in answer.text
