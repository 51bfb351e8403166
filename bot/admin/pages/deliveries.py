"""The page about what does not arrive."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.pages.desk import Desk
from bot.admin.pages.page import Page

_MOST = 100


class DeliveryPages:
    """The page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [Page("/deliveries", self.show)]

    async def show(self, request: Request) -> Response:
        """Show what failed or is uncertain by its code, what is tried again, what is overdue."""
        problems = self._desk.records.problems
        values = {
            "troubles": await problems.by_code(limit=_MOST),
            "unsettled": await problems.unsettled(limit=_MOST),
            "overdue": await problems.overdue(now=self._desk.clock.now(), limit=_MOST),
        }
        return self._desk.view.page(request, "deliveries.html", values)
