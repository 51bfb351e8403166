import pytest

from context.gauge import Gauge
from tests.builders import an_item

# At a byte a token a text block is estimated at its bytes and nine tokens.
ITEMS = (an_item(0, "x" * 91), an_item(1, "x" * 291))


def a_gauge(occupied_tokens: int) -> Gauge:
    return Gauge.of(ITEMS, occupied_tokens=occupied_tokens, bytes_per_token=1.0)


def test_items_are_estimated_by_their_bytes() -> None:
    gauge = a_gauge(1_000)

    assert gauge.shown_tokens == 400
    assert gauge.estimated(ITEMS[1:]) == 300
    assert Gauge.of(ITEMS, occupied_tokens=9, bytes_per_token=2.0).shown_tokens == 208


def test_what_is_taken_out_is_taken_off_what_was_counted() -> None:
    gauge = a_gauge(1_000)

    assert gauge.held_tokens == 1_000
    assert gauge.held_with(400) == 1_000
    assert gauge.held_with(100) == 700
    assert gauge.held_with(0) == 600
    assert gauge.held_with(500) == 1_100


def test_estimates_over_what_was_counted_shrink_to_it() -> None:
    gauge = a_gauge(200)

    assert gauge.held_with(400) == 200
    assert gauge.held_with(100) == 50
    assert gauge.held_with(0) == 0


def test_what_was_never_counted_is_estimated() -> None:
    gauge = a_gauge(0)

    assert gauge.held_tokens == 400
    assert gauge.held_with(100) == 100


@pytest.mark.parametrize("occupied_tokens", [0, 70])
def test_a_window_that_shows_nothing_holds_what_else_there_is(occupied_tokens: int) -> None:
    gauge = Gauge.of((), occupied_tokens=occupied_tokens, bytes_per_token=1.0)

    assert gauge.held_with(0) == occupied_tokens
    assert gauge.held_with(10) == occupied_tokens + (10 if occupied_tokens else 0)
