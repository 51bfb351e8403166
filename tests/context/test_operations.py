from datetime import timedelta
from timeit import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.calls import Purpose
from context.operations import Operation, Operations
from context.pace import added_tokens, paced
from context.policy import Thresholds, decide
from context.session import Level
from context.shaping import Shaping
from context.tidying import Upkeep, tidying
from context.usage import Usage, calibrated
from tests.builders import NOON, an_agent

LIMIT = 200_000


def an_operation(
    sent: int, answered: int = 0, *, purpose: Purpose = Purpose.REPLY, minute: int = 0
) -> Operation:
    usage = Usage(input_tokens=sent, output_tokens=answered)
    return Operation(purpose, NOON + timedelta(minutes=minute), usage)


operations = st.lists(
    st.builds(
        an_operation,
        st.integers(0, LIMIT),
        st.integers(0, 8_000),
        purpose=st.sampled_from(Purpose),
    ),
    max_size=20,
)


def test_calls_are_counted_and_their_sizes_kept() -> None:
    calls = (an_operation(900, 100), an_operation(2_500, 500), an_operation(1_900, 100))

    known = Operations.of(calls)

    assert known.count == 3
    assert (known.least_tokens, known.average_tokens, known.most_tokens) == (
        1_000,
        2_000,
        3_000,
    )
    assert known.last == calls[-1]
    assert known.spent == Usage(input_tokens=5_300, output_tokens=700)


def test_without_calls_all_is_nothing() -> None:
    known = Operations.of(())

    assert known == Operations(
        count=0, spent=Usage(), least_tokens=0, most_tokens=0, last=None, occupied_tokens=0
    )
    assert known.average_tokens == 0
    assert known.remaining_tokens(LIMIT) == LIMIT


def test_what_remains_is_what_the_latest_reply_left() -> None:
    known = Operations.of([an_operation(900, 100), an_operation(149_000, 1_000)])

    assert known.remaining_tokens(LIMIT) == 50_000
    assert known.remaining_tokens(150_001) == 1
    assert known.remaining_tokens(100_000) == 0


def test_housekeeping_is_counted_but_fills_no_window() -> None:
    known = Operations.of([an_operation(900, 100), an_operation(50_000, purpose=Purpose.NOTES)])

    assert known.most_tokens == 50_000
    assert known.remaining_tokens(LIMIT) == 199_000


def test_a_smallest_call_of_nothing_is_kept() -> None:
    assert Operations.of([an_operation(0), an_operation(5)]).least_tokens == 0


@pytest.mark.slow
@given(operations)
def test_counting_one_by_one_gives_the_same_as_all_at_once(calls: list[Operation]) -> None:
    known = Operations.of(calls)
    sizes = [call.tokens for call in calls]

    assert known.count == len(calls)
    assert known.spent.occupied_tokens == sum(sizes)
    assert known.least_tokens == min(sizes, default=0)
    assert known.most_tokens == max(sizes, default=0)
    assert known.least_tokens <= round(known.average_tokens) <= known.most_tokens
    assert known.last == (calls[-1] if calls else None)


@pytest.mark.slow
def test_recording_a_turns_usage_takes_next_to_no_time() -> None:
    """20 µs are aimed at for each part; the bound leaves room for a busy machine."""
    known, agent, call = Operations(), an_agent(occupied_tokens=150_000), an_operation(900, 100)

    def record() -> None:
        known.including(call)
        added = added_tokens(agent, occupied_tokens=151_000)
        paced(agent, added)
        calibrated(agent.bytes_per_token, measured_bytes=3_000, counted_tokens=added)

    def judge() -> None:
        decide(
            occupied_tokens=151_000,
            limit_tokens=LIMIT,
            told=Level.NONE,
            thresholds=USUAL,
        )
        tidying(
            agent,
            limit_tokens=LIMIT,
            thresholds=USUAL,
            shaping=Shaping(),
            upkeep=Upkeep(),
            now=NOON,
        )

    for part in (record, judge):
        assert min(repeat(part, number=1_000, repeat=5)) / 1_000 < 100e-6


USUAL = Thresholds()
