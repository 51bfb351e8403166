import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.prompt import Block
from context.usage import (
    BYTES_PER_TOKEN,
    Usage,
    calibrated,
    estimated_block_tokens,
    estimated_tokens,
    likely_bytes_per_token,
    measurable_bytes,
    most_block_tokens,
)
from tests.builders import a_text, a_tool_result, a_tool_use

AN_IMAGE: Block = {"type": "image", "source": {"type": "url", "url": "u"}}
A_DOCUMENT: Block = {"type": "document", "source": {"type": "url", "url": "u"}}
A_THOUGHT: Block = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
A_HIDDEN_THOUGHT: Block = {"type": "redacted_thinking", "data": "c2ln"}

ratios = st.floats(1.0, 8.0)


def test_what_a_window_holds_is_the_sum_of_all_four() -> None:
    usage = Usage(
        input_tokens=1, cache_read_tokens=20, cache_write_tokens=300, output_tokens=4_000
    )

    assert usage.prompt_tokens == 321
    assert usage.occupied_tokens == 4_321


def test_a_call_uses_nothing_that_was_not_reported() -> None:
    assert Usage() == Usage(
        input_tokens=0, cache_read_tokens=0, cache_write_tokens=0, output_tokens=0
    )


def test_spend_adds_up_class_by_class() -> None:
    one = Usage(input_tokens=1, cache_read_tokens=2, cache_write_tokens=3, output_tokens=4)
    two = Usage(input_tokens=50, cache_read_tokens=60, cache_write_tokens=70, output_tokens=80)

    assert one + two == Usage(
        input_tokens=51, cache_read_tokens=62, cache_write_tokens=73, output_tokens=84
    )


def test_an_estimate_leans_high_until_the_session_was_measured() -> None:
    assert estimated_tokens("x" * 4_000) == 1_334
    assert estimated_tokens("x" * 4_000, bytes_per_token=4.0) == 1_001


@pytest.mark.parametrize("text", ["", "\ud83d", "😀", "漢字", "\x00"])
def test_every_text_can_be_estimated(text: str) -> None:
    assert estimated_tokens(text) >= 1


@given(st.text(max_size=100), st.text(max_size=100))
def test_an_estimate_never_shrinks_as_text_is_added(text: str, more: str) -> None:
    assert estimated_tokens(text) <= estimated_tokens(text + more)


@pytest.mark.parametrize(
    ("block", "least", "most"),
    [
        (a_text("x" * 400), 142, 142),
        (a_text(""), 9, 9),
        (a_tool_use(), 20, 60),
        (a_tool_result(text="x" * 400), 140, 200),
        (AN_IMAGE, 1_608, 1_608),
        ({"type": "text"}, 1, 30),
        ({"type": "later", "says": MappingProxyType({"é": 1})}, 20, 30),
    ],
)
def test_every_block_has_its_price(block: Block, least: int, most: int) -> None:
    assert least <= estimated_block_tokens([block]) <= most


def test_blocks_are_estimated_at_the_sessions_own_rate() -> None:
    block = a_text("x" * 400)

    assert estimated_block_tokens([block], bytes_per_token=2.0) == 209
    assert estimated_block_tokens([AN_IMAGE], bytes_per_token=2.0) == 1_608


def test_blocks_add_up() -> None:
    one = estimated_block_tokens([a_text("Hello")])

    assert estimated_block_tokens([a_text("Hello")] * 3) == 3 * one
    assert estimated_block_tokens([]) == 0


@pytest.mark.slow
@given(st.text(max_size=60), st.floats(1.0, 8.0))
def test_no_tokeniser_makes_more_of_a_text_than_the_bound(text: str, ratio: float) -> None:
    tokens = math.ceil(len(text.encode()) / ratio)

    assert tokens <= most_block_tokens([a_text(text)])


@pytest.mark.slow
@given(st.lists(st.sampled_from([a_text("Hé"), a_tool_use(), AN_IMAGE])), ratios)
def test_no_estimate_is_over_the_bound(blocks: list[Block], ratio: float) -> None:
    estimate = estimated_block_tokens(blocks, bytes_per_token=ratio)

    assert estimate <= most_block_tokens(blocks)


@pytest.mark.parametrize(
    ("blocks", "size_bytes"),
    [
        ([], 0),
        ([a_text("Hé")], 3),
        ([a_text("Hé"), a_text("!")], 4),
        ([a_text("Hé"), AN_IMAGE], None),
        ([A_DOCUMENT, a_text("Hé")], None),
        ([A_THOUGHT], None),
        ([A_HIDDEN_THOUGHT], None),
    ],
)
def test_only_words_are_measured_by_their_bytes(
    blocks: list[Block], size_bytes: int | None
) -> None:
    assert measurable_bytes(blocks) == size_bytes


def test_a_tool_call_is_measured_by_its_json() -> None:
    call: Block = {"type": "tool_use", "id": "1", "name": "é", "input": {}}

    written = '{"type": "tool_use", "id": "1", "name": "é", "input": {}}'
    assert measurable_bytes([call]) == len(written.encode())


def test_what_is_learned_leans_high_by_a_twentieth() -> None:
    known = BYTES_PER_TOKEN
    for _ in range(60):
        known = calibrated(known, measured_bytes=4_000, counted_tokens=1_000)

    assert known == pytest.approx(4 / 1.05)


