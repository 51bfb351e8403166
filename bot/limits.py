"""What operators allow an agent: how much it may hold, and what happens as it fills."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.settings import Settings
from context.messages import UserId
from context.pace import turns_left
from context.policy import Thresholds
from context.redaction import Scope
from context.rollout import UNMANAGED, is_managed
from context.shaping import Shaping

UsageLine = Literal["off", "every", "threshold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of every agent.

    Attributes:
        tokens: What one agent may hold, as configured; never above the model's own window.
        thresholds: The shares of it at which something happens.
        is_on: Whether anything is compacted or handed over at all.
        rollout: For whom: a share of all users in percent, or the ids of some.
        usage_line: When usage is told in chat.
        redact: What never enters a document, a summary or a call that makes one.
        project_id: The project of sessions that name none.
        markdown_path: Where handoffs are also written as files.
    """

    tokens: int
    thresholds: Thresholds = field(default_factory=Thresholds)
    shaping: Shaping = field(default_factory=Shaping)
    is_on: bool = True
    rollout: int | frozenset[str] = 100
    usage_line: UsageLine = "threshold"
    redact: Scope = "secrets"
    project_id: str | None = None
    markdown_path: Path | None = None

    def manages(self, user_id: UserId) -> bool:
        """Whether anything is compacted or handed over for a person."""
        return is_managed(user_id, enabled=self.is_on, rollout=self.rollout)

    def thresholds_of(self, user_id: UserId) -> Thresholds:
        """Where the steps begin for a person; nowhere if they are not managed."""
        return self.thresholds if self.manages(user_id) else UNMANAGED

    @property
    def handoff_share(self) -> float | None:
        """The share of the limit at which an agent gives way; None where it never does."""
        return self.thresholds.critical or self.thresholds.rotation

    def turns_left(
        self,
        user_id: UserId,
        *,
        occupied_tokens: int,
        limit_tokens: int,
        pace_tokens: float,
    ) -> int | None:
        """Turns until another agent goes on, or else until the window is full, at this pace.

        Args:
            user_id: Whose window.
            occupied_tokens: What it holds.
            limit_tokens: What it may hold.
            pace_tokens: What a turn adds; 0 while it is not known.
        """
        thresholds = self.thresholds_of(user_id)
        return turns_left(
            occupied_tokens=occupied_tokens,
            limit_tokens=limit_tokens,
            threshold=thresholds.critical or thresholds.rotation or 1.0,
            pace_tokens=pace_tokens,
        )


def limits_of(settings: Settings) -> Limits:
    """Gather what operators allow an agent."""
    return Limits(
        tokens=settings.context_window_limit,
        thresholds=settings.thresholds,
        shaping=settings.shaping,
        is_on=settings.enable_lifecycle_management,
        rollout=settings.lifecycle_rollout,
        usage_line=settings.usage_line or "threshold",
        redact=settings.redact,
        project_id=settings.project_id,
        markdown_path=(
            settings.handoff_markdown_path if settings.enable_handoff_markdown else None
        ),
    )
