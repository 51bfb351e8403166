"""What follows from how full a window is: the thresholds, and the one decision they make.

Thresholds are shares of the limit; None means that a step is off, and only that step. The
decision is about notices and handoffs; `context/tidying.py` acts on the compaction threshold.
"""

from dataclasses import dataclass, fields

from context.session import Level

REARM = 0.93
"""A level may be told again once occupancy fell under this share of its threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where each step begins, as shares of the limit, ascending, each over 0 and under 1.

    Attributes:
        warning: The person is told that the window fills.
        compaction: Older turns are to be replaced by a summary.
        critical: The agent hands over.
        rotation: The agent hands over without another model call.

    Raises:
        ValueError: Names every field that is out of range or not above those before it.
    """

    warning: float | None = 0.75
    compaction: float | None = 0.80
    critical: float | None = 0.90
    rotation: float | None = 0.95

    def __post_init__(self) -> None:
        faults: list[str] = []
        below, floor = "", 0.0
        for field in fields(self):
            share: float | None = getattr(self, field.name)
            if share is None:
                continue
            if not 0 < share < 1:
                faults.append(f"{field.name}: {share} is not over 0 and under 1")
            elif share <= floor:
                faults.append(f"{field.name}: {share} is not above {below} ({floor})")
            else:
                below, floor = field.name, share
        if faults:
            raise ValueError("; ".join(faults))


@dataclass(frozen=True, slots=True)
class Proceed:
    """Nothing is to be done; `told` is what still counts as told, re-armed levels taken off."""

    told: Level


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the person, and remember that they were told."""

    level: Level


@dataclass(frozen=True, slots=True)
class HandOff:
    """Send the critical notice and hand over at the end of this turn."""


@dataclass(frozen=True, slots=True)
class Rotate:
    """Send the critical notice and hand over now, without another model call."""


Decision = Proceed | Notify | HandOff | Rotate


def occupancy(occupied_tokens: int, limit_tokens: int) -> float:
    """Share of the limit that is taken; over 1 where the limit was lowered under an agent."""
    return occupied_tokens / limit_tokens


def decide(
    *, occupied_tokens: int, limit_tokens: int, told: Level, thresholds: Thresholds
) -> Decision:
    """Choose what follows from an occupancy; the most drastic step wins.

    A jump past several thresholds takes only the last one's step, so its notice is the only
    one. As occupancy grows, the decision never grows milder.

    Args:
        occupied_tokens: Tokens the next call starts with.
        limit_tokens: Tokens the agent may hold, over 0.
        told: The level its person was last told.
        thresholds: Where the steps begin.
    """
    filled = occupancy(occupied_tokens, limit_tokens)
    if _reaches(filled, thresholds.rotation):
        return Rotate()
    if _reaches(filled, thresholds.critical):
        return HandOff()
    still_told = _still_told(filled, told, thresholds)
    if still_told < Level.WARNING and _reaches(filled, thresholds.warning):
        return Notify(Level.WARNING)
    return Proceed(still_told)


def reached(*, occupied_tokens: int, limit_tokens: int, thresholds: Thresholds) -> Level:
    """The level that an occupancy is at, whoever was told of it."""
    filled = occupancy(occupied_tokens, limit_tokens)
    if _reaches(filled, thresholds.critical) or _reaches(filled, thresholds.rotation):
        return Level.CRITICAL
    return Level.WARNING if _reaches(filled, thresholds.warning) else Level.NONE


def _reaches(filled: float, threshold: float | None) -> bool:
    return threshold is not None and filled >= threshold


def _still_told(filled: float, told: Level, thresholds: Thresholds) -> Level:
    """Take off the levels that occupancy has left well behind."""
    begins = {Level.WARNING: thresholds.warning, Level.CRITICAL: thresholds.critical}
    for level in (Level.CRITICAL, Level.WARNING):
        threshold = begins[level]
        if level <= told and threshold is not None and filled >= threshold * REARM:
            return level
    return Level.NONE