def test_what_was_learned_without_its_margin_is_what_was_counted() -> None:
    known = 3.0
    for _ in range(60):
        known = calibrated(known, measured_bytes=4_000, counted_tokens=1_000)

    assert known < 4.0
    assert likely_bytes_per_token(known) == pytest.approx(4.0, rel=0.001)


def test_a_turn_weighs_as_much_as_it_is_large_and_never_more_than_three_tenths() -> None:
    def learned(size_bytes: int) -> float:
        """How far from 2 towards 4 (leaning) bytes a token, as tokens a byte."""
        found = calibrated(2.0, measured_bytes=size_bytes, counted_tokens=size_bytes // 4)
        return (1 / found - 1 / 2) / (1.05 / 4 - 1 / 2)

    assert learned(400) == pytest.approx(400 / 4_400)
    assert learned(1_000) == pytest.approx(0.2)
    assert learned(4_000) == pytest.approx(0.3)
    assert learned(400_000) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("measured_bytes", "counted_tokens"), [(None, 100), (0, 100), (400, 0), (400, -50)]
)
def test_nothing_is_learned_from_what_is_not_known(
    measured_bytes: int | None, counted_tokens: int
) -> None:
    known = calibrated(3.3, measured_bytes=measured_bytes, counted_tokens=counted_tokens)

    assert known == 3.3


@given(ratios, st.integers(1, 1_000_000), st.integers(1, 1_000_000))
def test_a_token_has_one_to_eight_bytes_whatever_was_counted(
    known: float, measured_bytes: int, counted_tokens: int
) -> None:
    learned = calibrated(known, measured_bytes=measured_bytes, counted_tokens=counted_tokens)

    assert 1.0 <= learned <= 8.0


def test_the_bounds_are_reached() -> None:
    assert calibrated(1.0, measured_bytes=10_000, counted_tokens=90_000) == 1.0
    assert calibrated(8.0, measured_bytes=10_000, counted_tokens=1) == 8.0


@given(ratios, st.floats(1.1, 7.5), st.integers(300, 50_000))
def test_what_is_learned_comes_nearer_with_every_turn(
    known: float, true: float, size_bytes: int
) -> None:
    counted = round(size_bytes * 100 / true)
    target = 1.05 * counted / (size_bytes * 100)

    learned = calibrated(known, measured_bytes=size_bytes * 100, counted_tokens=counted)

    assert abs(1 / learned - target) <= abs(1 / known - target) + 1e-9


@dataclass(frozen=True)
class Call:
    """A call of a simulated conversation: what it held, and what that was taken for."""

    true_tokens: int
    estimate_tokens: int
    most_tokens: int

    @property
    def error(self) -> float:
        return self.estimate_tokens / self.true_tokens - 1


def conversations(*, seed: int, number: int) -> Iterator[list[Call]]:
    """Chats of 40 turns in languages of 1.3 to 6 bytes a token, which the bot cannot know.

    One message in fifty is a paste of 10 to 60 kB of another kind. What an answer leaves in
    the window is counted exactly; each message costs 4 tokens on top, as a change of role.
    """
    chance = Random(seed)  # noqa: S311 - people, not secrets
    instructions_bytes, instructions_tokens = 4_000, 1_050
    for _ in range(number):
        language = min(6.0, max(1.3, chance.lognormvariate(math.log(3.5), 0.3)))
        known, occupied = BYTES_PER_TOKEN, 0
        calls: list[Call] = []
        for _ in range(40):
            is_paste = chance.random() < 0.02
            said = chance.uniform(1e4, 6e4) if is_paste else chance.lognormvariate(4.8, 1.1)
            kind = chance.choice((1.6, 2.5, language)) if is_paste else language
            fresh = [a_text("x" * (int(said) + 1))]
            base = occupied or instructions_tokens
            true = base + int(said / (kind * chance.lognormvariate(0, 0.15))) + 4
            calls.append(
                Call(
                    true,
                    (occupied or int(instructions_bytes / known))
                    + estimated_block_tokens(fresh, bytes_per_token=known),
                    base + most_block_tokens(fresh),
                )
            )
            answer_bytes = int(chance.lognormvariate(7.0, 0.8)) + 1
            after = true + int(answer_bytes / (language * chance.lognormvariate(0, 0.1))) + 4
            if occupied:
                known = calibrated(
                    known,
                    measured_bytes=int(said) + 1 + answer_bytes,
                    counted_tokens=after - occupied,
                )
            occupied = after
        yield calls


@pytest.mark.slow
def test_the_estimate_before_a_call_is_within_a_tenth() -> None:
    errors = sorted(
        abs(call.error) for calls in conversations(seed=1, number=200) for call in calls
    )

    assert errors[int(0.95 * len(errors))] <= 0.10


@pytest.mark.slow
def test_no_window_is_overrun_by_what_the_bound_lets_through() -> None:
    calls = [call for calls in conversations(seed=2, number=200) for call in calls]

    assert all(call.true_tokens <= call.most_tokens for call in calls)
    # The bound costs little: in a window of 200,000 tokens hardly a call need be counted.
    assert sum(call.most_tokens > 200_000 for call in calls) / len(calls) < 0.01
