"""The audit log over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from bot.admin.api.asking import router
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import AuditQuestion
from bot.admin.shapes.operations import AuditShape
from bot.admin.shapes.shape import Listed
from context.messages import UserId
from storage.audit import Audit, AuditFilter


def audit_router(audit: Audit, pseudonyms: Pseudonyms) -> APIRouter:
    """Build the route about who asked for what.

    Args:
        audit: What is asked about.
        pseudonyms: Who is meant, where a digest from the logs is given.
    """
    routes = router("audit")

    @routes.get("/audit")
    async def list_calls(question: Annotated[AuditQuestion, Query()]) -> Listed[AuditShape]:
        """List what operators asked for, newest first."""
        user_id = question.user_id
        wanted = AuditFilter(
            who=question.who,
            user_id=None if user_id is None else await pseudonyms.meant(UserId(user_id)),
            created_after=question.created_after,
            created_before=question.created_before,
        )
        page = await audit.page(wanted, limit=question.limit, cursor=question.cursor)
        return Listed[AuditShape].of(page, AuditShape.of)

    return routes
