"""The forms of an import's lines, by type: what must be there, and in which bounds.

An export writes them all. By hand, a `user` and its `message`s are enough.

    {"type": "user", "user_id": "T1:U1"}
    {"type": "identity", "platform": "slack", "user_id": "T1:U1", "speaker": "Ada"}
    {"type": "message", "message_id": "m1", "role": "user", "text": "Hello",
     "sent_at": "2026-11-20T10:00:00Z"}
"""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from context.calls import CallOutcome, Purpose
from context.fact_patterns import FactKind
from context.facts import Fact, Origin
from context.lifecycle import TerminationReason
from context.notices import Preference
from context.prompt import Role
from context.text import storable

# As long as any id that a platform gives.
_Id = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f-\x9f]{1,500}$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,500}$")]
_Label = Annotated[str, AfterValidator(storable), StringConstraints(max_length=500)]
_Text = Annotated[str, AfterValidator(storable)]
_Small = Annotated[int, Field(ge=0, le=2**31 - 1)]
_Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
_FACT = TypeAdapter(Fact)


class _Form(BaseModel):
    # What is no number is not made null in silence: nobody can store it, and it is refused.
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        strict=True,
        allow_inf_nan=False,
        ser_json_inf_nan="constants",
    )


class UserForm(_Form):
    """Whose file it is, and what they want; the first line."""

    type: Literal["user"]
    user_id: _Id
    platform: _Id | None = None
    notices: Preference = "all"
    language: _Label | None = None
    created_at: AwareDatetime | None = None


class SessionForm(_Form):
    """A session of an identity; its id is made of the identity and the conversation."""

    provider: _Id
    conversation: _Name
    shared: bool
    created_at: AwareDatetime
    updated_at: AwareDatetime


class IdentityForm(_Form):
    """How a platform names the person, and where they talked."""

    type: Literal["identity"]
    platform: _Id
    user_id: _Id
    speaker: _Label | None = None
    greeted_at: AwareDatetime | None = None
    created_at: AwareDatetime | None = None
    sessions: tuple[SessionForm, ...] = ()


class MessageForm(_Form):
    """A thing said."""

    type: Literal["message"]
    message_id: _Id
    role: Role
    text: _Text
    sent_at: AwareDatetime
    speaker: _Label | None = None
    platform: _Id | None = None
    user_id: _Id | None = None
    conversation: _Name | None = None
    shared: bool = False
    trace_id: _Id | None = None


class FactForm(_Form):
    """A row of the fact ledger; `fact` is a `context.facts.Fact` as JSON."""

    type: Literal["fact"]
    session_id: _Id
    trace_id: _Id
    turn_id: _Id
    kind: FactKind
    origin: Origin
    source_message_ids: list[_Id]
    said_at: AwareDatetime
    fact: dict[str, Any]

    @model_validator(mode="after")
    def _is_a_fact(self) -> "FactForm":
        try:
            fact = _FACT.validate_python(self.fact)
        except ValidationError:  # which repeats what was said
            raise ValueError("fact: is none") from None
        if fact.kind is not self.kind:
            raise ValueError("fact: is of another kind")
        return self

    @property
    def value(self) -> str:
        """What was said, word for word."""
        return str(self.fact["value"])


class HandoffForm(_Form):
    """A handoff with its document and what the successor was told of it."""

    type: Literal["handoff"]
    handoff_id: _Id
    trace_id: _Id
    sequence: _Small
    user_id: _Id
    platform: _Id
    provider: _Id
    session_id: _Id
    agent_id: _Id
    agent_type: _Label
    agent_version: _Small
    project_id: _Text | None
    workflow_type: _Text | None
    current_phase: _Text | None
    task_status: _Text | None
    task_description: _Text | None
    termination_reason: TerminationReason
    total_tokens: _Count
    context_window_limit: _Count
    completion_percentage: float | None
    probe_score: float | None
    predecessor_handoff_id: _Id | None
    successor_handoff_id: _Id | None
    active: bool
    created_at: AwareDatetime
    summary: _Text
    document: dict[str, Any]
    briefing: _Text | None = None


class UsageForm(_Form):
    """A model call; without tokens its cost is unknown."""

    type: Literal["usage"]
    call_id: _Id
    session_id: _Id
    agent_id: _Id
    turn_id: _Id
    purpose: Purpose
    model: _Label
    outcome: CallOutcome
    input_tokens: _Count | None
    cache_read_tokens: _Count | None
    cache_write_tokens: _Count | None
    output_tokens: _Count | None
    started_at: AwareDatetime
    ended_at: AwareDatetime | None


Form = UserForm | IdentityForm | MessageForm | FactForm | HandoffForm | UsageForm
"""A line of any type."""

FORM = TypeAdapter[Form](Annotated[Form, Field(discriminator="type")])
