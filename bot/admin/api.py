"""The routes under `/admin/api/v1`."""

from dataclasses import replace
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.admin.access import TokenGuard
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import HandoffsQuestion, OneHandoff, OneTrace, OneUser, asked
from bot.admin.search import search_route
from bot.admin.shapes import handoff_markdown, handoff_shape, page_shape, trace_shape
from context.errors import QueryError, StoreUnavailable
from context.messages import TraceId, UserId
from storage.handoffs import Handoffs, StoredHandoff
from storage.recall import Recall
from storage.traces import Traces

# What is answered is about people, and no cache's business.
_PRIVATE = {"cache-control": "no-store"}
_MARKDOWN = "text/markdown"


def admin_routes(
    handoffs: Handoffs,
    *,
    traces: Traces,
    recall: Recall,
    pseudonyms: Pseudonyms,
    token: str | None,
) -> list[BaseRoute]:
    """Build the admin API.

    Args:
        handoffs: What is asked about.
        traces: What is asked about.
        recall: What is searched.
        pseudonyms: Who is asked about, where a digest from the logs is given.
        token: The bearer token that opens it; without one it answers 401 to everything.
    """
    api = AdminApi(handoffs, traces, pseudonyms)
    app = Starlette(
        routes=[
            Route("/handoffs", api.list_handoffs),
            Route("/handoffs/{handoff_id}", api.show_handoff),
            Route("/users/{user_id}/handoffs/latest", api.latest_handoff),
            search_route(recall, pseudonyms=pseudonyms, private=_PRIVATE),
            Route("/traces/{trace_id}", api.show_trace),
        ],
        middleware=[Middleware(TokenGuard, token=token)],
        exception_handlers=dict.fromkeys(
            (HTTPException, QueryError, StoreUnavailable), _faulty
        ),
    )
    return [Mount("/admin/api/v1", app)]


class AdminApi:
    """One method a route."""

    def __init__(self, handoffs: Handoffs, traces: Traces, pseudonyms: Pseudonyms) -> None:
        self._handoffs = handoffs
        self._traces = traces
        self._pseudonyms = pseudonyms

    async def list_handoffs(self, request: Request) -> Response:
        """Give a page of summaries, newest first."""
        question = asked(HandoffsQuestion, request)
        wanted = question.wanted()
        if wanted.user_id is not None:
            wanted = replace(wanted, user_id=await self._pseudonyms.meant(wanted.user_id))
        page = await self._handoffs.page(wanted, limit=question.limit, cursor=question.cursor)
        return JSONResponse(page_shape(page), headers=_PRIVATE)

    async def show_handoff(self, request: Request) -> Response:
        """Give one handoff with its document."""
        question = asked(OneHandoff, request)
        return _shown(request, await self._handoffs.one(question.handoff_id))

    async def latest_handoff(self, request: Request) -> Response:
        """Give a person's newest handoff with its document."""
        question = asked(OneUser, request)
        user_id = await self._pseudonyms.meant(UserId(question.user_id))
        return _shown(request, await self._handoffs.latest(user_id))

    async def show_trace(self, request: Request) -> Response:
        """Give a whole trace."""
        question = asked(OneTrace, request)
        trace = await self._traces.one(TraceId(question.trace_id))
        if trace is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no such trace")
        return JSONResponse(trace_shape(trace), headers=_PRIVATE)


def _shown(request: Request, handoff: StoredHandoff | None) -> Response:
    if handoff is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no such handoff")
    headers = {**_PRIVATE, "vary": "accept"}
    if _prefers_markdown(request.headers.get("accept", "")):
        if (text := handoff_markdown(handoff)) is None:
            fault = "another version of the bot wrote this document: ask for JSON"
            raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, fault)
        return PlainTextResponse(text, headers=headers, media_type=_MARKDOWN)
    return JSONResponse(handoff_shape(handoff), headers=headers)


def _prefers_markdown(accept: str) -> bool:
    """Whether an Accept header names Markdown, and not JSON before it."""
    named = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return next((kind for kind in named if kind in {_MARKDOWN, "application/json"}), "") == (
        _MARKDOWN
    )


async def _faulty(_request: Request, error: Exception) -> Response:
    match error:
        case HTTPException():
            return JSONResponse({"error": error.detail}, error.status_code, error.headers)
        case QueryError():
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return JSONResponse({"error": error.fault, "field": error.field}, status)
        case _:
            fault, again = "the database is out of reach", {"retry-after": "1"}
            return JSONResponse({"error": fault}, HTTPStatus.SERVICE_UNAVAILABLE, again)
