from datetime import UTC, datetime, timedelta, timezone

import pytest

from context import figures
from context.language import Language

ENGLISH, ARABIC = Language.ENGLISH, Language.ARABIC


@pytest.mark.parametrize(
    ("occupied_tokens", "said"),
    [
        (0, "0/200,000 tokens (0 %)"),
        (1_250, "1,250/200,000 tokens (0.6 %)"),
        (19_999, "19,999/200,000 tokens (9.9 %)"),
        (20_000, "20,000/200,000 tokens (10 %)"),
        (159_999, "159,999/200,000 tokens (79 %)"),
        (260_000, "260,000/200,000 tokens (130 %)"),
    ],
)
def test_what_is_in_use_is_never_rounded_up(occupied_tokens: int, said: str) -> None:
    assert figures.in_use(occupied_tokens, 200_000, language=ENGLISH) == said


def test_the_usage_line_always_has_tenths_and_never_rounds_up() -> None:
    assert figures.usage(159_999, 200_000, language=ENGLISH) == (
        "159,999/200,000 tokens (79.9 %)"
    )


def test_a_share_has_the_tenths_it_needs() -> None:
    assert [figures.share(one, language=ENGLISH) for one in (0.8, 0.955)] == ["80 %", "95.5 %"]


@pytest.mark.parametrize(
    ("part", "said"), [(0, "0 %"), (0.29, "29 %"), (0.999, "99 %"), (1, "100 %")]
)
def test_a_part_is_given_in_whole_percent(part: float, said: str) -> None:
    assert figures.whole_percent(part, language=ENGLISH) == said


def test_a_moment_is_given_in_utc() -> None:
    at = datetime(2026, 11, 20, 13, 4, tzinfo=timezone(timedelta(hours=1)))

    assert figures.instant(at, language=ENGLISH) == "2026-11-20 12:04 UTC"
    assert figures.instant(at.astimezone(UTC), language=ENGLISH) == "2026-11-20 12:04 UTC"


def test_among_arabic_words_a_command_stays_in_order() -> None:
    assert figures.command("new", prefix="/", language=ENGLISH) == "/new"
    assert figures.command("new", prefix="/", language=ARABIC) == "\u2066/new\u2069"
