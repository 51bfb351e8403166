from dataclasses import dataclass

import pytest

from bot.admin.pages.gauges import gauge
from bot.limits import Limits
from context.messages import UserId
from context.policy import Thresholds
from tests.builders import USER

LIMITS = Limits(tokens=100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a session says of its window."""

    occupied_tokens: int | None
    pace_tokens: float | None = 1_000.0
    user_id: UserId = USER


@pytest.mark.parametrize(
    ("occupied_tokens", "level", "filled_percent"),
    [
        (0, "calm", 0),
        (74_999, "calm", 75),
        (75_000, "warning", 75),
        (90_000, "critical", 90),
        (150_000, "critical", 100),
    ],
)
def test_a_gauge_shows_how_full_a_window_is(
    occupied_tokens: int, level: str, filled_percent: float
) -> None:
    measured = gauge(Window(occupied_tokens=occupied_tokens), LIMITS)

    assert measured is not None
    assert (measured.level, measured.filled_percent) == (level, filled_percent)


def test_only_thresholds_that_are_on_are_marked() -> None:
    limits = Limits(tokens=100_000, thresholds=Thresholds(compaction=None, rotation=None))

    measured = gauge(Window(occupied_tokens=1), limits)

    assert measured is not None
    assert [(mark.name, mark.share) for mark in measured.marks] == [
        ("warning", 0.75),
        ("critical", 0.9),
    ]


def test_whoever_is_not_managed_is_full_only_at_the_limit() -> None:
    limits = Limits(tokens=100_000, is_on=False)

    calm = gauge(Window(occupied_tokens=99_000), limits)
    full = gauge(Window(occupied_tokens=100_000), limits)

    assert calm is not None
    assert full is not None
    assert (calm.marks, calm.level, full.level) == ((), "calm", "critical")


def test_before_its_first_turn_there_is_no_gauge() -> None:
    assert gauge(Window(occupied_tokens=None, pace_tokens=None), LIMITS) is None
