"""Pages for what cannot be shown: each says why, and where to go on."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.admin.api.asking import TooLong
from bot.admin.pages.view import View
from context.errors import QueryError, StoreUnavailable

_HEADINGS = {
    HTTPStatus.FORBIDDEN: "That is not allowed",
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.METHOD_NOT_ALLOWED: "That is not how this page is asked for",
    HTTPStatus.CONFLICT: "That cannot be done now",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The question cannot be answered",
}
_WAYS = (
    ("/admin", "Overview"),
    ("/admin/handoffs", "Search the handoffs"),
    ("/admin/sessions", "Sessions"),
)

_NOWHERE = "It may have been erased, or the address is wrong."
_SHORTER = "Ask for a shorter time, or fewer words."
_AGAIN = "Load the page again in a moment."

HANDLED = (HTTPException, QueryError, StoreUnavailable)
"""What has a page."""


class Faults:
    """Answers for what goes wrong behind the sign-in."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer for what was asked wrongly, is not there, or cannot be had now."""
        match error:
            case QueryError():
                sentence = f"“{error.field.replace('_', ' ')}”: {error.fault}."
                return self._page(request, HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
            case HTTPException():
                status = HTTPStatus(error.status_code)
                is_bare = error.detail == status.phrase
                return self._page(request, status, _NOWHERE if is_bare else error.detail)
            case TooLong():
                return self._later(request, "This takes too long", _SHORTER)
            case _:
                return self._later(request, "The database is out of reach", _AGAIN)

    def _later(self, request: Request, heading: str, sentence: str) -> Response:
        page = self._page(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence, heading=heading)
        page.headers["retry-after"] = "1"
        return page

    def _page(
        self, request: Request, status: HTTPStatus, sentence: str, *, heading: str | None = None
    ) -> Response:
        values = {
            "heading": heading or _HEADINGS.get(status, status.phrase),
            "sentence": sentence,
            "ways": _WAYS,
        }
        return self._view.page(request, "fault.html", values, status=status)
