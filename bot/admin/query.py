"""What operators may ask: parameters of addresses become values, or name their fault."""

from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from starlette.requests import Request

from bot.admin.moments import moment
from channels.registry import KINDS
from context.errors import QueryError
from context.lifecycle import TerminationReason
from context.messages import Platform, TraceId, UserId
from storage.cursor import Cursor
from storage.handoffs import HandoffFilter

_PLATFORMS = sorted({kind.platform for kind in KINDS})


def _plus(text: str) -> str:
    """A plus sign that nobody escaped arrives as a space."""
    return text.replace(" ", "+")


def _leading_plus(text: str) -> str:
    return f"+{text[1:]}" if text.startswith(" ") else text


def _known_platform(text: str) -> str:
    if text not in _PLATFORMS:
        fault = f"must be one of {', '.join(_PLATFORMS)}"
        raise ValueError(fault)
    return text


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
User = Annotated[
    str,
    BeforeValidator(_leading_plus),
    StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f-\x9f]{1,128}$"),
]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,1000}$")]
Moment = Annotated[datetime, BeforeValidator(moment), BeforeValidator(_plus)]


class Question(BaseModel):
    """The parameters of one route; any other is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class OneHandoff(Question):
    """Which handoff."""

    handoff_id: Id


class OneUser(Question):
    """Whose."""

    user_id: User


class OneTrace(Question):
    """Which trace."""

    trace_id: Id


class SpanQuestion(Question):
    """Which records of somebody, somewhere, in some time, and which page of them."""

    user_id: User | None = None
    platform: Annotated[str, AfterValidator(_known_platform)] | None = None
    trace_id: Id | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: Annotated[Cursor, BeforeValidator(Cursor.read)] | None = None


class HandoffsQuestion(SpanQuestion):
    """Which handoffs, and which page of them."""

    agent_type: Id | None = None
    project_id: Id | None = None
    termination_reason: TerminationReason | None = None
    active: bool | None = None
    q: Words | None = None

    def wanted(self) -> HandoffFilter:
        """The filter without the page."""
        return HandoffFilter(
            user_id=None if self.user_id is None else UserId(self.user_id),
            platform=None if self.platform is None else Platform(self.platform),
            trace_id=None if self.trace_id is None else TraceId(self.trace_id),
            agent_type=self.agent_type,
            project_id=self.project_id,
            termination_reason=self.termination_reason,
            active=self.active,
            created_after=self.created_after,
            created_before=self.created_before,
            q=self.q,
        )


Q = TypeVar("Q", bound=Question)


def asked(question: type[Q], request: Request) -> Q:
    """Read a route's parameters, those in its path and those behind the question mark.

    Raises:
        QueryError: One is wrong, unknown, or given twice.
    """
    given: dict[str, str] = {}
    for name, value in (*request.path_params.items(), *request.query_params.multi_items()):
        if name in given:
            raise QueryError(name, "is given more than once")
        given[name] = value
    try:
        return question.model_validate(given)
    except ValidationError as error:
        raise _fault(error) from None


def _fault(error: ValidationError) -> QueryError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "extra_forbidden":
        return QueryError(str(first["loc"][0]), "is not a parameter of this route")
    return QueryError(str(first["loc"][0]), first["msg"].removeprefix("Value error, "))
