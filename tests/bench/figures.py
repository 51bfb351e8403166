"""The figures that come of the benches, each with its target, and the table they end in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import assert_never

_NAME_WIDTH = 58


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Where a set of durations lies, in milliseconds."""

    median_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One line of the table: ours against a baseline, and how far it may be above it."""

    name: str
    ours: float
    baseline: float
    target: float

    @property
    def ratio(self) -> float:
        """Ours as a multiple of the baseline."""
        return self.ours / self.baseline

    @property
    def is_met(self) -> bool:
        """Whether the target is."""
        return self.ratio <= self.target


@dataclass(frozen=True, slots=True)
class AtMost:
    """A target that a value may not be above."""

    value: float


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A target that a value may not be below."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One line of the table that stands for itself; without a target it only tells."""

    name: str
    value: float
    unit: str
    target: AtMost | AtLeast | None = None

    @property
    def is_met(self) -> bool:
        """Whether the target is, if there is one."""
        match self.target:
            case None:
                return True
            case AtMost(value=most):
                return self.value <= most
            case AtLeast(value=least):
                return self.value >= least
            case never:
                assert_never(never)


Line = Comparison | Measurement


def figures(seconds: Sequence[float]) -> Figures:
    """Give the median, and the smallest duration that 99 of 100 do not exceed.

    Raises:
        ValueError: There are no durations.
    """
    if not seconds:
        raise ValueError("nothing was measured")
    ordered = sorted(seconds)
    p99 = ordered[math.ceil(0.99 * len(ordered)) - 1]
    return Figures(median_ms=median(ordered) * 1000, p99_ms=p99 * 1000)


def table(*benches: Sequence[Line]) -> str:
    """Lay everything out, a line each, with a gap between benches."""
    head = f"{'':<{_NAME_WIDTH}}{'ours':>13}{'baseline':>12}{'ratio':>8}  target"
    return "\n\n".join([head, *("\n".join(map(_line, lines)) for lines in benches if lines)])


def _line(one: Line) -> str:
    match one:
        case Comparison():
            figure = f"{one.ours:>10.2f} ms{one.baseline:>9.2f} ms{one.ratio:>8.2f}"
            return f"{one.name:<{_NAME_WIDTH}}{figure}  {_verdict(one, f'<= {one.target:g}')}"
        case Measurement(name=name, value=value, unit=unit):
            told = f"{name:<{_NAME_WIDTH}}{value:>10,.2f} {unit}"
            gap = f"{'':<{max(_NAME_WIDTH + 35 - len(told), 2)}}"
            return f"{told}{gap}{_judged(one)}".rstrip()
        case never:
            assert_never(never)


def _judged(one: Measurement) -> str:
    match one.target:
        case None:
            return ""
        case AtMost(value=most):
            return _verdict(one, f"<= {most:,g}")
        case AtLeast(value=least):
            return _verdict(one, f">= {least:,.4g}")
        case never:
            assert_never(never)


def _verdict(one: Line, target: str) -> str:
    return f"{target:<9}{'ok' if one.is_met else 'OVER'}"
