"""The route that searches a person's whole transcript."""

from typing import Annotated

from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.admin.pseudonyms import Pseudonyms
from bot.admin.query import Question, User, asked
from bot.admin.shapes import hits_shape
from context.messages import UserId
from storage.recall import MOST_HITS, Recall


class SearchQuestion(Question):
    """What is looked for, and in whose past."""

    user_id: User
    q: Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,1000}$")]
    limit: int = Field(50, ge=1, le=MOST_HITS)


def search_route(recall: Recall, *, pseudonyms: Pseudonyms, private: dict[str, str]) -> Route:
    """Build `GET /users/{user_id}/search`.

    Args:
        recall: Where to search.
        pseudonyms: Who is meant, where a digest from the logs is given.
        private: The headers of what no cache may keep.
    """

    async def search(request: Request) -> Response:
        """Give what was found, best first."""
        question = asked(SearchQuestion, request)
        user_id = await pseudonyms.meant(UserId(question.user_id))
        hits = await recall.found_of(user_id, question.q, limit=question.limit)
        return JSONResponse(hits_shape(hits), headers=private)

    return Route("/users/{user_id}/search", search)
