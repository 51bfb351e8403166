from dataclasses import replace
from datetime import timedelta

import pytest

from context.policy import Thresholds
from context.rollout import UNMANAGED
from context.session import Agent
from context.shaping import Shaping
from context.tidying import Compact, Draft, SkipReason, Task, Upkeep, Wait, tidying
from tests.builders import NOON, an_agent

LIMIT = 200_000
USUAL = Thresholds()
DRAFTED = Upkeep(undrafted_tokens=0)


def asked(
    share: float,
    *,
    agent: Agent | None = None,
    pace: float = 0.0,
    thresholds: Thresholds = USUAL,
    shaping: Shaping | None = None,
    upkeep: Upkeep = DRAFTED,
    minutes: float = 0,
) -> tuple[Task, ...]:
    """What is asked for at an occupancy; without an agent, by one that was never compacted."""
    whose = an_agent() if agent is None else agent
    return tidying(
        replace(whose, occupied_tokens=round(share * LIMIT), pace_tokens=pace),
        limit_tokens=LIMIT,
        thresholds=thresholds,
        shaping=shaping or Shaping(),
        upkeep=upkeep,
        now=NOON + timedelta(minutes=minutes),
    )


def compacted(times: int, *, turns_ago: int, to: float = 0.45, weak: int = 0) -> Agent:
    """An agent after so many compactions."""
    return replace(
        an_agent(),
        turns=100,
        compaction_id="compaction",
        compactions=times,
        weak_compactions=weak,
        compacted_at_turn=100 - turns_ago,
        compacted_to_tokens=round(to * LIMIT),
    )


def test_while_there_is_room_nothing_is_asked_for() -> None:
    assert asked(0.0, upkeep=Upkeep()) == ()
    assert asked(0.7499, upkeep=Upkeep(), pace=100_000) == ()


@pytest.mark.parametrize("share", [0.80, 0.85, 0.8999])
def test_a_compaction_is_asked_for_from_its_threshold_on(share: float) -> None:
    assert asked(share) == (Compact("threshold"),)


def test_just_under_its_threshold_none_is() -> None:
    assert asked(0.7999) == ()


@pytest.mark.parametrize("share", [0.90, 0.97, 1.4])
def test_where_the_handoff_comes_now_nothing_is_asked_for(share: float) -> None:
    assert asked(share, upkeep=Upkeep(), pace=50_000) == ()


def test_without_a_handoff_the_rotation_is_the_end() -> None:
    thresholds = Thresholds(critical=None)

    assert asked(0.94, thresholds=thresholds) == (Compact("threshold"),)
    assert asked(0.95, thresholds=thresholds) == ()


def test_without_either_a_full_window_is_compacted_all_the_same() -> None:
    thresholds = Thresholds(critical=None, rotation=None)

    assert asked(0.99, thresholds=thresholds, pace=1.0) == (Compact("threshold"),)
    assert asked(0.79, thresholds=thresholds, pace=50_000) == ()


def test_ahead_of_its_threshold_one_is_asked_for_when_hardly_a_turn_is_left() -> None:
    assert asked(0.76, pace=10_000) == ()
    assert asked(0.76, pace=14_000) == (Compact("forecast"),)
    assert asked(0.75, pace=15_000) == (Compact("forecast"),)
    assert asked(0.7499, pace=100_000) == ()


def test_past_its_threshold_no_forecast_is_needed() -> None:
    assert asked(0.81, pace=100_000) == (Compact("threshold"),)


def test_a_forecast_without_a_handoff_looks_at_the_rotation() -> None:
    thresholds = Thresholds(critical=None)

    assert asked(0.76, thresholds=thresholds, pace=18_000) == ()
    assert asked(0.76, thresholds=thresholds, pace=19_000) == (Compact("forecast"),)


