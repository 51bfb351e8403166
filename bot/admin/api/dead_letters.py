"""Dead letters over HTTP: what failed for good, and trying it again."""

from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import APIRouter, Query

from bot.admin.api.asking import NothingElse, router
from bot.admin.api.faults import declared, not_found
from bot.admin.query import Id, Paged
from bot.admin.shapes.operations import DeadLetterShape, RetriedShape
from bot.admin.shapes.shape import Listed
from storage.dead_letters import DeadLetters

log = structlog.get_logger()


def dead_letters_router(letters: DeadLetters) -> APIRouter:
    """Build the routes about dead letters."""
    routes = router("dead letters")

    @routes.get("/dead-letters")
    async def list_letters(question: Annotated[Paged, Query()]) -> Listed[DeadLetterShape]:
        """List messages without an answer and answers that did not arrive, newest first."""
        page = await letters.page(limit=question.limit, cursor=question.cursor)
        return Listed[DeadLetterShape].of(page, DeadLetterShape.of)

    @routes.post("/dead-letters/{letter_id}/retry", responses=declared(HTTPStatus.NOT_FOUND))
    async def retry(letter_id: Id, _: NothingElse) -> RetriedShape:
        """Let a message be answered again, or an answer be sent again."""
        if not await letters.retry(letter_id):
            raise not_found("dead letter")
        log.info("dead_letter.retried", letter_id=letter_id)
        return RetriedShape(letter_id=letter_id)

    return routes
