"""The benches run and give their lines; what the figures are is for `make bench` to say."""

from collections.abc import Sequence

import pytest

from bot.logs import configure
from tests.bench.conversations import made_up_talk
from tests.bench.figures import AtLeast, AtMost, Comparison, Line, Measurement, figures, table
from tests.bench.handing import handing
from tests.bench.importance import importance
from tests.bench.micro import micro, waiting
from tests.bench.month import month
from tests.bench.recalling import found_shares, search_times
from tests.bench.transcripts import tokens_of, transcript
from tests.bench.turning import turning

SMALL = 20_000


@pytest.fixture(autouse=True)
def quiet() -> None:
    configure(level="error", style="console", secret_key="bench")


def targets(lines: Sequence[Line]) -> list[bool]:
    """Which lines have a target."""
    return [isinstance(one, Comparison) or one.target is not None for one in lines]


@pytest.mark.slow
async def test_turns_are_compared_after_a_compaction_and_after_a_handoff(postgres: str) -> None:
    lines = await turning(postgres, rounds={0.0: 1, 0.01: 1}, handovers=1, window_tokens=SMALL)

    assert targets(lines) == [True, True, True, True, False]
    assert [one.ours > 0 < one.baseline for one in lines if isinstance(one, Comparison)] == (
        [True] * 4
    )


@pytest.mark.slow
async def test_committing_a_handoff_is_measured_and_what_making_it_is_made_of(
    postgres: str,
) -> None:
    lines = await handing(postgres, rounds=2, window_tokens=SMALL)

    assert targets(lines) == [True, *[False] * 5]


@pytest.mark.slow
async def test_questions_over_a_long_past_are_timed(postgres: str) -> None:
    lines = await search_times(postgres, messages=200, others=1, questions=5)

    assert targets(lines) == [True, False]


def test_what_is_found_is_counted() -> None:
    ours, plain, _ = found_shares([made_up_talk(messages=200)])

    assert ours.value > plain.value > 0


def test_the_small_things_are_measured() -> None:
    assert targets(micro(calls=1)) == [True, True, True, False]


@pytest.mark.slow
async def test_what_waits_is_weighed(postgres: str) -> None:
    lines = await waiting(postgres, sessions=5, window_tokens=SMALL)

    assert targets(lines) == [True, False]


@pytest.mark.slow
async def test_a_month_is_billed_with_a_cache_and_without(postgres: str) -> None:
    lines = await month(postgres, turns=12, window_tokens=SMALL)

    share, _, _, bill, without = (one.value for one in lines if isinstance(one, Measurement))
    assert 0 < share <= 100
    assert bill < without


def test_what_is_kept_by_importance_is_compared_with_age() -> None:
    lines = importance(seeds=1, turns=60)

    assert targets(lines) == [True, False, False]


def test_a_transcript_is_as_long_as_it_was_to_be() -> None:
    items = transcript(5_000)

    assert 5_000 <= sum(map(tokens_of, items)) < 8_000
    assert items == transcript(5_000)
    assert [item.position for item in items] == list(range(len(items)))


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (None, True),
        (AtMost(2), True),
        (AtMost(1), False),
        (AtLeast(2), True),
        (AtLeast(3), False),
    ],
)
def test_a_measurement_meets_its_target_or_not(
    target: AtMost | AtLeast | None, *, met: bool
) -> None:
    assert Measurement(name="a", value=2, unit="ms", target=target).is_met is met


def test_a_table_has_a_line_for_each_figure_and_says_what_is_over() -> None:
    written = table(
        [Comparison(name="a turn", ours=3, baseline=2, target=1.05)],
        [],
        [
            Measurement(name="a commit", value=2, unit="ms", target=AtMost(10)),
            Measurement(name="reads", value=94.2, unit="%", target=AtLeast(95)),
            Measurement(name="windows", value=3, unit=""),
        ],
    )

    rows = [line.split() for line in written.splitlines() if line]
    assert rows == [
        ["ours", "baseline", "ratio", "target"],
        ["a", "turn", "3.00", "ms", "2.00", "ms", "1.50", "<=", "1.05", "OVER"],
        ["a", "commit", "2.00", "ms", "<=", "10", "ok"],
        ["reads", "94.20", "%", ">=", "95", "OVER"],
        ["windows", "3.00"],
    ]


def test_nothing_measured_has_no_figures() -> None:
    with pytest.raises(ValueError, match="nothing"):
        figures([])