def test_with_the_warning_off_no_forecast_comes_ahead_of_the_threshold() -> None:
    thresholds = Thresholds(warning=None)

    assert asked(0.79, thresholds=thresholds, pace=100_000, upkeep=Upkeep()) == ()
    assert asked(0.80, thresholds=thresholds) == (Compact("threshold"),)


class TestSkips:
    """A compaction that is due and is not asked for says why."""

    def test_it_is_off(self) -> None:
        thresholds = Thresholds(compaction=None)

        assert asked(0.85, thresholds=thresholds) == ()
        assert asked(0.85, thresholds=thresholds, pace=10_000) == (Wait(SkipReason.OFF),)

    def test_none_at_all_is_allowed(self) -> None:
        none = Shaping(max_compactions=0)

        assert asked(0.85, shaping=none) == (Wait(SkipReason.OFF),)

    def test_one_is_under_way(self) -> None:
        upkeep = Upkeep(is_under_way=True)

        assert asked(0.85, upkeep=upkeep) == (Wait(SkipReason.ALREADY_RUNNING),)

    def test_there_were_as_many_as_are_allowed(self) -> None:
        assert asked(0.85, agent=compacted(1, turns_ago=50)) == (Compact("threshold"),)
        for times in (2, 3):
            agent = compacted(times, turns_ago=50)
            assert asked(0.85, agent=agent) == (Wait(SkipReason.MOST_COMPACTIONS),)

    def test_two_weak_ones_in_a_row_left_nothing_to_free(self) -> None:
        many = Shaping(max_compactions=10)

        once, twice = (
            asked(0.85, agent=compacted(3, turns_ago=50, weak=weak), shaping=many)
            for weak in (1, 2)
        )

        assert once == (Compact("threshold"),)
        assert twice == (Wait(SkipReason.WEAK),)

    @pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 15)])
    def test_a_failure_cools_down_longer_each_time(self, failures: int, minutes: int) -> None:
        upkeep = Upkeep(failures=failures, failed_at=NOON, undrafted_tokens=0)

        before = asked(0.85, upkeep=upkeep, minutes=minutes - 0.01)
        after = asked(0.85, upkeep=upkeep, minutes=minutes)

        assert before == (Wait(SkipReason.COOLING_DOWN),)
        assert after == (Compact("threshold"),)

    def test_the_pause_is_the_operators(self) -> None:
        upkeep = Upkeep(failures=2, failed_at=NOON, undrafted_tokens=0)
        short = Shaping(compaction_cooldown=timedelta(seconds=6))
        none = Shaping(compaction_cooldown=timedelta(0))

        assert asked(0.85, upkeep=upkeep, shaping=short, minutes=0.4) == (
            Wait(SkipReason.COOLING_DOWN),
        )
        assert asked(0.85, upkeep=upkeep, shaping=short, minutes=0.5) == (Compact("threshold"),)
        assert asked(0.85, upkeep=upkeep, shaping=none) == (Compact("threshold"),)

    def test_what_did_not_fail_last_does_not_cool_down(self) -> None:
        settled = Upkeep(failures=0, failed_at=NOON, undrafted_tokens=0)
        undated = Upkeep(failures=2, undrafted_tokens=0)

        assert asked(0.85, upkeep=settled) == (Compact("threshold"),)
        assert asked(0.85, upkeep=undated) == (Compact("threshold"),)

    def test_the_last_was_a_moment_ago(self) -> None:
        lately = compacted(1, turns_ago=2, to=0.7501)

        assert asked(0.85, agent=lately) == (Wait(SkipReason.TOO_SOON),)
        assert asked(0.76, agent=lately, pace=20_000) == (Wait(SkipReason.TOO_SOON),)

    def test_three_turns_are_long_enough(self) -> None:
        agent = compacted(1, turns_ago=3, to=0.82)

        assert asked(0.85, agent=agent) == (Compact("threshold"),)
        assert asked(0.85, agent=agent, shaping=Shaping(compaction_min_messages=4)) == (
            Wait(SkipReason.TOO_SOON),
        )

    def test_so_is_a_tenth_of_the_limit(self) -> None:
        assert asked(0.85, agent=compacted(1, turns_ago=1, to=0.75)) == (Compact("threshold"),)

    def test_the_first_is_never_too_soon(self) -> None:
        new = replace(an_agent(), turns=1)

        assert asked(0.85, agent=new) == (Compact("threshold"),)
        # By hand, or by an import: nothing says that it was compacted.
        odd = replace(new, compacted_to_tokens=160_000)
        assert asked(0.85, agent=odd) == (Compact("threshold"),)

    def test_what_lasts_longest_is_told_first(self) -> None:
        agent = compacted(2, turns_ago=0, to=0.84, weak=2)
        failed = Upkeep(failures=1, failed_at=NOON, undrafted_tokens=0)
        many = Shaping(max_compactions=9)
        off = Thresholds(compaction=None)

        order = [
            asked(0.85, agent=agent, upkeep=failed, thresholds=off, pace=9_000),
            asked(0.85, agent=agent, upkeep=replace(failed, is_under_way=True)),
            asked(0.85, agent=agent, upkeep=failed),
            asked(0.85, agent=agent, upkeep=failed, shaping=many),
            asked(0.85, agent=replace(agent, weak_compactions=1), upkeep=failed, shaping=many),
            asked(0.85, agent=replace(agent, weak_compactions=1), shaping=many),
        ]

        assert order == [(Wait(reason),) for reason in SkipReason]

    def test_their_words_are_kept_in_the_records(self) -> None:
        assert list(SkipReason) == [
            "off",
            "already_running",
            "most_compactions",
            "weak",
            "cooling_down",
            "too_soon",
        ]


