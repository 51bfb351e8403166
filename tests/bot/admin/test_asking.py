"""How every route is asked: in time, or not at all."""

from datetime import timedelta

import httpx2
import pytest
from fastapi import APIRouter, FastAPI

from bot.admin.api.asking import TimedRoute
from bot.admin.api.faults import answer_faults
from context.errors import StoreUnavailable
from storage.database import Database
from tests.storage.scenes import eventually, run, value


class ImpatientRoute(TimedRoute):
    within = timedelta(seconds=0.05)


@pytest.mark.slow
async def test_a_question_that_takes_too_long_is_given_up_in_the_database_too(
    database: Database,
) -> None:
    routes = APIRouter(route_class=ImpatientRoute)

    @routes.get("/long")
    async def long() -> None:
        async with database.transaction() as connection:
            await connection.exec_driver_sql("select pg_sleep(60)")

    app = FastAPI()
    answer_faults(app, [])
    app.include_router(routes)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://bot.example"
    ) as api:
        answer = await api.get("/long")

    assert answer.status_code == 503
    assert "takes too long" in answer.json()["error"]
    assert answer.headers["retry-after"] == "1"
    asleep = "select count(*) = 0 from pg_stat_activity where query = 'select pg_sleep(60)'"
    await eventually(lambda: value(database, f"{asleep} and state = 'active'"), seconds=5)
    await run(database, "select 1")


async def test_while_the_database_is_out_of_reach_the_answer_says_so() -> None:
    app = FastAPI()
    answer_faults(app, [])

    @app.get("/away")
    async def away() -> None:
        raise StoreUnavailable("ConnectionRefusedError")

    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://bot.example"
    ) as api:
        answer = await api.get("/away")

    assert answer.status_code == 503
    assert answer.json() == {"error": "the database is out of reach"}
    assert answer.headers["retry-after"] == "1"
