import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from bot.admin.entrance import Entrance
from bot.admin.pseudonyms import Pseudonyms
from context.messages import UserId
from storage.access import AdminTokens
from storage.database import Database
from storage.people import People
from storage.strangers import NOBODY
from tests.bot.admin.app import SECRET_KEY
from tests.bot.admin.test_api import logged_as
from tests.bot.admin.tokens import TOKEN, authorized
from tests.builders import NOON, USER
from tests.clock import ManualClock
from tests.storage.deeds import log_of
from tests.storage.rows import PERSON, a_handoff_row, a_met_person, keep
from tests.storage.scenes import run, value

PHONE = UserId("+14155550100")


class Deeds:
    """An app whose changes count what was done, and where some things break."""

    def __init__(self) -> None:
        self.done = 0

    def app(self, database: Database) -> Starlette:
        clock = ManualClock()
        entrance = Entrance.of(
            database,
            bootstrap=TOKEN,
            secret_key=SECRET_KEY,
            pseudonyms=Pseudonyms(People(database), secret_key=SECRET_KEY),
            clock=clock,
        )
        routes = [
            Route("/deeds", self._do, methods=["GET", "POST"]),
            Route("/broken", self._break, methods=["GET", "POST"]),
            Route("/who", self._who),
        ]
        guard = entrance.api_guard(route.path for route in routes)
        return Starlette(routes=routes, middleware=[guard])

    async def _do(self, _request: Request) -> Response:
        self.done += 1
        return PlainTextResponse("done", 201)

    async def _break(self, _request: Request) -> Response:
        raise RuntimeError("broken")

    async def _who(self, request: Request) -> Response:
        caller = request.state.caller
        return JSONResponse({"who": caller.token_id, "role": caller.role})


@pytest.fixture
def deeds() -> Deeds:
    return Deeds()


@pytest.fixture
async def doer(database: Database, deeds: Deeds) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(deeds.app(database), raise_app_exceptions=False),
        base_url="http://bot.example",
        headers=authorized(f"Bearer {TOKEN}"),
    ) as client:
        yield client


async def test_every_call_is_in_the_audit_log_by_its_pattern_and_without_words(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, *a_met_person(), a_handoff_row(1))

    await api.get("/handoffs?q=secret+words")
    await api.get("/handoffs/handoff-unknown")
    await api.get("/handoffs?limit=wrong")
    await api.post("/handoffs/handoff-01234567-1/deactivate")
    await api.get("/nothing/of/that/kind")

    log = await log_of(database)
    assert {(one.action, one.subject, one.status) for one in log} == {
        ("GET /handoffs", None, 200),
        ("GET /handoffs/{handoff_id}", "handoff-unknown", 404),
        ("GET /handoffs", None, 422),
        ("POST /handoffs/{handoff_id}/deactivate", "handoff-01234567-1", 200),
        ("GET (unknown)", None, 404),
    }
    assert {(one.who, one.role, one.via, one.calls) for one in log} == {
        ("bootstrap", "admin", "api", 1)
    }
    assert "secret" not in repr(log)
    assert "that" not in repr(log)


@pytest.mark.parametrize(
    "path",
    [
        f"/users/{USER}/handoffs/latest",
        f"/users/{logged_as(USER)}/handoffs/latest",
        f"/handoffs?user_id={USER}",
        "/handoffs/handoff-01234567-1",
    ],
)
async def test_whom_a_call_was_about_is_in_the_log_however_they_were_named(
    database: Database, api: httpx2.AsyncClient, path: str
) -> None:
    await keep(database, *a_met_person(), a_handoff_row(1))

    await api.get(path)

    (entry,) = await log_of(database)
    assert entry.person_id == PERSON


@pytest.mark.parametrize(
    "path",
    [
        f"/users/{PHONE}/handoffs/latest",
        f"/handoffs?user_id={PHONE}",
        f"/handoffs/{PHONE}",
        f"/{PHONE}",
        f"/handoffs?trace_id={PHONE}&q={PHONE}",
        "/users/a%00b/handoffs/latest",
        "/handoffs?user_id=a%00b&trace_id=%00",
    ],
)
async def test_no_phone_number_is_in_the_log(
    database: Database, api: httpx2.AsyncClient, path: str
) -> None:
    await api.get(path)

    (entry,) = await log_of(database)
    assert PHONE not in repr(entry)
    assert PHONE[1:] not in repr(entry)


