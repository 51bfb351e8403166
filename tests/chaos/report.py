"""A run on one screen."""

from collections.abc import Iterator, Sequence

from tests.chaos.kills import Recovery
from tests.chaos.run import Outcome


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent of all do not exceed; 0 of none."""
    if not values:
        return 0
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def table(outcome: Outcome) -> str:
    """Write what happened and how long it took."""
    lines = [*_lines(outcome), *map(_recovery, outcome.recoveries), *outcome.wrongs[:20]]
    return "\n".join(["", *lines, ""])


def _lines(outcome: Outcome) -> Iterator[str]:
    plan, rate = outcome.plan, outcome.plan.messages / outcome.seconds
    yield (
        f"chaos, seed {outcome.seed}: {plan.messages:,} messages of {plan.people} people in"
        f" {outcome.seconds:.0f} s ({rate:.0f}/s), {outcome.replies:,} replies,"
        f" {outcome.handoffs} handoffs, {len(outcome.wrongs)} wrong"
    )
    yield (
        f"  {outcome.faults:,} of {outcome.calls:,} platform calls failed, the model was"
        f" overloaded {outcome.overloads:,} times, {outcome.refused:,} webhooks came again"
    )
    for name, values, unit in (
        ("webhook acknowledged", [1000 * value for value in outcome.accepts_s], "ms"),
        ("message answered", outcome.waits_s, "s"),
        ("kill recovered", outcome.recoveries_s, "s"),
    ):
        p50, p95, p99, most = (percentile(values, percent) for percent in (50, 95, 99, 100))
        yield f"  {name:<22} p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f}  max {most:7.1f} {unit}"


def _recovery(one: Recovery) -> str:
    felt = "held nothing" if one.seconds is None else f"{one.seconds:.1f} s"
    kill = one.kill
    return f"  {one.victim:<9} killed after {kill.after:5,} answers, as {kill.at}: {felt}"
