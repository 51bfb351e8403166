"""How unbroken conversations were of late, and what they cost."""

from datetime import datetime

from pydantic import Field

from bot.admin.shapes.shape import Shape
from bot.admin.shapes.usage import SpendShape, UsageShape
from storage.continuity import Continuity
from storage.turn_times import Phase


class ContinuityShape(Shape):
    """The last hours in figures; what there was nothing to take it of is null."""

    since: datetime
    messages_accepted: int = Field(description="Counted by whole hours, as the next two.")
    duplicates_refused: int
    duplicate_rate: float | None = Field(description="Of all deliveries, 0 to 1.")
    messages_overdue: int = Field(description="Messages that wait for over a minute now.")
    messages_failed: int = Field(description="Messages that were given up.")
    deliveries_failed: int = Field(description="Answers that a platform did not take.")
    accept_p95_seconds: float | None = Field(description="To store a webhook's messages.")
    reply_p50_seconds: float | None = Field(description="From a message to its answer.")
    reply_p95_seconds: float | None
    turns_timed: int = Field(description="Turns that these times are of: the newest.")
    phase_p95_seconds: dict[str, float | None] = Field(description="Of each phase of a turn.")
    handoffs: int
    handoffs_by_reason: dict[str, int]
    handoffs_failed: int
    average_probe_score: float | None = Field(description="0 to 1.")
    lowest_probe_score: float | None = Field(description="0 to 1.")
    low_probe_scores: int = Field(description="Handoffs whose score is under 0.9.")
    compactions: int = Field(description="Those that were made.")
    compactions_failed: int
    compactions_skipped: dict[str, int] = Field(description="By reason.")
    average_reduction_percent: float | None = Field(description="0 to 100.")
    people: int = Field(description="Persons for whom the model was called.")
    spent: SpendShape = Field(description="By all of them.")
    cost_per_user_usd: float | None = Field(description="On average.")
    top_users: list[UsageShape] = Field(description="Those who took most tokens, most first.")

    @classmethod
    def of(cls, found: Continuity) -> "ContinuityShape":
        """Make it of what was read."""
        happened, spent = found.happened, SpendShape.of(found.happened.spends)
        cost = spent.cost_usd
        return cls(
            since=found.since,
            messages_accepted=found.accepted,
            duplicates_refused=found.duplicates,
            duplicate_rate=found.duplicate_rate,
            messages_overdue=found.overdue,
            messages_failed=sum(happened.failures.values()),
            deliveries_failed=sum(happened.delivery_failures.values()),
            accept_p95_seconds=found.accept.p95,
            reply_p50_seconds=happened.turns.reply.half,
            reply_p95_seconds=happened.turns.reply.p95,
            turns_timed=happened.turns.turns,
            phase_p95_seconds={str(one): happened.turns.phases[one].p95 for one in Phase},
            handoffs=sum(happened.handoffs.values()),
            handoffs_by_reason=dict(happened.handoffs),
            handoffs_failed=happened.failed_handoffs,
            average_probe_score=happened.probe_average,
            lowest_probe_score=happened.probe_lowest,
            low_probe_scores=happened.low_probes,
            compactions=happened.compactions_made,
            compactions_failed=happened.compactions["failed"],
            compactions_skipped=dict(happened.skips),
            average_reduction_percent=_percent(happened.reduction),
            people=found.people,
            spent=spent,
            cost_per_user_usd=None if cost is None or not found.people else cost / found.people,
            top_users=[UsageShape.group(one) for one in found.spenders],
        )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)
