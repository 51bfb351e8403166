"""ASGI middleware that leaves out of answers to viewers what people and the bot said.

It stands before all routes, so none can forget it. JSON keeps its shape; of any other text
only the length is left.
"""

import json
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.admin.access import Caller, Role
from bot.admin.redacted import redacted, redacted_json

_FIRST_FAULT = 400


class ViewerRedaction:
    """Redacts what viewers are answered, behind the guard."""

    def __init__(self, app: ASGIApp, *, except_for: Collection[str] = ()) -> None:
        """Stand before an app.

        Args:
            app: What answers.
            except_for: Paths below where it is mounted that hold nothing of people.
        """
        self._app = app
        self._except_for = frozenset(except_for)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and redact the answer where a viewer asks."""
        if scope["type"] == "http" and not self._sees_all(scope):
            send = _Redacted(send)
        await self._app(scope, receive, send)

    def _sees_all(self, scope: Scope) -> bool:
        caller: Caller = scope["state"]["caller"]
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return caller.role is Role.ADMIN or path in self._except_for


class _Redacted:
    """Sends an answer without people's words; lines as they come, all else as a whole."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._held = b""
        self._is_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] != "http.response.body":
            return  # nobody knows what is in it
        elif self._is_fault:
            await self._begin()
            await self._send(message)
        elif self._kind == "application/x-ndjson":
            await self._send_lines(message)
        else:
            self._held += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_whole()

    @property
    def _is_fault(self) -> bool:
        """A fault says what was wrong with the question, and quotes nobody."""
        return bool(self._start.get("status", 0) >= _FIRST_FAULT)

    @property
    def _kind(self) -> str:
        given = Headers(raw=self._start.get("headers", [])).get("content-type", "")
        return given.partition(";")[0].strip().lower()

    async def _begin(self) -> None:
        """Send the start, unless it was sent."""
        if not self._is_begun:
            self._is_begun = True
            await self._send(self._start)

    async def _send_lines(self, message: Message) -> None:
        del MutableHeaders(scope=self._start)["content-length"]
        await self._begin()
        *lines, self._held = (self._held + message.get("body", b"")).split(b"\n")
        more = message.get("more_body", False)
        if not more and self._held:
            lines, self._held = [*lines, self._held], b""
        body = b"".join(_json(line) + b"\n" for line in lines)
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _send_whole(self) -> None:
        if self._kind == "application/json":
            body = _json(self._held)
        else:
            body = redacted(self._held.decode(errors="replace")).encode() if self._held else b""
        MutableHeaders(scope=self._start)["content-length"] = str(len(body))
        await self._begin()
        await self._send({"type": "http.response.body", "body": body})


def _json(written: bytes) -> bytes:
    return json.dumps(redacted_json(json.loads(written)), ensure_ascii=False).encode()
