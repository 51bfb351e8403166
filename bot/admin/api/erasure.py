"""Erasing a person over HTTP."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter

from bot.admin.api.asking import NothingElse
from bot.admin.api.faults import declared, not_found
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import User
from bot.admin.shapes.erasure import ReceiptShape
from bot.erasing import Erasing
from bot.ports import Clock
from context.messages import UserId

log = structlog.get_logger()


def erasure_router(erasing: Erasing, *, pseudonyms: Pseudonyms, clock: Clock) -> APIRouter:
    """Build the route that erases people.

    Args:
        erasing: What does it.
        pseudonyms: Who is meant, where a digest from the logs is given.
        clock: The time.
    """
    # Not a timed one: somebody with a hundred thousand messages takes some seconds, and is to
    # be erased all the same.
    routes = APIRouter(tags=["users"])

    @routes.delete("/users/{user_id}", responses=declared(HTTPStatus.NOT_FOUND))
    async def erase(user_id: User, _: NothingElse) -> ReceiptShape:
        """Erase everything held of a person, all of it or nothing; it cannot be undone."""
        whose = await pseudonyms.meant(UserId(user_id))
        receipt = await erasing.erase(whose, now=clock.now())
        if receipt is None:
            raise not_found("person")
        log.info("person.erased", receipt_id=receipt.receipt_id)
        return ReceiptShape.of(receipt)

    return routes
