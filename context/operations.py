"""Statistics of an agent's model calls: how many, how large, and what is left of the window."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from context.calls import Purpose
from context.usage import Usage


@dataclass(frozen=True, slots=True)
class Operation:
    """One model call that was answered: what for, when, and what it used."""

    purpose: Purpose
    at: datetime
    usage: Usage

    @property
    def tokens(self) -> int:
        """All that was sent and answered."""
        return self.usage.occupied_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """What is known of a line of model calls.

    Attributes:
        count: How many there were.
        spent: All they used, class by class; never an occupancy.
        least_tokens: Of the smallest; 0 without any.
        most_tokens: Of the largest.
        last: The latest to be counted.
        occupied_tokens: What the window held after the latest reply; housekeeping has prompts
            of its own and leaves it as it is.
    """

    count: int = 0
    spent: Usage = field(default_factory=Usage)
    least_tokens: int = 0
    most_tokens: int = 0
    last: Operation | None = None
    occupied_tokens: int = 0

    @classmethod
    def of(cls, operations: Iterable[Operation]) -> "Operations":
        """Sum operations up, oldest first."""
        known = cls()
        for operation in operations:
            known = known.including(operation)
        return known

    def including(self, operation: Operation) -> "Operations":
        """Count one more, the latest."""
        tokens = operation.tokens
        is_reply = operation.purpose is Purpose.REPLY
        return Operations(
            count=self.count + 1,
            spent=self.spent + operation.usage,
            least_tokens=min(self.least_tokens, tokens) if self.count else tokens,
            most_tokens=max(self.most_tokens, tokens),
            last=operation,
            occupied_tokens=tokens if is_reply else self.occupied_tokens,
        )

    @property
    def average_tokens(self) -> float:
        """Of one call; 0 without any."""
        return self.spent.occupied_tokens / self.count if self.count else 0.0

    def remaining_tokens(self, limit_tokens: int) -> int:
        """What is left of a window of that size; 0 where it is over full."""
        return max(0, limit_tokens - self.occupied_tokens)
