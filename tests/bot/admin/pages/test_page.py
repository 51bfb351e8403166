from datetime import timedelta

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from bot.admin.pages.faults import HANDLED, Faults
from bot.admin.pages.page import Page
from bot.admin.pages.view import View
from storage.database import Database
from tests.storage.scenes import eventually, value

pytestmark = pytest.mark.slow


class ImpatientPage(Page):
    within = timedelta(seconds=0.05)


async def test_a_page_that_takes_too_long_is_given_up_in_the_database_too(
    database: Database,
) -> None:
    async def long(_request: Request) -> Response:
        async with database.transaction() as connection:
            await connection.exec_driver_sql("select pg_sleep(61)")
        return Response()

    app = Starlette(
        routes=[ImpatientPage("/long", long)],
        exception_handlers=dict.fromkeys(HANDLED, Faults(View()).refused),
    )
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://bot.example"
    ) as browser:
        answer = await browser.get("/long")

    assert answer.status_code == 503
    assert "This takes too long" in answer.text
    asleep = "select count(*) = 0 from pg_stat_activity where query = 'select pg_sleep(61)'"
    await eventually(lambda: value(database, f"{asleep} and state = 'active'"), seconds=5)
