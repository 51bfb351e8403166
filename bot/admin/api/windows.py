"""What became of context windows, over HTTP: compactions and forced rotations."""

from typing import Annotated

from fastapi import APIRouter, Query

from bot.admin.api.asking import router
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import SpanQuestion
from bot.admin.shapes.shape import Listed
from bot.admin.shapes.windows import CompactionShape, RotationShape
from context.messages import Platform, TraceId, UserId
from storage.compaction_history import CompactionHistory, Span


def windows_router(history: CompactionHistory, pseudonyms: Pseudonyms) -> APIRouter:
    """Build the routes about compactions and rotations.

    Args:
        history: What is asked about.
        pseudonyms: Who is meant, where a digest from the logs is given.
    """
    routes = router("windows")

    @routes.get("/compactions")
    async def list_compactions(
        question: Annotated[SpanQuestion, Query()],
    ) -> Listed[CompactionShape]:
        """List compactions, skipped ones included, newest first."""
        page = await history.compactions(
            await span(question), limit=question.limit, cursor=question.cursor
        )
        return Listed[CompactionShape].of(page, CompactionShape.of)

    @routes.get("/rotations")
    async def list_rotations(
        question: Annotated[SpanQuestion, Query()],
    ) -> Listed[RotationShape]:
        """List forced rotations, newest first."""
        page = await history.rotations(
            await span(question), limit=question.limit, cursor=question.cursor
        )
        return Listed[RotationShape].of(page, RotationShape.of)

    async def span(question: SpanQuestion) -> Span:
        user_id = question.user_id
        return Span(
            user_id=None if user_id is None else await pseudonyms.meant(UserId(user_id)),
            platform=None if question.platform is None else Platform(question.platform),
            trace_id=None if question.trace_id is None else TraceId(question.trace_id),
            created_after=question.created_after,
            created_before=question.created_before,
        )

    return routes
