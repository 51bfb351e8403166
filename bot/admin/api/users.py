"""People over HTTP: one, their past searched, and everything held of them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from bot.admin.api.asking import NothingElse, router
from bot.admin.api.faults import declared, not_found
from bot.admin.ndjson import NdjsonResponse, exported
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import SearchQuestion, User
from bot.admin.shapes.people import HitShape, PersonShape, hits_shape
from bot.admin.shapes.shape import Listed
from bot.limits import Limits
from context.messages import UserId
from storage.export import Export
from storage.people_records import PeopleRecords
from storage.recall import Recall

_MISSING = declared(HTTPStatus.NOT_FOUND)
_LINES: Mapping[int | str, dict[str, Any]] = {
    HTTPStatus.OK: {
        "content": {NdjsonResponse.media_type: {"schema": {"type": "string"}}},
        "description": "One JSON object a line, `type` first, the person's own line before all.",
    },
    **_MISSING,
}


def users_router(
    people: PeopleRecords,
    recall: Recall,
    export: Export,
    *,
    pseudonyms: Pseudonyms,
    limits: Limits,
) -> APIRouter:
    """Build the routes about people.

    Args:
        people: Who is asked about.
        recall: What was said to and by them.
        export: All that is held of them.
        pseudonyms: Who is meant, where a digest from the logs is given.
        limits: What operators allow an agent.
    """
    routes = router("users")

    @routes.get("/users/{user_id}", responses=_MISSING)
    async def show_person(user_id: User, _: NothingElse) -> PersonShape:
        """Show a person: identities, preferences, latest sessions, spend."""
        person = await people.one(await pseudonyms.meant(UserId(user_id)))
        if person is None:
            raise not_found("person")
        return PersonShape.of(person, limits)

    @routes.get("/users/{user_id}/search")
    async def search(
        user_id: User, question: Annotated[SearchQuestion, Query()]
    ) -> Listed[HitShape]:
        """Search all that was said by and to a person, best first."""
        whose = await pseudonyms.meant(UserId(user_id))
        return hits_shape(await recall.found_of(whose, question.q, limit=question.limit))

    @routes.get("/users/{user_id}/export", response_class=Response, responses={**_LINES})
    async def export_person(user_id: User, _: NothingElse) -> Response:
        """Give everything held of a person, one JSON object a line, oldest first."""
        answer = await exported(export, await pseudonyms.meant(UserId(user_id)))
        if answer is None:
            raise not_found("person")
        return answer

    return routes
