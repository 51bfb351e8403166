"""What the service has done so far, in figures."""

from pydantic import Field

from bot.admin.shapes.shape import Shape
from storage.statistics import Totals


class StatisticsShape(Shape):
    """All that was done; an average is null where there is nothing to take it of."""

    handoffs_total: int
    handoffs_by_platform: dict[str, int]
    handoffs_by_reason: dict[str, int]
    handoffs_by_agent_type: dict[str, int]
    average_completion_percentage: float | None = Field(description="0 to 100.")
    average_tokens_at_handoff: float | None
    average_probe_score: float | None = Field(description="0 to 1.")
    active_sessions: int = Field(description="Sessions whose agent has not ended.")
    compactions_total: int = Field(description="Those that were made, swapped in or not.")
    compactions_skipped: int
    compactions_failed: int
    average_reduction_percent: float | None = Field(description="0 to 100.")
    messages_overdue: int = Field(description="Messages that wait for over a minute.")
    duplicates_refused: int

    @classmethod
    def of(cls, totals: Totals) -> "StatisticsShape":
        """Make it of what was counted."""
        return cls.model_validate(totals)
