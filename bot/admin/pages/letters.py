"""The page about dead letters, and putting them back."""

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import filled, named
from bot.admin.pages.page import Page
from bot.admin.pages.view import paged
from bot.admin.query import Paged

_DONE = "/admin/dead-letters?done=retried"

log = structlog.get_logger()


class LetterPages:
    """The page, and what can be done there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._letters = desk.records.dead_letters

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Page("/dead-letters", self.show),
            Route("/dead-letters/retry", self.retry_all, methods=["POST"]),
            Route("/dead-letters/{letter_id}/retry", self.retry, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show a page of dead letters, newest first."""
        question = filled(Paged, request)
        page = await self._letters.page(limit=question.limit, cursor=question.cursor)
        values = {"letters": page.items, **paged(request, page.next_cursor)}
        return self._desk.view.page(request, "dead_letters.html", values)

    async def retry(self, request: Request) -> Response:
        """Put one back."""
        letter_id = named(request, "letter_id")
        if not await self._letters.retry(letter_id):
            fault = "There is no dead letter of this id; somebody may have put it back before."
            raise HTTPException(HTTPStatus.NOT_FOUND, fault)
        log.info("dead_letters.retried", letters=1)
        return RedirectResponse(_DONE, HTTPStatus.SEE_OTHER)

    async def retry_all(self, _request: Request) -> Response:
        """Put all of them back."""
        log.info("dead_letters.retried", letters=await self._letters.retry_all())
        return RedirectResponse(_DONE, HTTPStatus.SEE_OTHER)
