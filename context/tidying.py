"""What housekeeping to ask for after a turn: a compaction, notes for the handoff, or neither.

Nothing is done here and nobody waits for it: what is asked for is made in the background. At
the critical threshold nothing is asked for any more, because the handoff comes anyway.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from context.pace import turns_left
from context.policy import Thresholds, occupancy
from context.session import Agent
from context.shaping import Shaping

EARLY_TURNS = 3
"""With fewer turns left before the handoff, a compaction is asked for ahead of its threshold."""

MOST_WEAK = 2
"""After so many weak compactions in a row there is nothing left to free."""

GROWTH_SHARE = 0.10
"""Growth, as a share of the limit, that allows a compaction however few turns it took."""

DRAFT_SHARE = 0.05
"""Growth, as a share of the limit, after which notes are made anew."""

_COOLDOWNS = (1, 5, 15)
"""As multiples, after the first, second and third failure in a row and those that follow."""


class SkipReason(StrEnum):
    """Why a compaction that was due is not asked for."""

    OFF = "off"
    ALREADY_RUNNING = "already_running"
    MOST_COMPACTIONS = "most_compactions"
    WEAK = "weak"
    COOLING_DOWN = "cooling_down"
    TOO_SOON = "too_soon"


@dataclass(frozen=True, slots=True)
class Compact:
    """Ask for a compaction; it makes notes too."""

    trigger: Literal["threshold", "forecast"]


@dataclass(frozen=True, slots=True)
class Draft:
    """Ask for notes, from which the handoff's document will be made."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A compaction is due, and is skipped; worth a record, once for each reason."""

    reason: SkipReason


Task = Compact | Draft | Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What an agent does not know itself about its housekeeping.

    Attributes:
        is_under_way: Whether a compaction was asked for and is not settled yet.
        failures: How many of the latest compactions in a row failed.
        failed_at: When the latest of them did.
        undrafted_tokens: What the window gained since the latest notes; None without any.
    """

    is_under_way: bool = False
    failures: int = 0
    failed_at: datetime | None = None
    undrafted_tokens: int | None = None


def tidying(
    agent: Agent,
    *,
    limit_tokens: int,
    thresholds: Thresholds,
    shaping: Shaping,
    upkeep: Upkeep,
    now: datetime,
) -> tuple[Task, ...]:
    """Choose what to ask for after a turn.

    Args:
        agent: As the turn left it.
        limit_tokens: Tokens the agent may hold, over 0.
        thresholds: Where the steps begin for this person.
        shaping: What else operators set.
        upkeep: What was done for the agent before.
        now: The time.

    Returns:
        At most one Compact or Wait, and at most one Draft, which never stands beside a
        Compact; nothing while there is room, and nothing where a handoff comes now.
    """
    filled = occupancy(agent.occupied_tokens, limit_tokens)
    end = thresholds.critical or thresholds.rotation
    if end is not None and filled >= end:
        return ()
    trigger = _trigger(agent, filled, limit_tokens=limit_tokens, thresholds=thresholds)
    asked: tuple[Task, ...] = ()
    if trigger is not None:
        skipped = _off(thresholds, shaping) or _skipped(
            agent, limit_tokens=limit_tokens, shaping=shaping, upkeep=upkeep, now=now
        )
        if skipped is None:
            return (Compact(trigger),)
        asked = (Wait(skipped),)
    if _wants_notes(filled, limit_tokens=limit_tokens, thresholds=thresholds, upkeep=upkeep):
        asked += (Draft(),)
    return asked


def _begins(thresholds: Thresholds) -> float | None:
    """Where housekeeping begins; with the warning off, not before the compaction threshold."""
    return thresholds.warning or thresholds.compaction


def _trigger(
    agent: Agent, filled: float, *, limit_tokens: int, thresholds: Thresholds
) -> Literal["threshold", "forecast"] | None:
    """What makes a compaction due, if anything does."""
    if thresholds.compaction is not None and filled >= thresholds.compaction:
        return "threshold"
    begins = _begins(thresholds)
    if begins is None or filled < begins:
        return None
    left = turns_left(
        occupied_tokens=agent.occupied_tokens,
        limit_tokens=limit_tokens,
        threshold=thresholds.critical or thresholds.rotation,
        pace_tokens=agent.pace_tokens,
    )
    return "forecast" if left is not None and left < EARLY_TURNS else None


def _off(thresholds: Thresholds, shaping: Shaping) -> SkipReason | None:
    is_off = thresholds.compaction is None or shaping.max_compactions == 0
    return SkipReason.OFF if is_off else None


def _skipped(
    agent: Agent, *, limit_tokens: int, shaping: Shaping, upkeep: Upkeep, now: datetime
) -> SkipReason | None:
    """Why a compaction that is due is not asked for, if it is not; what lasts longest first."""
    if upkeep.is_under_way:
        return SkipReason.ALREADY_RUNNING
    if agent.compactions >= shaping.max_compactions:
        return SkipReason.MOST_COMPACTIONS
    if agent.weak_compactions >= MOST_WEAK:
        return SkipReason.WEAK
    if _cools_down(upkeep, cooldown=shaping.compaction_cooldown, now=now):
        return SkipReason.COOLING_DOWN
    turns = agent.turns - agent.compacted_at_turn
    grown_tokens = agent.occupied_tokens - agent.compacted_to_tokens
    is_soon = (
        turns < shaping.compaction_min_messages and grown_tokens < GROWTH_SHARE * limit_tokens
    )
    return SkipReason.TOO_SOON if agent.compactions and is_soon else None


def _cools_down(upkeep: Upkeep, *, cooldown: timedelta, now: datetime) -> bool:
    if upkeep.failed_at is None or upkeep.failures <= 0:
        return False
    pause = cooldown * _COOLDOWNS[min(upkeep.failures, len(_COOLDOWNS)) - 1]
    return now < upkeep.failed_at + pause


def _wants_notes(
    filled: float, *, limit_tokens: int, thresholds: Thresholds, upkeep: Upkeep
) -> bool:
    """Whether notes are due; a compaction under way makes them too."""
    begins = _begins(thresholds)
    if begins is None or filled < begins or upkeep.is_under_way:
        return False
    undrafted = upkeep.undrafted_tokens
    return undrafted is None or undrafted >= DRAFT_SHARE * limit_tokens
