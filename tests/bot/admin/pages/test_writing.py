from datetime import timedelta

import pytest

from bot.admin.pages.writing import duration, figure, moment, money, percent, short, words
from tests.builders import NOON


def test_a_moment_can_be_read_by_machines_too() -> None:
    assert moment(NOON) == (
        '<time datetime="2026-11-20T12:00:00Z" title="2026-11-20T12:00:00Z">'
        "2026-11-20 12:00 UTC</time>"
    )


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(seconds=1.25), "1.2 s"),
        (timedelta(seconds=61), "1 min 1 s"),
        (timedelta(hours=1, minutes=2, seconds=3), "1 h 2 min"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
    ],
)
def test_a_duration_is_written_in_its_largest_units(length: timedelta, written: str) -> None:
    assert duration(length) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (1_250, "1,250"), (0.9, "0.90"), (2.0, "2"), (184_504.2, "184,504")],
)
def test_figures_have_their_thousands_parted(number: float, written: str) -> None:
    assert figure(number) == written


@pytest.mark.parametrize(
    ("dollars", "written"), [(0, "$0.00"), (0.0123, "$0.0123"), (1_234.5, "$1,234.50")]
)
def test_small_sums_have_more_digits(dollars: float, written: str) -> None:
    assert money(dollars) == written


def test_what_is_not_known_is_a_dash() -> None:
    dash = "\N{EN DASH}"

    assert {
        moment(None),
        figure(None),
        percent(None),
        money(None),
        words(None),
        short(None),
    } == {dash}


def test_an_id_is_shortened_and_escaped() -> None:
    assert short("a-short-id") == "a-short-id"
    assert short("<0123456789>") == (
        '<abbr class="id" title="&lt;0123456789&gt;">&lt;0123456…</abbr>'
    )
