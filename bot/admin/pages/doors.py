"""The pages of those who are not signed in, or who may not do what they asked for."""

from http import HTTPStatus

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from bot.admin.access import Refusal
from bot.admin.pages.view import View

_HEADINGS = {
    HTTPStatus.FORBIDDEN: "You may not do that",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is out of reach",
}


class DoorPages:
    """What stands before the dashboard."""

    def __init__(self, view: View) -> None:
        self._view = view

    def form(
        self, request: Request, *, fault: str | None, status: HTTPStatus, after: str
    ) -> Response:
        """Show the sign-in form.

        Args:
            request: Who asks.
            fault: Why it was not accepted, to be shown.
            status: As it is answered.
            after: The path to go on to.
        """
        values = {"fault": fault, "after": after}
        return self._view.page(request, "sign_in.html", values, status=status)

    def refusal(self, connection: HTTPConnection, refusal: Refusal) -> Response:
        """Say why something is not done, to somebody who may be signed in."""
        values = {
            "heading": _HEADINGS.get(refusal.status, refusal.status.phrase),
            "sentence": f"{refusal.reason[:1].upper()}{refusal.reason[1:]}.",
            "ways": (("/admin", "Overview"),),
        }
        page = self._view.page(connection, "fault.html", values, status=refusal.status)
        if refusal.retry_after is not None:
            page.headers["retry-after"] = str(round(refusal.retry_after.total_seconds()))
        return page
