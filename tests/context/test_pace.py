import math
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.pace import added_tokens, paced, turns_left
from context.session import Agent
from tests.builders import an_agent

LIMIT = 200_000
HANDOFF = 0.9


def left(occupied: int, *, pace: float = 1_000, threshold: float | None = 0.9) -> int | None:
    return turns_left(
        occupied_tokens=occupied, limit_tokens=LIMIT, threshold=threshold, pace_tokens=pace
    )


def after(agent: Agent, occupied: int) -> Agent:
    """The agent after a turn that left its window so full."""
    added = added_tokens(agent, occupied_tokens=occupied)
    return replace(
        agent,
        occupied_tokens=occupied,
        turns=agent.turns + 1,
        pace_tokens=paced(agent, added),
    )


def paces(*occupied: int, agent: Agent) -> list[float]:
    """The pace after each turn."""
    found: list[float] = []
    for tokens in occupied:
        agent = after(agent, tokens)
        found.append(agent.pace_tokens)
    return found


FRESH = replace(an_agent(occupied_tokens=0), turns=0)
OLD = replace(an_agent(occupied_tokens=50_000), turns=40, pace_tokens=1_000.0)


def test_the_first_turn_tells_no_pace_because_it_brings_the_instructions_too() -> None:
    assert paces(8_000, 9_000, agent=FRESH) == [0.0, 1_000.0]


def test_the_first_turns_count_alike() -> None:
    assert paces(8_000, 9_000, 11_000, 14_000, agent=FRESH) == [0, 1_000, 1_500, 2_000]


def test_later_a_turn_counts_a_tenth() -> None:
    assert paces(53_000, agent=OLD) == [1_200.0]
    assert paces(53_000, agent=replace(OLD, turns=10)) == [1_200.0]
    assert paces(53_000, agent=replace(OLD, turns=9)) == [pytest.approx(1_222.2, abs=0.1)]


def test_a_successor_begins_with_the_pace_that_was_found_out() -> None:
    successor = replace(FRESH, version=2, pace_tokens=1_000.0)

    first, second, third = paces(30_000, 33_000, 36_000, agent=successor)

    assert first == 1_000
    assert second == pytest.approx(1_000 + 2_000 / 6)
    assert third == pytest.approx(second + (3_000 - second) / 7)


def test_a_successor_of_one_that_had_no_pace_finds_its_own() -> None:
    assert paces(30_000, 33_000, agent=replace(FRESH, version=2)) == [0, 3_000]


@pytest.mark.parametrize("added", [0, -4_000])
def test_a_turn_that_added_nothing_teaches_nothing(added: int) -> None:
    assert paced(OLD, added) == 1_000
    assert paces(50_000 + added, agent=OLD) == [1_000]


def test_a_pace_is_found_even_before_any_turn_was_counted() -> None:
    assert paced(replace(FRESH, pace_tokens=500.0), 1_500) == 1_500


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        ({}, 2_000),
        ({"occupied_tokens": 0}, 0),
        ({"occupied_tokens": 53_000}, 0),
        ({"compaction_id": "c", "compacted_at_turn": 40}, 0),
        ({"compaction_id": "c", "compacted_at_turn": 39}, 2_000),
        ({"compacted_at_turn": 40}, 2_000),
    ],
)
def test_what_a_turn_added_is_known_only_from_two_counts(
    changes: dict[str, object], added: int
) -> None:
    before = replace(OLD, **changes)  # type: ignore[arg-type] # the table's columns differ in type

    assert added_tokens(before, occupied_tokens=52_000) == added


@pytest.mark.parametrize(
    ("occupied", "turns"),
    [(0, 180), (150_000, 30), (179_000, 1), (178_999, 2), (179_999, 1), (180_000, 0)],
)
def test_turns_are_counted_up_to_the_one_that_reaches_the_threshold(
    occupied: int, turns: int
) -> None:
    assert left(occupied) == turns


def test_past_the_threshold_no_turn_is_left_whatever_the_pace() -> None:
    assert left(250_000) == 0
    assert left(250_000, pace=0) == 0


def test_nothing_is_forecast_without_a_pace_or_a_threshold() -> None:
    assert left(100_000, pace=0) is None
    assert left(100_000, threshold=None) is None
    assert left(100_000, pace=0.5) == 160_000


@pytest.mark.slow
@given(
    st.tuples(st.integers(0, 2 * LIMIT), st.integers(0, 2 * LIMIT)),
    st.floats(1, 1e6),
    st.floats(0.01, 0.99),
)
def test_fewer_turns_are_left_as_the_window_fills(
    occupied: tuple[int, int], pace: float, threshold: float
) -> None:
    less, more = sorted(occupied)

    early, late = (left(tokens, pace=pace, threshold=threshold) for tokens in (less, more))

    assert early is not None
    assert late is not None
    assert early >= late >= 0


@pytest.mark.slow
@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=30), st.integers(1, 3))
def test_a_pace_lies_between_the_smallest_turn_and_the_largest(
    added: list[int], version: int
) -> None:
    agent = replace(FRESH, version=version, occupied_tokens=5_000, turns=1)
    for tokens in added:
        agent = after(agent, agent.occupied_tokens + tokens)

    assert min(added) * 0.999 <= agent.pace_tokens <= max(added) * 1.001


def conversations(*, seed: int, number: int, drift: float) -> Iterator[list[int | None]]:
    """What was forecast after each turn of an agent, up to the one that reached the threshold.

    Turn sizes are log-normal around a mean of the person's own, with a spread of their own
    (the largest twentieth of turns is 2 to 4 times the median), and wander by `drift` a turn.
    """
    chance = Random(seed)  # noqa: S311 - people, not secrets
    for _ in range(number):
        mean = chance.lognormvariate(math.log(1_200), 0.6)
        spread = chance.uniform(0.4, 0.8)
        agent = FRESH
        occupied = 2_500.0
        forecasts: list[int | None] = []
        while agent.occupied_tokens < HANDOFF * LIMIT:
            occupied += chance.lognormvariate(math.log(mean) - spread**2 / 2, spread) + 20
            mean *= math.exp(chance.gauss(0, drift))
            agent = after(agent, int(occupied))
            forecasts.append(left(agent.occupied_tokens, pace=agent.pace_tokens))
        yield forecasts


@pytest.mark.slow
@pytest.mark.parametrize("drift", [0.0, 0.03])
def test_of_the_last_ten_forecasts_four_in_five_are_within_two_turns(drift: float) -> None:
    misses = [
        abs(forecast - turns)
        for forecasts in conversations(seed=1, number=300, drift=drift)
        for turns, forecast in enumerate(reversed(forecasts[-11:]))
        if turns and forecast is not None
    ]

    assert len(misses) > 2_900
    assert sorted(misses)[int(0.8 * len(misses))] <= 2
