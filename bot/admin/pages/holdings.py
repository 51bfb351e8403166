"""What can be done with everything held of a person: taking it out, and erasing it."""

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.access import Role
from bot.admin.ndjson import exported
from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import named_user
from context.errors import QueryError

log = structlog.get_logger()


class HoldingsPages:
    """Export and erasure, from a person's page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Route("/people/{user_id}/export", self.export),
            Route("/people/{user_id}/erase", self.erase, methods=["POST"]),
        ]

    async def export(self, request: Request) -> Response:
        """Give everything held of a person as a file; it holds their words, so to admins only."""
        if request.state.caller.role is not Role.ADMIN:
            fault = "A viewer may not read what people said, and an export is made of it."
            raise HTTPException(HTTPStatus.FORBIDDEN, fault)
        user_id = await self._desk.person(named_user(request))
        answer = await exported(self._desk.records.export, user_id)
        if answer is None:
            raise _nobody()
        answer.headers["content-disposition"] = 'attachment; filename="export.ndjson"'
        return answer

    async def erase(self, request: Request) -> Response:
        """Erase a person whose identity was typed once more, and show the receipt."""
        given = named_user(request)
        async with request.form() as form:
            confirmation = form.get("confirmation")
        if not isinstance(confirmation, str) or confirmation.strip() != given:
            raise QueryError("confirmation", "is not the identity that is to be erased")
        receipt = await self._desk.erasing.erase(
            await self._desk.person(given), now=self._desk.clock.now()
        )
        if receipt is None:
            raise _nobody()
        log.info("person.erased", receipt_id=receipt.receipt_id)
        return self._desk.view.page(request, "erased.html", {"receipt": receipt})


def _nobody() -> HTTPException:
    return HTTPException(HTTPStatus.NOT_FOUND, "Nobody is known by this identity.")
