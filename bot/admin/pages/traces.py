"""The page about a trace: who worked on it, and what happened."""

from http import HTTPStatus
from typing import assert_never

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import named
from bot.admin.pages.gauges import gauge
from bot.admin.pages.page import Page
from bot.admin.pages.timeline import timeline
from context.messages import TraceId
from storage.compaction_history import Span
from storage.undo import Kept, Undone

_MOST = 200
_MOST_NOTICES = 1_000

log = structlog.get_logger()


class TracePages:
    """The page, and what can be done there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._records = desk.records

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Page("/traces/{trace_id}", self.show),
            Route("/traces/{trace_id}/undo", self.undo, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show a trace from its beginning."""
        trace_id = TraceId(named(request, "trace_id"))
        trace = await self._records.traces.one(trace_id)
        if trace is None:
            raise _no_trace()
        span = Span(trace_id=trace_id)
        compactions = await self._records.compactions.compactions(span, limit=_MOST)
        rotations = await self._records.compactions.rotations(span, limit=_MOST)
        values = {
            "trace": trace,
            "sessions": [(one, gauge(one, self._desk.limits)) for one in trace.sessions],
            "happened": timeline(
                trace,
                notices=await self._records.notices.of(trace_id, limit=_MOST_NOTICES),
                compactions=compactions.items,
                rotations=rotations.items,
            ),
            "is_cut": bool(compactions.next_cursor or rotations.next_cursor),
            "most": _MOST,
        }
        return self._desk.view.page(request, "trace.html", values)

    async def undo(self, request: Request) -> Response:
        """Take back the latest handoff of a trace, and go back to it."""
        trace_id = TraceId(named(request, "trace_id"))
        outcome = await self._records.undo.of_trace(trace_id, now=self._desk.clock.now())
        match outcome:
            case Undone():
                log.info("handoff.undone", trace_id=trace_id, version=outcome.version)
                return RedirectResponse(
                    f"/admin/traces/{trace_id}?done=undone", HTTPStatus.SEE_OTHER
                )
            case Kept.UNKNOWN:
                raise _no_trace()
            case Kept.LEFT:
                fault = "The session goes on in another trace, so this one stays as it is."
                raise HTTPException(HTTPStatus.CONFLICT, fault)
            case Kept.FIRST:
                fault = (
                    "The trace's agent began from no handoff, so there is none to take back."
                )
                raise HTTPException(HTTPStatus.CONFLICT, fault)
            case never:
                assert_never(never)


def _no_trace() -> HTTPException:
    return HTTPException(HTTPStatus.NOT_FOUND, "No agent was ever on a trace of this id.")
