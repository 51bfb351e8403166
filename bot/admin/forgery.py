"""Forms that another site sends in the name of somebody who is signed in: refused.

A browser says where a form comes from, and each form carries a token that only a page of this
sign-in could give it. Both must be right.
"""

import hmac
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.admin.access import READING, Refusal

Answer = Callable[[HTTPConnection, Refusal], Response]

_FIELD = "csrf"
_FORM = "application/x-www-form-urlencoded"
_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 50

NOT_FROM_HERE = "This form did not come from a page of this sign-in: load the page again"


def is_from_here(connection: HTTPConnection) -> bool:
    """Whether a page of this very origin sent a request, as far as the browser says.

    Every browser of the last years says so, in `Sec-Fetch-Site` or at least in `Origin`, and
    no page can keep it from that. What says neither is no browser, so that nobody was misled
    into sending it.
    """
    headers = connection.headers
    if (site := headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    if (origin := headers.get("origin")) is not None:
        _, known, place = origin.lower().partition("://")
        return bool(known) and place == headers.get("host", "").lower()
    return True


async def form_body(request: Request) -> bytes | None:
    """Read a form's bytes; None if it is no such form, or too large to be one of ours."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            return None
    return bytes(body)


def fields(body: bytes | None) -> Mapping[str, str]:
    """Read a form's fields; of one that is not understood there are none."""
    try:
        text = (body or b"").decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def carries(form: Mapping[str, str], token: str) -> bool:
    """Whether a form carries the token of its sign-in."""
    return hmac.compare_digest(form.get(_FIELD, "").encode(), token.encode())


class FormGuard:
    """ASGI middleware: lets no change past that is not from a form of this sign-in.

    The token that fits is `request.state.csrf`; a form carries it in the field `csrf`.
    """

    def __init__(self, app: ASGIApp, *, answer: Answer) -> None:
        """Stand before an app.

        Args:
            app: What makes changes.
            answer: Puts a refusal into words.
        """
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its form to be read again, or refuse it."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await form_body(request) if is_from_here(request) else None
        if body is not None and carries(fields(body), request.state.csrf):
            await self._app(scope, _again(body, receive), send)
        else:
            refusal = Refusal(status=HTTPStatus.FORBIDDEN, reason=NOT_FROM_HERE)
            await self._answer(request, refusal)(scope, receive, send)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more, and then whatever comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
