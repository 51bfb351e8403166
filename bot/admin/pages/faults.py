"""Pages for what cannot be shown: each says why, and where to go on."""

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.admin.pages.view import View
from context.errors import QueryError, StoreUnavailable

_HEADINGS = {
    HTTPStatus.FORBIDDEN: "That is not allowed",
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.METHOD_NOT_ALLOWED: "That is not how this page is asked for",
    HTTPStatus.CONFLICT: "That cannot be done now",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The question cannot be answered",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is out of reach",
}
_WAYS = (
    ("/admin", "Overview"),
    ("/admin/handoffs", "Search the handoffs"),
    ("/admin/sessions", "Sessions"),
)

log = structlog.get_logger()


class Faults:
    """Answers for what goes wrong behind the sign-in."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def refused(self, request: Request, error: Exception) -> Response:
        """Answer for what was asked wrongly, or is not there."""
        if isinstance(error, QueryError):
            sentence = f"“{error.field.replace('_', ' ')}”: {error.fault}."
            return self._page(request, HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
        assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these two
        status = HTTPStatus(error.status_code)
        sentence = "" if error.detail == status.phrase else error.detail
        return self._page(
            request, status, sentence or "It may have been erased, or the address is wrong."
        )

    async def unreachable(self, request: Request, _error: Exception) -> Response:
        """Answer while the database is out of reach."""
        sentence = "Load the page again in a moment."
        page = self._page(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence)
        page.headers["retry-after"] = "1"
        return page

    def _page(self, request: Request, status: HTTPStatus, sentence: str) -> Response:
        values = {
            "heading": _HEADINGS.get(status, status.phrase),
            "sentence": sentence,
            "ways": _WAYS,
        }
        return self._view.page(request, "fault.html", values, status=status)


HANDLED = (HTTPException, QueryError)
UNREACHABLE = StoreUnavailable
