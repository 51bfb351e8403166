"""Sessions over HTTP: a page of those there are, one, and what was said in it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from bot.admin.api.asking import NothingElse, router
from bot.admin.api.faults import declared, not_found
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import Id, Paged, SessionsQuestion
from bot.admin.shapes.sessions import MessageShape, SessionShape
from bot.admin.shapes.shape import Listed
from bot.limits import Limits
from context.messages import Platform, SessionId, UserId
from storage.sessions_list import SessionFilter, SessionList
from storage.transcript_pages import TranscriptPages

_MISSING = declared(HTTPStatus.NOT_FOUND)


def sessions_router(
    sessions: SessionList,
    transcript: TranscriptPages,
    *,
    pseudonyms: Pseudonyms,
    limits: Limits,
) -> APIRouter:
    """Build the routes about sessions.

    Args:
        sessions: What is asked about.
        transcript: What was said in them.
        pseudonyms: Who is meant, where a digest from the logs is given.
        limits: What operators allow an agent.
    """
    routes = router("sessions")

    @routes.get("/sessions")
    async def list_sessions(
        question: Annotated[SessionsQuestion, Query()],
    ) -> Listed[SessionShape]:
        """List sessions, the one that was last busy first."""
        user_id = question.user_id
        wanted = SessionFilter(
            user_id=None if user_id is None else await pseudonyms.meant(UserId(user_id)),
            platform=None if question.platform is None else Platform(question.platform),
            state=question.state,
        )
        page = await sessions.page(wanted, limit=question.limit, cursor=question.cursor)
        return Listed[SessionShape].of(page, lambda one: SessionShape.of(one, limits))

    @routes.get("/sessions/{session_id}", responses=_MISSING)
    async def show_session(session_id: Id, _: NothingElse) -> SessionShape:
        """Show one session."""
        session = await sessions.one(SessionId(session_id))
        if session is None:
            raise not_found("session")
        return SessionShape.of(session, limits)

    @routes.get("/sessions/{session_id}/messages", responses=_MISSING)
    async def list_messages(
        session_id: Id, question: Annotated[Paged, Query()]
    ) -> Listed[MessageShape]:
        """List what was said in a session, newest first."""
        page = await transcript.page(
            SessionId(session_id), limit=question.limit, cursor=question.cursor
        )
        if page is None:
            raise not_found("session")
        return Listed[MessageShape].of(page, MessageShape.of)

    return routes
