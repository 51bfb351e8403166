"""ASGI middleware before everything that operators ask: who, may they, and write it down."""

from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Protocol

import structlog
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.admin.access import READING, Caller, Refusal, Role
from bot.admin.auditing import Auditor
from context.errors import StoreUnavailable

_BROKE = HTTPStatus.INTERNAL_SERVER_ERROR

log = structlog.get_logger()


class Door(Protocol):
    """How callers show who they are, and how they are told that they may not."""

    async def admit(self, connection: HTTPConnection) -> Caller | Refusal:
        """Say who calls, or why nobody may.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        ...

    def answer(self, connection: HTTPConnection, refusal: Refusal) -> Response:
        """Put a refusal into words."""
        ...


class Guard:
    """Lets nobody past whom the door does not admit; a viewer only reads.

    Whoever passed is `request.state.caller`.
    """

    def __init__(self, app: ASGIApp, *, door: Door, auditor: Auditor) -> None:
        self._app = app
        self._door = door
        self._auditor = auditor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it; either is written down."""
        if scope["type"] != "http":
            # Nothing here is a WebSocket; what begins and ends with the app may pass.
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = await self._refusal(connection)
        if refusal is not None:
            await self._door.answer(connection, refusal)(scope, receive, send)
        elif scope["method"] in READING:
            await self._read(scope, receive, send)
        else:
            await self._change(scope, receive, send)

    async def _refusal(self, connection: HTTPConnection) -> Refusal | None:
        """Why a call may not pass, written down; None lets it pass, with its caller known."""
        scope = connection.scope
        try:
            found = await self._door.admit(connection)
        except StoreUnavailable:
            return _UNAVAILABLE
        if isinstance(found, Refusal):
            log.warning("admin.refused", reason=found.reason)
            await self._auditor.refused(scope, status=found.status)
            return found
        connection.state.caller = found
        if found.role is not Role.ADMIN and scope["method"] not in READING:
            log.warning("admin.refused", reason=_FORBIDDEN.reason, token_id=found.token_id)
            await self._auditor.record(scope, found, status=_FORBIDDEN.status)
            return _FORBIDDEN
        return None

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> None:
        note = partial(self._auditor.record, scope, scope["state"]["caller"])
        await self._app_noted(scope, receive, _Noted(send, note))

    async def _change(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            entry_id = await self._auditor.begin(scope, scope["state"]["caller"])
        except StoreUnavailable:
            connection = HTTPConnection(scope)
            await self._door.answer(connection, _UNAVAILABLE)(scope, receive, send)
            return
        note = partial(self._auditor.settle, entry_id)
        await self._app_noted(scope, receive, _Noted(send, note))

    async def _app_noted(self, scope: Scope, receive: Receive, send: "_Noted") -> None:
        try:
            await self._app(scope, receive, send)
        except Exception:
            await send.broken()
            raise


class _Note(Protocol):
    """Writes down what came of a call."""

    async def __call__(self, *, status: int) -> None: ...


class _Noted:
    """Sends an answer, and has its status written down before the first byte is sent."""

    def __init__(self, send: Send, note: _Note) -> None:
        self._send = send
        self._note = note
        self._is_noted = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_noted = True
            await self._note(status=message["status"])
        await self._send(message)

    async def broken(self) -> None:
        """Write down that there was no answer, unless one was begun."""
        if not self._is_noted:
            await self._note(status=_BROKE)


_FORBIDDEN = Refusal(status=HTTPStatus.FORBIDDEN, reason="a viewer may only read")
_UNAVAILABLE = Refusal(
    status=HTTPStatus.SERVICE_UNAVAILABLE,
    reason="the database is out of reach",
    retry_after=timedelta(seconds=1),
)
