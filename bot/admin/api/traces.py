"""Traces over HTTP: one with all its agents, and taking its last handoff back."""

from http import HTTPStatus
from typing import assert_never

import structlog
from fastapi import APIRouter
from starlette.exceptions import HTTPException

from bot.admin.api.asking import NothingElse, router
from bot.admin.api.faults import declared, not_found
from bot.admin.query import Id
from bot.admin.shapes.traces import TraceShape
from bot.limits import Limits
from bot.ports import Clock
from context.messages import TraceId
from storage.traces import Traces
from storage.undo import Kept, Undo, Undone

log = structlog.get_logger()


def traces_router(traces: Traces, undo: Undo, *, limits: Limits, clock: Clock) -> APIRouter:
    """Build the routes about traces.

    Args:
        traces: What is asked about.
        undo: What takes handoffs back.
        limits: What operators allow an agent.
        clock: The time.
    """
    routes = router("traces")

    @routes.get("/traces/{trace_id}", responses=declared(HTTPStatus.NOT_FOUND))
    async def show_trace(trace_id: Id, _: NothingElse) -> TraceShape:
        """Show a whole trace."""
        return await shown(TraceId(trace_id))

    @routes.post(
        "/traces/{trace_id}/undo",
        responses=declared(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
    async def take_back(trace_id: Id, _: NothingElse) -> TraceShape:
        """Take back the latest handoff of a trace, and show the trace as it is then."""
        outcome = await undo.of_trace(TraceId(trace_id), now=clock.now())
        if not isinstance(outcome, Undone):
            raise _kept(outcome)
        log.info("handoff.undone", trace_id=trace_id, version=outcome.version)
        return await shown(TraceId(trace_id))

    async def shown(trace_id: TraceId) -> TraceShape:
        trace = await traces.one(trace_id)
        if trace is None:
            raise not_found("trace")
        return TraceShape.of(trace, limits)

    return routes


def _kept(why: Kept) -> HTTPException:
    """Say why a trace stays as it is."""
    match why:
        case Kept.UNKNOWN:
            return not_found("trace")
        case Kept.LEFT:
            return HTTPException(HTTPStatus.CONFLICT, "the session goes on in another trace")
        case Kept.FIRST:
            return HTTPException(HTTPStatus.CONFLICT, "there is no handoff to take back")
        case never:
            assert_never(never)
