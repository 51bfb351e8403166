from datetime import timedelta

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from bot.admin.pages.faults import HANDLED, Faults
from bot.admin.pages.page import Page
from bot.admin.pages.view import View
from context.errors import StoreUnavailable
from storage.database import Database
from tests.storage.scenes import eventually, value

pytestmark = pytest.mark.slow


def of_pages(route: Page) -> httpx2.AsyncClient:
    """A browser in front of one page, and of what is shown when it cannot be."""
    app = Starlette(
        routes=[route], exception_handlers=dict.fromkeys(HANDLED, Faults(View()).refused)
    )
    transport = httpx2.ASGITransport(app)
    return httpx2.AsyncClient(transport=transport, base_url="http://bot.example")


class ImpatientPage(Page):
    within = timedelta(seconds=0.05)


async def test_a_page_that_takes_too_long_is_given_up_in_the_database_too(
    database: Database,
) -> None:
    async def long(_request: Request) -> Response:
        async with database.transaction() as connection:
            await connection.exec_driver_sql("select pg_sleep(61)")
        return Response()

    async with of_pages(ImpatientPage("/long", long)) as browser:
        answer = await browser.get("/long")

    assert answer.status_code == 503
    assert "This takes too long" in answer.text
    asleep = "select count(*) = 0 from pg_stat_activity where query = 'select pg_sleep(61)'"
    await eventually(lambda: value(database, f"{asleep} and state = 'active'"), seconds=5)


async def test_while_the_database_is_out_of_reach_the_page_says_what_to_do() -> None:
    async def away(_request: Request) -> Response:
        raise StoreUnavailable("ConnectionRefusedError")

    async with of_pages(Page("/away", away)) as browser:
        answer = await browser.get("/away")

    assert answer.status_code == 503
    assert "The database is out of reach" in answer.text
    assert "Load the page again in a moment." in answer.text
