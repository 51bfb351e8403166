"""The figures that are compared, and the table they end in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


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
    def is_over(self) -> bool:
        """Whether the target is missed."""
        return self.ratio > self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One line of the table that has nothing to be compared with."""

    name: str
    value: float
    unit: str


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


def table(comparisons: Sequence[Comparison], measurements: Sequence[Measurement]) -> str:
    """Lay everything out, a line each."""
    lines = [f"{'':<44}{'ours':>10}{'baseline':>10}{'ratio':>8}{'target':>8}"]
    lines += [_compared(one) for one in comparisons]
    lines += ["", *(f"{one.name:<44}{one.value:>10.2f} {one.unit}" for one in measurements)]
    return "\n".join(lines)


def _compared(one: Comparison) -> str:
    verdict = "OVER" if one.is_over else "ok"
    return (
        f"{one.name:<44}{one.ours:>7.2f} ms{one.baseline:>7.2f} ms"
        f"{one.ratio:>8.2f}{one.target:>8.2f}  {verdict}"
    )
