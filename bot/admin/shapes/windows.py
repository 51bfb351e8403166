"""What became of context windows: compactions and forced rotations."""

from datetime import datetime

from pydantic import Field

from bot.admin.shapes.shape import Shape, Tokens
from storage.compaction_history import CompactionRecord, RotationRecord
from storage.compactions import CompactionState


class CompactionShape(Shape):
    """One compaction, or why there was none."""

    compaction_id: str
    trace_id: str
    user_id: str
    platform: str
    session_id: str
    agent_id: str
    agent_version: int
    trigger: str = Field(description="threshold, forecast, command or admin.")
    focus: str | None = Field(description="What it was to keep, in the person's words.")
    state: CompactionState
    reason: str | None = Field(description="Why it was skipped or failed.")
    before_tokens: Tokens
    after_tokens: Tokens | None
    reduction_percent: float | None
    context_window_limit: int
    seconds: float
    created_at: datetime
    applied_at: datetime | None

    @classmethod
    def of(cls, record: CompactionRecord) -> "CompactionShape":
        """Make it of what is stored."""
        return cls.model_validate(record)


class RotationShape(Shape):
    """One forced rotation; user, platform and trigger are null of those before they were kept."""

    rotation_id: str
    trace_id: str
    user_id: str | None
    platform: str | None
    session_id: str
    handoff_id: str = Field(description="The document that the new agent began from.")
    trigger: str | None
    old_agent_id: str
    new_agent_id: str
    occupied_tokens: Tokens
    context_window_limit: int
    occupancy: float
    created_at: datetime

    @classmethod
    def of(cls, record: RotationRecord) -> "RotationShape":
        """Make it of what is stored."""
        return cls.model_validate(record)
