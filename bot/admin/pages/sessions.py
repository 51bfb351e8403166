"""The pages about sessions: all of them, and what was said in one."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import Asked, filled, named
from bot.admin.pages.gauges import gauge
from bot.admin.pages.page import Page
from bot.admin.pages.view import paged
from bot.admin.query import PLATFORMS, Paged, SessionsQuestion
from context.lifecycle import AgentState
from context.messages import Platform, SessionId
from storage.sessions_list import SessionFilter


class SessionPages:
    """One method a page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Page("/sessions", self.search),
            Page("/sessions/{session_id}", self.show),
        ]

    async def search(self, request: Request) -> Response:
        """Show a page of sessions, the one last busy first."""
        question = filled(SessionsQuestion, request)
        wanted = SessionFilter(
            user_id=await self._desk.whose(question.user_id),
            platform=None if question.platform is None else Platform(question.platform),
            state=question.state,
        )
        page = await self._desk.records.sessions.page(
            wanted, limit=question.limit, cursor=question.cursor
        )
        values: dict[str, object] = {
            "asked": Asked(dict(request.query_params)),
            "platforms": PLATFORMS,
            "states": list(AgentState),
            "sessions": [(one, gauge(one, self._desk.limits)) for one in page.items],
            **paged(request, page.next_cursor),
        }
        return self._desk.view.page(request, "sessions.html", values)

    async def show(self, request: Request) -> Response:
        """Show a session and a page of what was said in it, newest first."""
        question = filled(Paged, request)
        records, session_id = self._desk.records, SessionId(named(request, "session_id"))
        session = await records.sessions.one(session_id)
        messages = await records.transcript.page(
            session_id, limit=question.limit, cursor=question.cursor
        )
        if session is None or messages is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no session of this id.")
        values: dict[str, object] = {
            "one": session,
            "measured": gauge(session, self._desk.limits),
            "messages": messages.items,
            **paged(request, messages.next_cursor),
        }
        return self._desk.view.page(request, "session.html", values)