async def test_whoever_passed_is_known_to_the_route(
    database: Database, doer: httpx2.AsyncClient
) -> None:
    token_id, secret = await AdminTokens(database).create("viewer", now=NOON)

    configured = await doer.get("/who")
    stored = await doer.get("/who", headers={"authorization": f"Bearer {secret}"})

    assert configured.json() == {"who": "bootstrap", "role": "admin"}
    assert stored.json() == {"who": token_id, "role": "viewer"}


async def test_a_viewers_refused_change_is_in_the_log_with_the_token(
    database: Database, deeds: Deeds, doer: httpx2.AsyncClient
) -> None:
    token_id, secret = await AdminTokens(database).create("viewer", now=NOON)

    answer = await doer.post("/deeds", headers={"authorization": f"Bearer {secret}"})

    (entry,) = await log_of(database)
    assert answer.status_code == 403
    assert deeds.done == 0
    assert (entry.who, entry.role, entry.status) == (token_id, "viewer", 403)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_broke_is_in_the_log_as_broken(
    database: Database, doer: httpx2.AsyncClient, method: str
) -> None:
    await doer.request(method, "/broken")

    (entry,) = await log_of(database)
    assert (entry.action, entry.status) == (f"{method} /broken", 500)


async def test_a_change_that_cannot_be_written_down_is_not_made(
    database: Database, deeds: Deeds, doer: httpx2.AsyncClient
) -> None:
    await run(database, "alter table audit_log rename to lost")

    answer = await doer.post("/deeds")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert deeds.done == 0


async def test_what_only_reads_is_answered_though_it_cannot_be_written_down(
    database: Database, deeds: Deeds, doer: httpx2.AsyncClient
) -> None:
    await run(database, "alter table audit_log rename to lost")

    with structlog.testing.capture_logs() as logged:
        read = await doer.get("/deeds")
        refused = await doer.get("/deeds", headers={"authorization": "Bearer wrong"})

    assert (read.status_code, refused.status_code) == (201, 401)
    assert deeds.done == 1
    assert [one["event"] for one in logged if one["log_level"] == "error"] == [
        "audit.not_written",
        "audit.not_written",
    ]


@pytest.mark.slow
async def test_a_log_that_is_held_up_delays_a_look_by_seconds_and_stops_a_change(
    database: Database, doer: httpx2.AsyncClient
) -> None:
    async with database.hot() as connection, connection.transaction():
        await connection.execute("lock table audit_log in access exclusive mode")

        async with asyncio.timeout(20):
            read = await doer.get("/deeds")
            changed = await doer.post("/deeds")

    assert (read.status_code, changed.status_code) == (201, 503)


@pytest.mark.slow
async def test_strangers_are_counted_in_one_row_an_address_a_minute_and_an_action(
    database: Database, doer: httpx2.AsyncClient
) -> None:
    del doer.headers["authorization"]

    await asyncio.gather(*(doer.get("/deeds") for _ in range(30)))

    (entry,) = await log_of(database)
    assert (entry.who, entry.role, entry.status, entry.calls) == (NOBODY, None, 401, 30)
    assert entry.from_digest is not None


@pytest.mark.slow
async def test_a_flood_from_everywhere_adds_few_rows(database: Database, deeds: Deeds) -> None:
    app = deeds.app(database)
    for number in range(120):
        transport = httpx2.ASGITransport(app, client=(f"192.0.2.{number}", 1))
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://bot.example"
        ) as stranger:
            await stranger.get("/deeds")

    log = await log_of(database)
    assert len(log) == 51
    assert sum(one.calls for one in log) == 120


async def test_a_viewer_cannot_widen_what_is_a_read(
    database: Database, deeds: Deeds, doer: httpx2.AsyncClient
) -> None:
    _, secret = await AdminTokens(database).create("viewer", now=NOON)

    answers = [
        await doer.post("/deeds", headers={"authorization": f"Bearer {secret}", name: "GET"})
        for name in ("x-http-method-override", "x-method-override")
    ]

    assert {one.status_code for one in answers} == {403}
    assert await value(database, "select count(*) from audit_log where status = 403") == 2
    assert deeds.done == 0


async def test_only_what_begins_and_ends_with_the_app_passes_beside_requests(
    database: Database, deeds: Deeds
) -> None:
    heard: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup" if not heard else "lifespan.shutdown"}

    async def send(message: Message) -> None:
        heard.append(message)

    app = deeds.app(database)
    await app({"type": "websocket", "path": "/deeds", "headers": []}, receive, send)
    assert heard == []
    await app({"type": "lifespan"}, receive, send)

    assert [one["type"] for one in heard] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
