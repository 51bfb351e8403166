"""The routes under `/admin/api/v1`."""

from dataclasses import replace
from http import HTTPStatus
from typing import assert_never

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.admin.entrance import Entrance
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import HandoffsQuestion, OneHandoff, OneTrace, OneUser, asked
from bot.admin.records import Records
from bot.admin.search import search_route
from bot.admin.shapes import (
    handoff_markdown,
    handoff_shape,
    page_shape,
    summary_shape,
    trace_shape,
)
from bot.admin.windows import window_routes
from bot.limits import Limits
from bot.ports import Clock
from context.errors import QueryError, StoreUnavailable
from context.messages import TraceId, UserId
from storage.handoffs import StoredHandoff
from storage.undo import Kept, Undone

# What is answered is about people, and no cache's business.
_PRIVATE = {"cache-control": "no-store"}
_MARKDOWN = "text/markdown"
_NO_TRACE = "no such trace"

log = structlog.get_logger()


def admin_routes(
    records: Records,
    *,
    pseudonyms: Pseudonyms,
    limits: Limits,
    clock: Clock,
    entrance: Entrance,
) -> list[BaseRoute]:
    """Build the admin API.

    Args:
        records: What is asked about.
        pseudonyms: Who is asked about, where a digest from the logs is given.
        limits: What operators allow an agent.
        clock: The time.
        entrance: Who may ask.
    """
    api = AdminApi(records, pseudonyms=pseudonyms, limits=limits, clock=clock)
    routes = [
        Route("/handoffs", api.list_handoffs),
        Route("/handoffs/{handoff_id}", api.show_handoff),
        Route("/handoffs/{handoff_id}/deactivate", api.deactivate, methods=["POST"]),
        Route("/users/{user_id}/handoffs/latest", api.latest_handoff),
        search_route(records.recall, pseudonyms=pseudonyms, private=_PRIVATE),
        Route("/traces/{trace_id}", api.show_trace),
        Route("/traces/{trace_id}/undo", api.undo, methods=["POST"]),
        *window_routes(records.compactions, pseudonyms=pseudonyms, private=_PRIVATE),
    ]
    app = Starlette(
        routes=routes,
        middleware=[entrance.api_guard(route.path for route in routes)],
        exception_handlers=dict.fromkeys(
            (HTTPException, QueryError, StoreUnavailable), _faulty
        ),
    )
    return [Mount("/admin/api/v1", app)]


class AdminApi:
    """One method a route."""

    def __init__(
        self, records: Records, *, pseudonyms: Pseudonyms, limits: Limits, clock: Clock
    ) -> None:
        self._handoffs = records.handoffs
        self._traces = records.traces
        self._undo = records.undo
        self._pseudonyms = pseudonyms
        self._limits = limits
        self._clock = clock

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

    async def deactivate(self, request: Request) -> Response:
        """Mark a handoff as superseded, and give what it is then."""
        question = asked(OneHandoff, request)
        summary = await self._handoffs.deactivate(question.handoff_id)
        if summary is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no such handoff")
        log.info("handoff.deactivated", handoff_id=question.handoff_id)
        return JSONResponse(summary_shape(summary), headers=_PRIVATE)

    async def show_trace(self, request: Request) -> Response:
        """Give a whole trace."""
        return await self._trace(TraceId(asked(OneTrace, request).trace_id))

    async def undo(self, request: Request) -> Response:
        """Take back the latest handoff of a trace, and give the trace as it is then."""
        trace_id = TraceId(asked(OneTrace, request).trace_id)
        outcome = await self._undo.of_trace(trace_id, now=self._clock.now())
        match outcome:
            case Undone():
                log.info("handoff.undone", trace_id=trace_id, version=outcome.version)
                return await self._trace(trace_id)
            case Kept.UNKNOWN:
                raise HTTPException(HTTPStatus.NOT_FOUND, _NO_TRACE)
            case Kept.LEFT:
                raise HTTPException(HTTPStatus.CONFLICT, "the session goes on in another trace")
            case Kept.FIRST:
                raise HTTPException(HTTPStatus.CONFLICT, "there is no handoff to take back")
            case never:
                assert_never(never)

    async def _trace(self, trace_id: TraceId) -> Response:
        trace = await self._traces.one(trace_id)
        if trace is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, _NO_TRACE)
        return JSONResponse(trace_shape(trace, self._limits), headers=_PRIVATE)


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
