"""A dashboard of one page, behind the real sign-in, and browsers before it."""

from http import HTTPStatus

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from bot.admin.access import Refusal
from bot.admin.entrance import Entrance
from bot.admin.headers import SecureHeaders
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.signin import SignIn
from storage.database import Database
from storage.people import People
from tests.bot.admin.app import SECRET_KEY
from tests.bot.admin.tokens import TOKEN
from tests.clock import ManualClock

ORIGIN = "https://bot.example"


class PlainPages:
    """The pages of the sign-in, without any beauty."""

    def form(
        self, _request: Request, *, fault: str | None, status: HTTPStatus, after: str
    ) -> Response:
        return JSONResponse({"fault": fault, "after": after}, status)

    def refusal(self, _connection: HTTPConnection, refusal: Refusal) -> Response:
        return PlainTextResponse(refusal.reason, refusal.status)


class Dashboard:
    """One web process; `done` is what was changed by forms."""

    def __init__(
        self,
        database: Database,
        clock: ManualClock,
        *,
        bootstrap: str | None = TOKEN,
        secret_key: str | None = SECRET_KEY,
    ) -> None:
        self.done: list[str] = []
        entrance = Entrance.of(
            database,
            bootstrap=bootstrap,
            secret_key=secret_key,
            pseudonyms=Pseudonyms(People(database), secret_key=secret_key),
            clock=clock,
        )
        sign_in = SignIn(entrance, PlainPages())
        pages = [
            Route("/", self._page),
            Route("/traces/{trace_id}", self._page),
            Route("/traces/{trace_id}/undo", self._undo, methods=["POST"]),
        ]
        guard = sign_in.guard(route.path for route in pages)
        behind = Starlette(routes=pages, middleware=[guard])
        self.app = Starlette(
            routes=[
                Mount(
                    "/admin",
                    routes=[*sign_in.routes(), Mount("", behind)],
                    middleware=[Middleware(SecureHeaders)],
                )
            ]
        )

    def browser(
        self, *, origin: str = ORIGIN, address: str = "192.0.2.1"
    ) -> httpx2.AsyncClient:
        """Somebody's browser, with no cookie yet."""
        transport = httpx2.ASGITransport(self.app, client=(address, 50000))
        return httpx2.AsyncClient(
            transport=transport, base_url=origin, headers={"sec-fetch-site": "same-origin"}
        )

    async def _page(self, request: Request) -> Response:
        caller = request.state.caller
        return JSONResponse({"csrf": request.state.csrf, "who": caller.token_id})

    async def _undo(self, request: Request) -> Response:
        form = await request.form()
        self.done.append(str(form["why"]))
        return PlainTextResponse("undone")


async def sign_in(browser: httpx2.AsyncClient, token: str, **more: str) -> httpx2.Response:
    return await browser.post("/admin/sign-in", data={"token": token, **more})


async def csrf_of(browser: httpx2.AsyncClient) -> str:
    """The token that a page gives its forms."""
    answer = await browser.get("/admin/")
    return str(answer.json()["csrf"])
