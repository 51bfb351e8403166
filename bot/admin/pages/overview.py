"""The first page: what is at work, what waits, and what was handed over of late."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.pages.desk import Desk
from bot.admin.pages.gauges import gauge
from bot.admin.pages.page import Page
from storage.handoffs import HandoffFilter
from storage.sessions_list import SessionFilter

_SESSIONS = 25
_HANDOFFS = 8


class OverviewPage:
    """The page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [Page("/", self.show)]

    async def show(self, request: Request) -> Response:
        """Show the figures of this moment, the sessions last busy, and the latest handoffs."""
        records = self._desk.records
        sessions = await records.sessions.page(SessionFilter(), limit=_SESSIONS)
        handoffs = await records.handoffs.page(HandoffFilter(), limit=_HANDOFFS)
        values = {
            "figures": await records.figures.read(now=self._desk.clock.now()),
            "sessions": [(one, gauge(one, self._desk.limits)) for one in sessions.items],
            "handoffs": handoffs.items,
        }
        return self._desk.view.page(request, "overview.html", values)
