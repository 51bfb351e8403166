import itertools
from dataclasses import replace
from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.policy import (
    REARM,
    Decision,
    HandOff,
    Notify,
    Proceed,
    Rotate,
    Thresholds,
    decide,
    occupancy,
    reached,
)
from context.session import Level

LIMIT = 200_000
NAMES = ("warning", "compaction", "critical", "rotation")

shares = st.floats(min_value=0.01, max_value=0.99)
levels = st.sampled_from(Level)


@st.composite
def thresholds(draw: st.DrawFn) -> Thresholds:
    ascending = sorted(draw(st.lists(shares, min_size=4, max_size=4, unique=True)))
    kept = [share if draw(st.booleans()) else None for share in ascending]
    return Thresholds(warning=kept[0], compaction=kept[1], critical=kept[2], rotation=kept[3])


def at(
    share: float, *, told: Level = Level.NONE, thresholds: Thresholds | None = None
) -> Decision:
    return decide(
        occupied_tokens=round(share * LIMIT),
        limit_tokens=LIMIT,
        told=told,
        thresholds=thresholds or Thresholds(),
    )


def severity(decision: Decision) -> int:
    match decision:
        case Proceed():
            return 0
        case Notify():
            return 1
        case HandOff():
            return 2
        case Rotate():
            return 3
        case never:
            assert_never(never)


def test_occupancy_is_a_share_of_the_limit() -> None:
    assert occupancy(1_250, LIMIT) == 0.00625
    assert occupancy(LIMIT, LIMIT) == 1.0


@pytest.mark.parametrize(
    ("share", "decision"),
    [
        (0.0, Proceed(Level.NONE)),
        (0.7499, Proceed(Level.NONE)),
        (0.75, Notify(Level.WARNING)),
        (0.8999, Notify(Level.WARNING)),
        (0.90, HandOff()),
        (0.9499, HandOff()),
        (0.95, Rotate()),
        (1.3, Rotate()),
    ],
)
def test_each_threshold_begins_its_step(share: float, decision: Decision) -> None:
    assert at(share) == decision


def test_a_warning_is_given_once() -> None:
    assert at(0.76, told=Level.WARNING) == Proceed(Level.WARNING)


def test_a_jump_past_both_levels_skips_the_warning() -> None:
    assert at(0.92, told=Level.NONE) == HandOff()


def test_a_handoff_follows_whatever_was_told() -> None:
    assert at(0.92, told=Level.CRITICAL) == HandOff()


def test_a_level_just_under_its_threshold_still_counts_as_told() -> None:
    assert at(0.70, told=Level.WARNING) == Proceed(Level.WARNING)


def test_a_level_well_under_its_threshold_may_be_told_again() -> None:
    assert at(0.69, told=Level.WARNING) == Proceed(Level.NONE)


def test_right_at_the_share_at_which_it_is_armed_again_a_level_still_counts() -> None:
    half = Thresholds(warning=0.5)

    assert at(0.465, told=Level.WARNING, thresholds=half) == Proceed(Level.WARNING)
    assert at(0.46499, told=Level.WARNING, thresholds=half) == Proceed(Level.NONE)


def test_the_usual_thresholds_are_those_of_the_design() -> None:
    assert Thresholds() == Thresholds(
        warning=0.75, compaction=0.80, critical=0.90, rotation=0.95
    )


def test_levels_are_armed_again_one_by_one() -> None:
    assert at(0.80, told=Level.CRITICAL) == Proceed(Level.WARNING)
    assert at(0.50, told=Level.CRITICAL) == Proceed(Level.NONE)


@pytest.mark.parametrize(
    ("off", "share", "decision"),
    [
        (Thresholds(warning=None), 0.76, Proceed(Level.NONE)),
        (Thresholds(warning=None), 0.92, HandOff()),
        (Thresholds(compaction=None), 0.82, Notify(Level.WARNING)),
        (Thresholds(critical=None), 0.92, Notify(Level.WARNING)),
        (Thresholds(critical=None), 0.96, Rotate()),
        (Thresholds(rotation=None), 0.99, HandOff()),
        (
            Thresholds(warning=None, compaction=None, critical=None, rotation=None),
            2.0,
            Proceed(Level.NONE),
        ),
    ],
)
def test_a_threshold_that_is_off_takes_away_its_step_alone(
    off: Thresholds, share: float, decision: Decision
) -> None:
    assert at(share, thresholds=off) == decision


