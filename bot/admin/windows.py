"""The routes that list what became of context windows: compactions and forced rotations."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import SpanQuestion, asked
from bot.admin.shapes import compactions_shape, rotations_shape
from context.messages import Platform, TraceId, UserId
from storage.compaction_history import CompactionHistory, Span


def window_routes(
    history: CompactionHistory, *, pseudonyms: Pseudonyms, private: dict[str, str]
) -> list[Route]:
    """Build `GET /compactions` and `GET /rotations`.

    Args:
        history: What is asked about.
        pseudonyms: Who is meant, where a digest from the logs is given.
        private: The headers of what no cache may keep.
    """

    async def compactions(request: Request) -> Response:
        """Give a page of compactions, skipped ones included, newest first."""
        question = asked(SpanQuestion, request)
        page = await history.compactions(
            await span(question), limit=question.limit, cursor=question.cursor
        )
        return JSONResponse(compactions_shape(page), headers=private)

    async def rotations(request: Request) -> Response:
        """Give a page of forced rotations, newest first."""
        question = asked(SpanQuestion, request)
        page = await history.rotations(
            await span(question), limit=question.limit, cursor=question.cursor
        )
        return JSONResponse(rotations_shape(page), headers=private)

    async def span(question: SpanQuestion) -> Span:
        user_id = question.user_id
        return Span(
            user_id=None if user_id is None else await pseudonyms.meant(UserId(user_id)),
            platform=None if question.platform is None else Platform(question.platform),
            trace_id=None if question.trace_id is None else TraceId(question.trace_id),
            created_after=question.created_after,
            created_before=question.created_before,
        )

    return [Route("/compactions", compactions), Route("/rotations", rotations)]
