"""How fast a window fills: what a turn adds for this person, and how many turns are left.

The pace is one number, a moving mean: turns add up to the room that is left, so their mean
tells how many fit, where a median would promise too many.
"""

import math

from context.session import Agent

_WEIGHT = 0.1
"""Of the newest turn. Tuned on simulated conversations (`tests/context/test_pace.py`): lighter
is better while a person stays the same, heavier where they change."""

_INHERITED_TURNS = 5
"""A pace that an earlier agent found out weighs as much as so many turns of this one."""


def added_tokens(before: Agent, *, occupied_tokens: int) -> int:
    """Tokens that a turn added to its agent's window; 0 where that cannot be told.

    It cannot on an agent's first turn, which brings instructions and briefing too, and on the
    first after a compaction, when what the window held was only estimated.

    Args:
        before: The agent as it was before the turn.
        occupied_tokens: What its window held after it.
    """
    is_known = before.occupied_tokens > 0
    if before.compaction_id is not None and before.compacted_at_turn == before.turns:
        is_known = False
    return max(0, occupied_tokens - before.occupied_tokens) if is_known else 0


def paced(before: Agent, added_tokens: int) -> float:
    """Average what a turn adds, newer turns weighing more; 0 while it is not known.

    The first turns count alike, so that one odd beginning does not last.

    Args:
        before: The agent as it was before the turn.
        added_tokens: What the turn added; 0 where that is not known, which teaches nothing.
    """
    if added_tokens <= 0:
        return before.pace_tokens
    if before.pace_tokens <= 0:
        return float(added_tokens)
    turns = before.turns + (_INHERITED_TURNS if before.version > 1 else 0)
    weight = max(_WEIGHT, 1 / max(turns, 1))
    return before.pace_tokens + weight * (added_tokens - before.pace_tokens)


def turns_left(
    *, occupied_tokens: int, limit_tokens: int, threshold: float | None, pace_tokens: float
) -> int | None:
    """Turns until a threshold is reached at this pace, the one that reaches it included.

    Args:
        occupied_tokens: What the window holds.
        limit_tokens: Tokens the agent may hold, over 0.
        threshold: Where the count ends, as a share of the limit; None where that step is off.
        pace_tokens: What a turn adds; 0 while it is not known.

    Returns:
        0 at or past the threshold; None where there is none or the pace is not known.
    """
    if threshold is None:
        return None
    room_tokens = threshold * limit_tokens - occupied_tokens
    if room_tokens <= 0:
        return 0
    return math.ceil(room_tokens / pace_tokens) if pace_tokens > 0 else None
