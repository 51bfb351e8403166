"""Handoffs over HTTP: a page, one, a person's latest, and setting one aside."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.admin.api.asking import NothingElse, router
from bot.admin.api.faults import declared, not_found
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import HandoffsQuestion, Id, User
from bot.admin.shapes.handoffs import HandoffShape, SummaryShape, handoff_markdown
from bot.admin.shapes.shape import Listed
from context.messages import UserId
from storage.handoffs import Handoffs, StoredHandoff

_MARKDOWN = "text/markdown"
_MISSING = declared(HTTPStatus.NOT_FOUND)
_SHOWN: Mapping[int | str, dict[str, Any]] = {
    HTTPStatus.OK: {
        "content": {_MARKDOWN: {"schema": {"type": "string"}}},
        "description": "The handoff; as Markdown if `Accept` names that before JSON.",
    },
    **declared(HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE),
}

log = structlog.get_logger()


def handoffs_router(handoffs: Handoffs, pseudonyms: Pseudonyms) -> APIRouter:
    """Build the routes about handoffs.

    Args:
        handoffs: What is asked about.
        pseudonyms: Who is meant, where a digest from the logs is given.
    """
    routes = router("handoffs")

    @routes.get("/handoffs")
    async def list_handoffs(
        question: Annotated[HandoffsQuestion, Query()],
    ) -> Listed[SummaryShape]:
        """List handoffs, newest first."""
        wanted = question.wanted()
        if wanted.user_id is not None:
            wanted = replace(wanted, user_id=await pseudonyms.meant(wanted.user_id))
        page = await handoffs.page(wanted, limit=question.limit, cursor=question.cursor)
        return Listed[SummaryShape].of(page, SummaryShape.of)

    @routes.get("/handoffs/{handoff_id}", response_model=HandoffShape, responses={**_SHOWN})
    async def show_handoff(handoff_id: Id, request: Request, _: NothingElse) -> Response:
        """Show one handoff with its document."""
        return _shown(request, await handoffs.one(handoff_id))

    @routes.get(
        "/users/{user_id}/handoffs/latest", response_model=HandoffShape, responses={**_SHOWN}
    )
    async def latest_handoff(user_id: User, request: Request, _: NothingElse) -> Response:
        """Show a person's newest handoff with its document."""
        whose = await pseudonyms.meant(UserId(user_id))
        return _shown(request, await handoffs.latest(whose))

    @routes.post("/handoffs/{handoff_id}/deactivate", responses=_MISSING)
    async def deactivate(handoff_id: Id, _: NothingElse) -> SummaryShape:
        """Mark a handoff as superseded, and show what it is then."""
        summary = await handoffs.deactivate(handoff_id)
        if summary is None:
            raise not_found("handoff")
        log.info("handoff.deactivated", handoff_id=handoff_id)
        return SummaryShape.of(summary)

    return routes


def _shown(request: Request, handoff: StoredHandoff | None) -> Response:
    if handoff is None:
        raise not_found("handoff")
    headers = {"vary": "accept"}
    if _prefers_markdown(request.headers.get("accept", "")):
        if (text := handoff_markdown(handoff)) is None:
            fault = "another version of the bot wrote this document: ask for JSON"
            raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, fault)
        return PlainTextResponse(text, headers=headers, media_type=_MARKDOWN)
    return JSONResponse(HandoffShape.whole(handoff).json_object(), headers=headers)


def _prefers_markdown(accept: str) -> bool:
    """Whether an Accept header names Markdown, and not JSON before it."""
    named = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return next((kind for kind in named if kind in {_MARKDOWN, "application/json"}), "") == (
        _MARKDOWN
    )
