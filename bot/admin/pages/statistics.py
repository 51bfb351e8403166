"""The page about figures: how unbroken conversations were of late, and all that was done."""

from collections.abc import Iterator
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.pages.continuity import continuity_tiles
from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import filled
from bot.admin.pages.page import Page
from bot.admin.pages.writing import figure, percent
from bot.admin.query import Hours
from bot.admin.shapes.continuity import ContinuityShape
from storage.statistics import Totals

Tile = tuple[str, str]
"""What a figure is, and the figure."""


class StatisticsPage:
    """The page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [Page("/statistics", self.show)]

    async def show(self, request: Request) -> Response:
        """Show the last hours and the totals, as they are now."""
        hours = filled(Hours, request).hours
        now, limits = self._desk.clock.now(), self._desk.limits
        totals = await self._desk.records.statistics.read(now=now)
        found = await self._desk.records.continuity.read(
            now=now,
            window=timedelta(hours=hours),
            limit_tokens=limits.tokens,
            handoff_share=limits.handoff_share,
        )
        continuity = ContinuityShape.of(found)
        values = {
            "hours": hours,
            "since": continuity.since,
            "recent": list(continuity_tiles(continuity)),
            "top_users": continuity.top_users,
            "totals": totals,
            "tiles": list(_so_far(totals)),
        }
        return self._desk.view.page(request, "statistics.html", values)


def _so_far(totals: Totals) -> Iterator[Tile]:
    yield "Handoffs", figure(totals.handoffs_total)
    yield "Active sessions", figure(totals.active_sessions)
    yield "Average probe score", figure(totals.average_probe_score)
    yield "Average tokens at a handoff", figure(totals.average_tokens_at_handoff)
    yield "Done to-dos at a handoff", _of_hundred(totals.average_completion_percentage)
    yield "Compactions made", figure(totals.compactions_total)
    yield "Compactions skipped", figure(totals.compactions_skipped)
    yield "Compactions failed", figure(totals.compactions_failed)
    yield "Freed by a compaction", _of_hundred(totals.average_reduction_percent)
    yield "Duplicates refused", figure(totals.duplicates_refused)


def _of_hundred(number: float | None) -> str:
    return percent(None if number is None else number / 100)
