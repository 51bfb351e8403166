"""The loop guard: what keeps handoffs from following each other without end.

A tripped guard does not stop the conversation: whoever asked goes on with the smallest seed
there is, says so, and alerts.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

SEED_SHARE = 0.30
"""A fresh agent begins with at most this share of the limit."""

MOST_HANDOFFS = 5
"""In a row, without a message of the person between them."""


class TripReason(StrEnum):
    """Why the guard tripped."""

    TOO_MANY_HANDOFFS = "too_many_handoffs"
    NO_PROGRESS = "no_progress"
    SEED_TOO_LARGE = "seed_too_large"


@dataclass(frozen=True, slots=True)
class Go:
    """The handoff may be made as it is."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """The next agent begins from the smallest seed instead."""

    reason: TripReason


Verdict = Go | Tripped


def guarded(
    *,
    seed_tokens: int,
    limit_tokens: int,
    handoffs_in_a_row: int,
    seed_digest: str,
    earlier_seed_digest: str | None,
) -> Verdict:
    """Judge a handoff that is about to be made.

    Args:
        seed_tokens: What the next agent would begin with: its briefing and what is replayed.
        limit_tokens: Tokens one agent may hold.
        handoffs_in_a_row: Those already made since the person's latest message.
        seed_digest: `digest` of what the next agent would begin with.
        earlier_seed_digest: The same of what this agent began with; None for the first of a
            trace.
    """
    if handoffs_in_a_row >= MOST_HANDOFFS:
        return Tripped(TripReason.TOO_MANY_HANDOFFS)
    if seed_digest == earlier_seed_digest:
        return Tripped(TripReason.NO_PROGRESS)
    if seed_tokens > SEED_SHARE * limit_tokens:
        return Tripped(TripReason.SEED_TOO_LARGE)
    return Go()


def digest(*texts: str) -> str:
    """Tell seeds apart: 64 hex digits, the same for the same texts in the same order."""
    whole = hashlib.sha256()
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        # With its length, so that no two seeds differ only in where one text ends.
        whole.update(len(encoded).to_bytes(8, "big") + encoded)
    return whole.hexdigest()
