import re

import pytest

from context import notices
from context.policy import Thresholds

COMMANDS = ("help", "context", "new", "compact", "handoff", "stop")


def test_a_warning_gives_percentage_tokens_and_limit() -> None:
    text = notices.warning(occupied_tokens=150_123, limit_tokens=200_000, handoff_at=0.9)

    assert text.startswith("⚠️")
    assert "150,123/200,000 tokens (75 %)" in text
    assert "At 90 %" in text
    assert "/compact" in text
    assert "/new" in text


def test_a_warning_names_no_threshold_that_it_does_not_know() -> None:
    text = notices.warning(occupied_tokens=150_123, limit_tokens=200_000)

    assert re.findall(r"\d+ %", text) == ["75 %"]


def test_a_critical_notice_gives_percentage_tokens_and_limit() -> None:
    text = notices.critical(occupied_tokens=191_000, limit_tokens=200_000)

    assert text.startswith("🔴")
    assert "191,000/200,000 tokens (95 %)" in text


@pytest.mark.parametrize(
    ("occupied_tokens", "percent"),
    [
        (0, "0"),
        (1_250, "0.6"),
        (19_999, "9.9"),
        (20_000, "10"),
        (149_999, "74"),
        (260_000, "130"),
    ],
)
def test_a_percentage_is_never_rounded_up(occupied_tokens: int, percent: str) -> None:
    text = notices.critical(occupied_tokens=occupied_tokens, limit_tokens=200_000)

    assert f"tokens ({percent} %)" in text


@pytest.mark.parametrize(
    ("thresholds", "line"),
    [
        (Thresholds(), "1,250/200,000 tokens (0.6 %) · compaction at 80 %"),
        (Thresholds(compaction=None), "1,250/200,000 tokens (0.6 %) · handoff at 90 %"),
        (
            Thresholds(compaction=None, critical=None, rotation=0.955),
            "1,250/200,000 tokens (0.6 %) · rotation at 95.5 %",
        ),
        (
            Thresholds(compaction=None, critical=None, rotation=None),
            "1,250/200,000 tokens (0.6 %)",
        ),
    ],
)
def test_the_usage_line_names_the_next_step_that_is_on(
    thresholds: Thresholds, line: str
) -> None:
    assert notices.usage_line(1_250, 200_000, thresholds) == line


def test_help_lists_the_commands_as_they_are_given_there() -> None:
    text = notices.help_text(COMMANDS, prefix="/baton ")

    assert re.findall(r"^- /baton (\w+)[^:]*: \w", text, re.MULTILINE) == list(COMMANDS)


def test_an_unknown_command_is_answered_with_the_list() -> None:
    text = notices.unknown_command("x" * 5_000, COMMANDS)

    assert text.startswith("I do not know /xxx")
    assert len(text) < 600
    assert re.findall(r"^- /(\w+)", text, re.MULTILINE) == list(COMMANDS)


def test_a_command_without_a_summary_is_listed_too() -> None:
    assert notices.help_text(["dance"]).endswith("\n- /dance")


def test_context_tells_what_is_used_and_what_is_left() -> None:
    text = notices.context_text(
        occupied_tokens=150_123, limit_tokens=200_000, version=2, turns=14
    )

    assert "150,123/200,000 tokens (75 %), 49,877 tokens left" in text
    assert "Agent 2" in text
    assert "14 turns" in text


def test_no_fewer_than_no_tokens_are_left() -> None:
    text = notices.context_text(occupied_tokens=5_000, limit_tokens=4_000, version=1, turns=1)

    assert "0 tokens left" in text
    assert "1 turn " in text


def test_an_unused_window_is_empty() -> None:
    assert "0/200,000 tokens (0 %)" in notices.context_unused(limit_tokens=200_000)


def test_first_contact_says_who_what_is_kept_and_where_help_is() -> None:
    text = notices.first_contact(prefix="/baton ")

    assert "a program, not a person" in text
    assert "stored" in text
    assert "/baton help" in text


def test_stopping_counts_what_stays_unanswered() -> None:
    assert "that message" in notices.stopped(1)
    assert "those 3 messages" in notices.stopped(3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (notices.new_started(), "new conversation"),
        (notices.nothing_to_stop(), "nothing to stop"),
        (notices.still_working(), "Still working"),
        (notices.failed(), "send it once more"),
        (notices.too_long(), "smaller pieces"),
        (notices.refused(), "another way"),
        (notices.cut_off(), "go on"),
        (notices.nothing_to_say(), "nothing to add"),
        (notices.in_latest_thread("fine"), ": fine"),
    ],
)
def test_every_notice_is_short_and_says_what_to_do(text: str, says: str) -> None:
    assert says in text
    assert len(text) <= 160


def test_only_commands_that_exist_are_named() -> None:
    texts = [
        notices.first_contact(),
        notices.warning(occupied_tokens=1, limit_tokens=10, handoff_at=0.9),
        notices.critical(occupied_tokens=1, limit_tokens=10),
        notices.help_text(COMMANDS),
    ]

    named = {name for text in texts for name in re.findall(r"(?<!\d)/(\w+)", text)}
    assert named <= set(COMMANDS)