@pytest.mark.slow
@given(thresholds(), levels, st.tuples(st.integers(0, 2 * LIMIT), st.integers(0, 2 * LIMIT)))
def test_the_decision_never_grows_milder_as_occupancy_grows(
    steps: Thresholds, told: Level, occupied: tuple[int, int]
) -> None:
    less, more = sorted(occupied)

    milder, harsher = (
        decide(occupied_tokens=tokens, limit_tokens=LIMIT, told=told, thresholds=steps)
        for tokens in (less, more)
    )

    assert severity(milder) <= severity(harsher)


@pytest.mark.slow
@given(thresholds(), st.lists(st.integers(0, LIMIT), max_size=30))
def test_no_warning_comes_twice_unless_occupancy_fell_between(
    steps: Thresholds, way: list[int]
) -> None:
    told, lowest = Level.NONE, 0
    for tokens in way:
        decision = decide(
            occupied_tokens=tokens, limit_tokens=LIMIT, told=told, thresholds=steps
        )
        lowest = min(lowest, tokens)
        match decision:
            case Notify(level):
                assert steps.warning is not None
                assert lowest < REARM * steps.warning * LIMIT or lowest == 0
                told, lowest = level, tokens
            case Proceed(still_told):
                assert still_told <= told
                told = still_told
            case HandOff() | Rotate():
                return


OWN_STEP = {"warning": 1, "compaction": None, "critical": 2, "rotation": 3}


@given(levels, st.integers(0, 2 * LIMIT), st.sampled_from(NAMES))
def test_what_is_off_changes_no_step_but_its_own(told: Level, tokens: int, name: str) -> None:
    values = {other: None if other == name else getattr(Thresholds(), other) for other in NAMES}

    before, after = (
        decide(occupied_tokens=tokens, limit_tokens=LIMIT, told=told, thresholds=thresholds)
        for thresholds in (Thresholds(), Thresholds(**values))
    )

    if severity(before) != OWN_STEP[name]:
        assert severity(after) == severity(before)
    else:
        assert severity(after) < severity(before)


@pytest.mark.parametrize(("lower", "higher"), list(itertools.pairwise(NAMES)))
def test_thresholds_must_ascend_and_the_fault_names_the_field(lower: str, higher: str) -> None:
    with pytest.raises(ValueError, match=f"^{higher}: 0.5 is not above {lower}"):
        Thresholds(**{**dict.fromkeys(NAMES), lower: 0.5, higher: 0.5})


def test_a_threshold_that_is_off_is_left_out_of_the_order() -> None:
    with pytest.raises(ValueError, match=r"^rotation: 0\.7 is not above warning \(0\.75\)"):
        Thresholds(compaction=None, critical=None, rotation=0.7)


@pytest.mark.parametrize("share", [0, 1, -0.1, 75, float("nan"), float("inf")])
def test_a_threshold_is_a_share_between_nothing_and_all(share: float) -> None:
    with pytest.raises(ValueError, match=r"^warning: \S+ is not over 0 and under 1$"):
        Thresholds(warning=share)


def test_every_faulty_threshold_is_named_at_once() -> None:
    with pytest.raises(ValueError, match="warning") as caught:
        Thresholds(warning=7, critical=0.1)

    assert str(caught.value) == (
        "warning: 7 is not over 0 and under 1; critical: 0.1 is not above compaction (0.8)"
    )


@pytest.mark.parametrize(
    ("share", "level"),
    [
        (0.0, Level.NONE),
        (0.7499, Level.NONE),
        (0.75, Level.WARNING),
        (0.8999, Level.WARNING),
        (0.90, Level.CRITICAL),
        (1.2, Level.CRITICAL),
    ],
)
def test_a_level_is_reached_whoever_was_told(share: float, level: Level) -> None:
    found = reached(
        occupied_tokens=int(share * LIMIT), limit_tokens=LIMIT, thresholds=Thresholds()
    )

    assert found is level


@pytest.mark.parametrize(
    ("off", "share", "level"),
    [
        ("critical", 0.94, Level.WARNING),
        ("critical", 0.95, Level.CRITICAL),
        ("rotation", 0.90, Level.CRITICAL),
        ("warning", 0.80, Level.NONE),
    ],
)
def test_a_threshold_that_is_off_is_not_reached(off: str, share: float, level: Level) -> None:
    less = replace(Thresholds(), **{off: None})

    found = reached(occupied_tokens=int(share * LIMIT), limit_tokens=LIMIT, thresholds=less)

    assert found is level
