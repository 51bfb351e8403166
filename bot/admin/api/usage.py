"""What model calls took, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from bot.admin.api.asking import router
from bot.admin.query import UsageAsked
from bot.admin.shapes.shape import Listed
from bot.admin.shapes.usage import UsageShape
from storage.usage_report import UsageQuestion, UsageReport


def usage_router(report: UsageReport) -> APIRouter:
    """Build the route about model calls."""
    routes = router("usage")

    @routes.get("/usage")
    async def list_usage(question: Annotated[UsageAsked, Query()]) -> Listed[UsageShape]:
        """Sum up model calls: days newest first, all other groups by most tokens."""
        asked = UsageQuestion(
            group_by=question.group_by, since=question.since, until=question.until
        )
        page = await report.page(asked, limit=question.limit, cursor=question.cursor)
        return Listed[UsageShape].of(page, UsageShape.group)

    return routes