class TestNotes:
    """From the warning on, notes are kept for the handoff."""

    def test_the_first_are_made_at_the_warning(self) -> None:
        assert asked(0.7499, upkeep=Upkeep()) == ()
        assert asked(0.75, upkeep=Upkeep()) == (Draft(),)

    def test_they_are_made_anew_after_a_twentieth_of_the_limit(self) -> None:
        assert asked(0.77, upkeep=Upkeep(undrafted_tokens=9_999)) == ()
        assert asked(0.77, upkeep=Upkeep(undrafted_tokens=10_000)) == (Draft(),)

    def test_a_compaction_makes_them_too(self) -> None:
        assert asked(0.85, upkeep=Upkeep()) == (Compact("threshold"),)
        assert asked(0.76, upkeep=Upkeep(is_under_way=True)) == ()

    def test_they_are_made_where_a_compaction_is_skipped(self) -> None:
        assert asked(0.85, agent=compacted(2, turns_ago=9), upkeep=Upkeep()) == (
            Wait(SkipReason.MOST_COMPACTIONS),
            Draft(),
        )

    def test_they_are_made_where_compaction_is_off(self) -> None:
        thresholds = Thresholds(compaction=None)

        assert asked(0.85, thresholds=thresholds, upkeep=Upkeep()) == (Draft(),)

    def test_with_the_warning_off_they_begin_where_compaction_does(self) -> None:
        thresholds = Thresholds(warning=None)
        spent = compacted(2, turns_ago=9)

        assert asked(0.79, agent=spent, thresholds=thresholds, upkeep=Upkeep()) == ()
        assert Draft() in asked(0.81, agent=spent, thresholds=thresholds, upkeep=Upkeep())

    def test_with_both_off_there_are_none(self) -> None:
        thresholds = Thresholds(warning=None, compaction=None)

        assert asked(0.85, thresholds=thresholds, upkeep=Upkeep(), pace=50_000) == ()


def test_nothing_is_asked_for_whoever_is_not_managed() -> None:
    for share in (0.5, 0.85, 0.99, 3.0):
        assert asked(share, thresholds=UNMANAGED, upkeep=Upkeep(), pace=90_000) == ()
