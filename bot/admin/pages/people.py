"""The pages about people: finding one, a person's record, and a search in what they said."""

from http import HTTPStatus
from itertools import groupby
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.admin.pages import reasons
from bot.admin.pages.desk import Desk
from bot.admin.pages.forms import Asked, filled, named_user
from bot.admin.pages.gauges import gauge
from bot.admin.pages.page import Page
from bot.admin.pages.questions import PersonSought
from bot.admin.query import SearchQuestion
from bot.admin.shapes.usage import UsageShape
from context.messages import UserId
from storage.agent_changes import AgentChange
from storage.handoffs import HandoffFilter
from storage.people_records import PersonRecord
from storage.usage_report import UsageGroup

_MOST_FOUND = 50
_CHANGES = 10
_HANDOFFS = 10


class PeoplePages:
    """One method a page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._records = desk.records

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Page("/people", self.find),
            Page("/people/{user_id}", self.show),
            Page("/people/{user_id}/search", self.search),
        ]

    async def find(self, request: Request) -> Response:
        """Go to the person who is meant, or show those who may be."""
        sought = filled(PersonSought, request).user
        found = None
        if sought is not None:
            user_id = await self._desk.person(sought)
            if await self._records.people.one(user_id) is not None:
                return _to_person(user_id)
            found = await self._records.people_search.found(sought, limit=_MOST_FOUND)
            if len(found) == 1:
                return _to_person(found[0].user_id)
        values = {"asked": Asked(dict(request.query_params)), "found": found}
        return self._desk.view.page(request, "people.html", values)

    async def show(self, request: Request) -> Response:
        """Show a person: why their agent changed last, sessions, handoffs, spend."""
        person = await self._known(named_user(request))
        user_id = person.user_id
        changes = await self._records.changes.of(user_id, limit=_CHANGES)
        spends = [
            UsageShape.group(UsageGroup(key=model, spends=tuple(of_model)))
            for model, of_model in groupby(person.spends, key=lambda spend: spend.model)
        ]
        wanted = HandoffFilter(user_id=user_id)
        values = {
            "one": person,
            "spends": spends,
            "changes": [(change, _why(change)) for change in changes],
            "sessions": [(one, gauge(one, self._desk.limits)) for one in person.sessions],
            "handoffs": (await self._records.handoffs.page(wanted, limit=_HANDOFFS)).items,
        }
        return self._desk.view.page(request, "person.html", values)

    async def search(self, request: Request) -> Response:
        """Show what a person and the bot have said about something, best first."""
        question = filled(SearchQuestion, request)
        user_id = (await self._known(named_user(request))).user_id
        values = {
            "user_id": user_id,
            "q": question.q,
            "hits": await self._records.recall.found_of(
                user_id, question.q, limit=question.limit
            ),
        }
        return self._desk.view.page(request, "person_search.html", values)

    async def _known(self, given: str) -> PersonRecord:
        """Read the person who is meant by an identity or a digest.

        Raises:
            HTTPException: 404; nobody is.
            StoreUnavailable: The database is out of reach.
        """
        user_id = await self._desk.person(given)
        if (person := await self._records.people.one(user_id)) is None:
            raise _nobody()
        return person


def _why(change: AgentChange) -> str:
    """Say why an agent ended, and what made it where that says more."""
    why = reasons.ended(change.termination_reason)
    trigger = reasons.triggered(change.trigger)
    return f"{why} ({trigger})" if trigger else why


def _to_person(user_id: UserId) -> Response:
    return RedirectResponse(f"/admin/people/{quote(user_id)}", HTTPStatus.SEE_OTHER)


def _nobody() -> HTTPException:
    fault = "Nobody is known by this identity. They may never have written, or were erased."
    return HTTPException(HTTPStatus.NOT_FOUND, fault)
