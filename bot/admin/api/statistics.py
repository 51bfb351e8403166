"""What the service has done so far, over HTTP."""

from fastapi import APIRouter

from bot.admin.api.asking import NothingElse, router
from bot.admin.shapes.statistics import StatisticsShape
from bot.ports import Clock
from storage.statistics import Statistics


def statistics_router(statistics: Statistics, clock: Clock) -> APIRouter:
    """Build the route about figures."""
    routes = router("statistics")

    @routes.get("/statistics")
    async def show_statistics(_: NothingElse) -> StatisticsShape:
        """Show what was done in figures; what was erased counts no more."""
        return StatisticsShape.of(await statistics.read(now=clock.now()))

    return routes
