"""The dashboard over a database, and browsers that have signed in."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from starlette.applications import Starlette

from bot.admin.access import Role
from bot.admin.entrance import Entrance
from bot.admin.pages.desk import Desk
from bot.admin.pages.site import dashboard_routes
from bot.admin.pages.view import View
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.records import Records
from bot.erasing import Erasing
from bot.limits import Limits
from storage.access import AdminTokens
from storage.database import Database
from storage.people import People
from tests.bot.admin.app import SECRET_KEY
from tests.clock import NOON, ManualClock


def a_dashboard(database: Database) -> Starlette:
    """An app with the dashboard and nothing else; its clock stands at noon."""
    return Starlette(routes=dashboard_routes(a_desk(database), an_entrance(database)))


def a_desk(database: Database) -> Desk:
    """What the pages are made of."""
    return Desk(
        records=Records.of(database),
        pseudonyms=_pseudonyms(database),
        limits=Limits(tokens=200_000),
        clock=ManualClock(),
        erasing=Erasing(database, secret_key=SECRET_KEY),
        view=View(),
    )


def an_entrance(database: Database) -> Entrance:
    """Whose tokens open the dashboard: those in the database."""
    return Entrance.of(
        database,
        bootstrap=None,
        secret_key=SECRET_KEY,
        pseudonyms=_pseudonyms(database),
        clock=ManualClock(),
    )


@asynccontextmanager
async def signed_in(
    dashboard: Starlette, database: Database, role: Role
) -> AsyncIterator[httpx2.AsyncClient]:
    """Make a token of a role, and sign in with it."""
    _, token = await AdminTokens(database).create(role, now=NOON)
    async with a_browser(dashboard) as browser:
        answer = await browser.post("/admin/sign-in", data={"token": token})
        assert answer.status_code == 303
        yield browser


def a_browser(dashboard: Starlette) -> httpx2.AsyncClient:
    """A browser that has not signed in."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(dashboard), base_url="http://bot.example"
    )


def _pseudonyms(database: Database) -> Pseudonyms:
    return Pseudonyms(People(database), secret_key=SECRET_KEY)


async def press(
    browser: httpx2.AsyncClient, page: str, action: str, **fields: str
) -> httpx2.Response:
    """Send a form of a page, with the token that the page gave it; go where that leads."""
    found = re.search('name="csrf" value="([^"]+)"', (await browser.get(page)).text)
    assert found is not None
    data = {"csrf": found[1], **fields}
    return await browser.post(action, data=data, follow_redirects=True)
