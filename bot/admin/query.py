"""What operators may ask: parameters of addresses become values, or name their fault."""

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import SkipJsonSchema

from bot.admin.moments import moment
from channels.registry import KINDS
from context.lifecycle import AgentState, TerminationReason
from context.messages import Platform, TraceId, UserId
from storage.cursor import Cursor
from storage.handoffs import HandoffFilter
from storage.recall import MOST_HITS
from storage.usage_report import GroupBy

PLATFORMS = sorted({kind.platform for kind in KINDS})
"""Where people are."""


def _plus(text: str) -> str:
    """A plus sign that nobody escaped arrives as a space."""
    return text.replace(" ", "+")


def _leading_plus(text: str) -> str:
    return f"+{text[1:]}" if text.startswith(" ") else text


def _known_platform(text: str) -> str:
    if text not in PLATFORMS:
        fault = f"must be one of {', '.join(PLATFORMS)}"
        raise ValueError(fault)
    return text


_ID = r"^[A-Za-z0-9_-]{1,64}$"
_USER = r"^[^\s\x00-\x1f\x7f-\x9f]{1,128}$"
_WORDS = r"^[^\x00]{1,1000}$"

# What an address may leave out is never null in it, whatever the value is read as.
NotGiven: TypeAlias = SkipJsonSchema[None]

Id = Annotated[str, StringConstraints(pattern=_ID)]
User = Annotated[
    str,
    BeforeValidator(_leading_plus),
    StringConstraints(pattern=_USER),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": _USER,
            "description": "Any identity of a person, or the digest of one that the logs have.",
        }
    ),
]
Words = Annotated[str, StringConstraints(pattern=_WORDS)]
Moment = Annotated[
    datetime,
    BeforeValidator(moment),
    BeforeValidator(_plus),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
PlatformName = Annotated[
    str,
    AfterValidator(_known_platform),
    WithJsonSchema({"type": "string", "enum": PLATFORMS}),
]
Place = Annotated[
    Cursor,
    BeforeValidator(Cursor.read),
    WithJsonSchema(
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{10,130}$", "description": "As given."}
    ),
]
Limit = Annotated[int, Field(ge=1, le=200)]


class Question(BaseModel):
    """The parameters of one route behind the question mark; any other is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paged(Question):
    """Which page of a list."""

    limit: Limit = 50
    cursor: Place | NotGiven = None


class SpanQuestion(Paged):
    """Which records of somebody, somewhere, in some time, and which page of them."""

    user_id: User | NotGiven = None
    platform: PlatformName | NotGiven = None
    trace_id: Id | NotGiven = None
    created_after: Moment | NotGiven = None
    created_before: Moment | NotGiven = None


class HandoffsQuestion(SpanQuestion):
    """Which handoffs, and which page of them."""

    agent_type: Id | NotGiven = None
    project_id: Id | NotGiven = None
    termination_reason: TerminationReason | NotGiven = None
    active: bool | NotGiven = None
    q: Annotated[
        Words | NotGiven, Field(description='As in a web search: `order "blue lamp" -refund`.')
    ] = None

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


class SearchQuestion(Question):
    """What is looked for in somebody's past."""

    q: Annotated[Words, Field(description="A question or words, in any language.")]
    limit: Annotated[int, Field(ge=1, le=MOST_HITS)] = 50


class SessionsQuestion(Paged):
    """Which sessions, and which page of them."""

    user_id: User | NotGiven = None
    platform: PlatformName | NotGiven = None
    state: AgentState | NotGiven = None


class UsageAsked(Paged):
    """Which model calls, by what they are summed up, and which page of the sums."""

    group_by: GroupBy = GroupBy.DAY
    since: Annotated[Moment | NotGiven, Field(description="The first moment that counts.")] = (
        None
    )
    until: Annotated[
        Moment | NotGiven, Field(description="The first moment after that counts no more.")
    ] = None


class Hours(Question):
    """How far back to look."""

    hours: Annotated[int, Field(ge=1, le=744, description="A month at most.")] = 24


class AuditQuestion(Paged):
    """Which calls of operators, and which page of them."""

    who: Id | NotGiven = None
    user_id: User | NotGiven = None
    created_after: Moment | NotGiven = None
    created_before: Moment | NotGiven = None
