"""The pages about handoffs: search, one, and what changed since the one before."""

import json
from dataclasses import dataclass, replace
from http import HTTPStatus

import structlog
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.admin.pages import reasons
from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import Asked, filled, named
from bot.admin.pages.page import Page
from bot.admin.pages.view import paged
from bot.admin.query import PLATFORMS, HandoffsQuestion
from bot.succession import briefed
from context.errors import QueryError
from context.handoff import HandoffDocument
from context.handoff_diff import CategoryDiff, dropped_open, handoff_diff
from context.lifecycle import TerminationReason
from storage.handoffs import StoredHandoff

FIGURES = frozenset({"agent_info", "termination_reason", "token_usage"})
"""Categories without anybody's words: viewers see them too."""

_WIDE = frozenset({"recent_turns", "key_facts", "conversation_summary"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Category:
    """One category of a document, as a page shows it."""

    name: str
    lines: tuple[str, ...]

    @property
    def is_figures(self) -> bool:
        """Whether nobody's words are in it."""
        return self.name in FIGURES

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole width."""
        return self.name in _WIDE


class HandoffPages:
    """One method a page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._handoffs = desk.records.handoffs

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Page("/handoffs", self.search),
            Page("/handoffs/{handoff_id}", self.show),
            Page("/handoffs/{handoff_id}/diff", self.compare),
            Route("/handoffs/{handoff_id}/deactivate", self.deactivate, methods=["POST"]),
        ]

    async def search(self, request: Request) -> Response:
        """Show a page of what the form asks for; say in the page what is wrong with it."""
        values: dict[str, object] = {
            "asked": Asked(dict(request.query_params)),
            "platforms": PLATFORMS,
            "reasons": list(TerminationReason),
            "fault": None,
        }
        try:
            question = filled(HandoffsQuestion, request)
        except QueryError as error:
            values["fault"] = error
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return self._desk.view.page(request, "handoffs.html", values, status=status)
        whose = await self._desk.whose(question.user_id)
        wanted = replace(question.wanted(), user_id=whose)
        page = await self._handoffs.page(wanted, limit=question.limit, cursor=question.cursor)
        values |= {"handoffs": page.items, **paged(request, page.next_cursor)}
        return self._desk.view.page(request, "handoffs.html", values)

    async def show(self, request: Request) -> Response:
        """Show one handoff, and what the next agent was told of it."""
        one = await self._one(request)
        document = _read(one)
        kept = await self._handoffs.told(one.handoff_id)
        told = kept if kept is not None else briefed(document)
        categories = (
            [Category(name, lines) for name, lines in document.sections] if document else []
        )
        trigger = document.termination_reason.trigger if document else None
        values = {
            "one": one,
            "why": reasons.ended(one.termination_reason),
            "trigger": reasons.triggered(trigger),
            "document": document,
            "raw": json.dumps(one.document, ensure_ascii=False, indent=2),
            "categories": [category for category in categories if category.lines],
            "empty": [
                category.name.replace("_", " ") for category in categories if not category.lines
            ],
            "told": told,
            "told_is_kept": kept is not None,
        }
        return self._desk.view.page(request, "handoff.html", values)

    async def compare(self, request: Request) -> Response:
        """Show what changed since the handoff before."""
        after = await self._one(request)
        if after.predecessor_handoff_id is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "This is the first handoff of its trace.")
        before = await self._handoffs.one(after.predecessor_handoff_id)
        if before is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "The handoff before is gone.")
        earlier, later = _read(before), _read(after)
        diff = None if earlier is None or later is None else handoff_diff(earlier, later)
        values = {
            "before": before,
            "after": after,
            "categories": None if diff is None else sorted(diff, key=_is_figures),
            "open": dropped_open(diff or ()),
            "figures": FIGURES,
        }
        return self._desk.view.page(request, "diff.html", values)

    async def deactivate(self, request: Request) -> Response:
        """Mark a handoff as superseded, and go back to it."""
        handoff_id = named(request, "handoff_id")
        if await self._handoffs.deactivate(handoff_id) is None:
            raise _no_handoff()
        log.info("handoff.deactivated", handoff_id=handoff_id)
        return RedirectResponse(
            f"/admin/handoffs/{handoff_id}?done=deactivated", HTTPStatus.SEE_OTHER
        )

    async def _one(self, request: Request) -> StoredHandoff:
        if (found := await self._handoffs.one(named(request, "handoff_id"))) is None:
            raise _no_handoff()
        return found


def _is_figures(diff: CategoryDiff) -> bool:
    """Figures differ always and say little, so they come last."""
    return diff.category in FIGURES


def _no_handoff() -> HTTPException:
    return HTTPException(HTTPStatus.NOT_FOUND, "There is no handoff of this id.")


def _read(stored: StoredHandoff) -> HandoffDocument | None:
    """Read a document; None if another version of the bot wrote it."""
    try:
        return HandoffDocument.model_validate(stored.document)
    except ValidationError:
        return None
