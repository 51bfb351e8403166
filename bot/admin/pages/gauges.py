"""How full a session's window is, drawn: the bar, and the marks at which something happens."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.limits import Limits
from context.messages import UserId
from context.policy import occupancy


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold, as a share of the limit, 0 to 1."""

    name: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """How full one window is.

    Attributes:
        share: Of the limit; over 1 where it holds more.
        level: How an operator should take it.
        marks: The thresholds that are on, ascending.
        turns_left: Until another agent goes on, where that can be foretold.
    """

    occupied_tokens: int
    limit_tokens: int
    share: float
    level: Literal["calm", "warning", "critical"]
    marks: tuple[Mark, ...]
    turns_left: int | None

    @property
    def filled_percent(self) -> float:
        """How much of the bar is drawn, 0 to 100."""
        return min(100.0, round(100 * self.share, 1))


class _Measured(Protocol):
    @property
    def user_id(self) -> UserId: ...
    @property
    def occupied_tokens(self) -> int | None: ...
    @property
    def pace_tokens(self) -> float | None: ...


def gauge(session: _Measured, limits: Limits) -> Gauge | None:
    """Measure a session's window against what operators allow; None before its first turn."""
    occupied_tokens, pace_tokens = session.occupied_tokens, session.pace_tokens
    if occupied_tokens is None or pace_tokens is None:
        return None
    share = occupancy(occupied_tokens, limits.tokens)
    marks = _marks(limits, session.user_id)
    return Gauge(
        occupied_tokens=occupied_tokens,
        limit_tokens=limits.tokens,
        share=share,
        level=_level(share, marks),
        marks=marks,
        turns_left=limits.turns_left(
            session.user_id,
            occupied_tokens=occupied_tokens,
            limit_tokens=limits.tokens,
            pace_tokens=pace_tokens,
        ),
    )


def _marks(limits: Limits, user_id: UserId) -> tuple[Mark, ...]:
    thresholds = limits.thresholds_of(user_id)
    shares = {
        "warning": thresholds.warning,
        "compaction": thresholds.compaction,
        "critical": thresholds.critical,
        "rotation": thresholds.rotation,
    }
    return tuple(Mark(name, share) for name, share in shares.items() if share is not None)


def _level(share: float, marks: tuple[Mark, ...]) -> Literal["calm", "warning", "critical"]:
    passed = {mark.name for mark in marks if share >= mark.share}
    if passed & {"critical", "rotation"} or share >= 1:
        return "critical"
    return "warning" if "warning" in passed else "calm"
