"""What the service has done so far, over HTTP."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from bot.admin.api.asking import NothingElse, router
from bot.admin.query import Hours
from bot.admin.shapes.continuity import ContinuityShape
from bot.admin.shapes.statistics import StatisticsShape
from bot.limits import Limits
from bot.ports import Clock
from storage.continuity import ContinuityReport
from storage.statistics import Statistics


def statistics_router(
    statistics: Statistics, continuity: ContinuityReport, *, limits: Limits, clock: Clock
) -> APIRouter:
    """Build the routes about figures."""
    routes = router("statistics")

    @routes.get("/statistics")
    async def show_statistics(_: NothingElse) -> StatisticsShape:
        """Show what was done in figures; what was erased counts no more."""
        return StatisticsShape.of(await statistics.read(now=clock.now()))

    @routes.get("/continuity")
    async def show_continuity(asked: Annotated[Hours, Query()]) -> ContinuityShape:
        """Show how unbroken conversations were in the last hours, and what they cost."""
        found = await continuity.read(
            now=clock.now(),
            window=timedelta(hours=asked.hours),
            limit_tokens=limits.tokens,
            handoff_share=limits.handoff_share,
        )
        return ContinuityShape.of(found)

    return routes
