"""Signing in to the dashboard with an admin token, and out again.

The sign-in form cannot be bound to a sign-in that is yet to come; that a browser says the form
is from here stands for it. Who is signed in has a cookie for twelve hours; the token behind it
is looked up at every request.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from bot.admin.access import Caller, Refusal
from bot.admin.cookies import LASTS, Seals, SignedIn
from bot.admin.entrance import Entrance
from bot.admin.forgery import NOT_FROM_HERE, FormGuard, carries, fields, form_body, is_from_here
from bot.admin.guard import Guard
from context.errors import StoreUnavailable

HOME = "/admin"
_COOKIE = "baton_admin"
_PATH = re.compile(r"/admin(/[A-Za-z0-9_.:+%@-]+)*")
_SIGN_IN, _SIGN_OUT = "/sign-in", "/sign-out"


class SignInPages(Protocol):
    """The pages of those who are not signed in, or may not do something."""

    def form(
        self, request: Request, *, fault: str | None, status: HTTPStatus, after: str
    ) -> Response:
        """Show the form: fields `token` and `next`, the latter holding `after`.

        Args:
            request: Who asks.
            fault: Why it was not accepted, to be shown.
            status: As it is answered.
            after: The path to go on to.
        """
        ...

    def refusal(self, connection: HTTPConnection, refusal: Refusal) -> Response:
        """Say why something is not done, to somebody who may be signed in."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieDoor:
    """Admits whoever has signed in with a token that still works.

    Attributes:
        entrance: Who judges tokens.
        seals: What cookies are checked with.
        pages: What is answered to others.
    """

    entrance: Entrance
    seals: Seals
    pages: SignInPages

    async def admit(self, connection: HTTPConnection) -> Caller | Refusal:
        """Look up who a cookie is good for; let their forms know their token."""
        caller = None
        if (who := _signed_in(connection, self.seals, self.entrance)) is not None:
            connection.state.csrf = self.seals.form_token(who)
            caller = await self.entrance.doorkeeper.caller(who.token_id)
        return caller or Refusal(status=HTTPStatus.UNAUTHORIZED, reason="not signed in")

    def answer(self, connection: HTTPConnection, refusal: Refusal) -> Response:
        """Lead whoever is not signed in to the form; say to others why not."""
        if refusal.status is not HTTPStatus.UNAUTHORIZED:
            return self.pages.refusal(connection, refusal)
        path = connection.scope["path"]
        after = f"?next={quote(path)}" if _PATH.fullmatch(path) and path != HOME else ""
        return _gone_on(f"{HOME}{_SIGN_IN}{after}")


class SignIn:
    """The sign-in form, what it does, and the way out."""

    def __init__(self, entrance: Entrance, pages: SignInPages) -> None:
        self._entrance = entrance
        self._pages = pages
        self._seals = Seals(entrance.keys, entrance.doorkeeper)
        self._auditor = entrance.auditor("dashboard", [_SIGN_IN, _SIGN_OUT])

    def routes(self) -> list[BaseRoute]:
        """Give the routes, which need nobody to be signed in; below `/admin`."""
        return [
            Route(_SIGN_IN, self._show, methods=["GET"]),
            Route(_SIGN_IN, self._enter, methods=["POST"]),
            Route(_SIGN_OUT, self._leave, methods=["POST"]),
        ]

    def guard(self, patterns: Iterable[str]) -> Middleware:
        """Give the guard of all pages: who is signed in, and by their own forms.

        Args:
            patterns: Those of all its routes, relative to where they are mounted.
        """
        door = CookieDoor(entrance=self._entrance, seals=self._seals, pages=self._pages)
        auditor = self._entrance.auditor("dashboard", patterns)

        def guarded(app: ASGIApp) -> ASGIApp:
            return Guard(FormGuard(app, answer=door.answer), door=door, auditor=auditor)

        return Middleware(guarded)

    async def _show(self, request: Request) -> Response:
        after = request.query_params.get("next", HOME)
        return self._form(request, fault=None, status=HTTPStatus.OK, after=after)

    async def _enter(self, request: Request) -> Response:
        if not is_from_here(request):
            return self._form(request, fault=f"{NOT_FROM_HERE}.", status=HTTPStatus.FORBIDDEN)
        form = fields(await form_body(request))
        after = form.get("next", HOME)
        try:
            found = await self._entrance.doorkeeper.judge(
                form.get("token", "").strip(),
                door="dashboard",
                from_digest=self._auditor.address(request.scope),
            )
        except StoreUnavailable:
            fault, status = _UNREACHABLE, HTTPStatus.SERVICE_UNAVAILABLE
            return self._form(request, fault=fault, status=status, after=after)
        if isinstance(found, Caller):
            return await self._entered(request, found, after)
        await self._auditor.refused(request.scope, status=found.status)
        again = self._form(request, fault=_said(found), status=found.status, after=after)
        if found.retry_after is not None:
            again.headers["retry-after"] = str(round(found.retry_after.total_seconds()))
        return again

    async def _entered(self, request: Request, caller: Caller, after: str) -> Response:
        who = SignedIn.now(caller.token_id, self._entrance.clock.now())
        await self._auditor.record(request.scope, caller, status=HTTPStatus.SEE_OTHER)
        response = _gone_on(_safe(after))
        _keep(response, self._seals.cookie(who), request, seconds=int(LASTS.total_seconds()))
        return response

    async def _leave(self, request: Request) -> Response:
        who = _signed_in(request, self._seals, self._entrance)
        if who is not None:
            form = fields(await form_body(request))
            if not is_from_here(request) or not carries(form, self._seals.form_token(who)):
                return self._form(
                    request, fault=f"{NOT_FROM_HERE}.", status=HTTPStatus.FORBIDDEN
                )
            if (caller := await self._caller(who)) is not None:
                await self._auditor.record(request.scope, caller, status=HTTPStatus.SEE_OTHER)
        response = _gone_on(f"{HOME}{_SIGN_IN}")
        _keep(response, "", request, seconds=0)
        return response

    async def _caller(self, who: SignedIn) -> Caller | None:
        try:
            return await self._entrance.doorkeeper.caller(who.token_id)
        except StoreUnavailable:
            return None  # whoever wants to go may go

    def _form(
        self, request: Request, *, fault: str | None, status: HTTPStatus, after: str = HOME
    ) -> Response:
        return self._pages.form(request, fault=fault, status=status, after=_safe(after))


_UNREACHABLE = "The database is out of reach. Try again in a moment."


def _said(refusal: Refusal) -> str:
    if refusal.retry_after is None:
        return "This is not an admin token that works."
    minutes = -(-refusal.retry_after.total_seconds() // 60)
    return f"There were too many wrong tokens. Try again in {minutes:.0f} min."


def _signed_in(connection: HTTPConnection, seals: Seals, entrance: Entrance) -> SignedIn | None:
    cookie = connection.cookies.get(_COOKIE)
    return None if cookie is None else seals.opened(cookie, entrance.clock.now())


def _safe(path: str) -> str:
    """Keep where to go on to within the dashboard."""
    return path if _PATH.fullmatch(path) else HOME


def _gone_on(path: str) -> Response:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def _keep(response: Response, cookie: str, request: Request, *, seconds: int) -> None:
    """Have the browser keep a cookie that no script reads and no other site can use.

    `Lax`, so that a link from a chat opens a page; what changes something is a form, and
    guarded.
    """
    response.set_cookie(
        _COOKIE,
        cookie,
        max_age=seconds,
        path=HOME,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
