"""Handoffs, with and without their documents."""

from datetime import datetime

from pydantic import Field, ValidationError

from bot.admin.shapes.shape import Shape, Tokens
from context.handoff import HandoffDocument, markdown
from context.lifecycle import TerminationReason
from storage.handoffs import HandoffSummary, StoredHandoff


class SummaryShape(Shape):
    """A handoff without its document."""

    handoff_id: str
    trace_id: str
    sequence: int = Field(ge=1, description="Which handoff of its trace this is.")
    user_id: str = Field(description="The identity its session came in by.")
    platform: str
    provider: str
    session_id: str
    agent_id: str
    agent_type: str
    agent_version: int
    project_id: str | None
    workflow_type: str | None
    task_status: str | None
    termination_reason: TerminationReason
    total_tokens: Tokens = Field(description="What the window held at the handoff.")
    context_window_limit: int
    completion_percentage: float | None = Field(
        description="Done to-dos of all, 0 to 100; null without any."
    )
    probe_score: float | None
    predecessor_handoff_id: str | None
    successor_handoff_id: str | None
    active: bool = Field(description="Whether its trace's current agent began from it.")
    created_at: datetime
    summary: str

    @classmethod
    def of(cls, summary: HandoffSummary) -> "SummaryShape":
        """Make it of what is stored."""
        return cls.model_validate(summary)


class HandoffShape(SummaryShape):
    """A handoff with its document."""

    document: dict[str, object] = Field(
        description="The 17 categories, as the version of the bot that made them wrote them."
    )

    @classmethod
    def whole(cls, handoff: StoredHandoff) -> "HandoffShape":
        """Make it of what is stored."""
        return cls.model_validate(handoff)


def handoff_markdown(handoff: StoredHandoff) -> str | None:
    """The document for people to read; None if another version of the bot wrote it."""
    try:
        document = HandoffDocument.model_validate(handoff.document)
    except ValidationError:
        return None
    return markdown(document)
