"""The page about who asked for what."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import Asked, filled
from bot.admin.pages.page import Page
from bot.admin.pages.view import paged
from bot.admin.query import AuditQuestion
from storage.audit import AuditFilter


class AuditPage:
    """The page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [Page("/audit", self.show)]

    async def show(self, request: Request) -> Response:
        """Show a page of the audit log, newest first."""
        question = filled(AuditQuestion, request)
        wanted = AuditFilter(
            who=question.who,
            user_id=await self._desk.whose(question.user_id),
            created_after=question.created_after,
            created_before=question.created_before,
        )
        page = await self._desk.records.audit.page(
            wanted, limit=question.limit, cursor=question.cursor
        )
        values: dict[str, object] = {
            "asked": Asked(dict(request.query_params)),
            "entries": page.items,
            **paged(request, page.next_cursor),
        }
        return self._desk.view.page(request, "audit.html", values)
