import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.prompt import Block
from context.usage import Usage, estimated_block_tokens, estimated_tokens
from tests.builders import a_text, a_tool_result, a_tool_use


def test_what_a_window_holds_is_the_sum_of_all_four() -> None:
    usage = Usage(
        input_tokens=1, cache_read_tokens=20, cache_write_tokens=300, output_tokens=4_000
    )

    assert usage.prompt_tokens == 321
    assert usage.occupied_tokens == 4_321


def test_spend_adds_up_class_by_class() -> None:
    one = Usage(input_tokens=1, cache_read_tokens=2, cache_write_tokens=3, output_tokens=4)

    assert one + one == Usage(
        input_tokens=2, cache_read_tokens=4, cache_write_tokens=6, output_tokens=8
    )


def test_an_estimate_leans_high() -> None:
    assert estimated_tokens("x" * 4_000) == 1_334
    assert estimated_tokens("x" * 4_000, bytes_per_token=2.0) == 2_667


@pytest.mark.parametrize("text", ["", "\ud83d", "😀", "漢字", "\x00"])
def test_every_text_can_be_estimated(text: str) -> None:
    assert estimated_tokens(text) >= 1


@given(st.text(max_size=100), st.text(max_size=100))
def test_an_estimate_never_shrinks_as_text_is_added(text: str, more: str) -> None:
    assert estimated_tokens(text) <= estimated_tokens(text + more)


@pytest.mark.parametrize(
    ("block", "least", "most"),
    [
        (a_text("x" * 400), 100, 200),
        (a_tool_use(), 20, 60),
        (a_tool_result(text="x" * 400), 100, 200),
        ({"type": "image", "source": {"type": "url", "url": "u"}}, 1_600, 1_700),
        ({"type": "text"}, 1, 30),
    ],
)
def test_every_block_has_its_price(block: Block, least: int, most: int) -> None:
    assert least <= estimated_block_tokens([block]) <= most


def test_blocks_add_up() -> None:
    one = estimated_block_tokens([a_text("Hello")])

    assert estimated_block_tokens([a_text("Hello")] * 3) == 3 * one
    assert estimated_block_tokens([]) == 0
