import re
from typing import get_args

import pytest

from channels.commands import NAMES, known
from context import notices
from context.catalogue.sentences import Pressable
from context.messages import Button
from context.notices import Preference, Topic, wanted
from context.policy import Thresholds

COMMANDS = ("help", "context", "new", "compact", "handoff", "stop")


def test_a_warning_gives_percentage_tokens_and_limit() -> None:
    text = notices.warning(
        occupied_tokens=150_123, limit_tokens=200_000, handoff_at=0.9, prefix="/"
    )

    assert text.startswith("⚠️")
    assert "150,123/200,000 tokens (75 %)" in text
    assert "At 90 %" in text
    assert "/compact" in text
    assert "/new" in text


def test_a_warning_names_no_threshold_that_it_does_not_know() -> None:
    text = notices.warning(occupied_tokens=150_123, limit_tokens=200_000, prefix="/")

    assert re.findall(r"\d+ %", text) == ["75 %"]


def test_a_critical_notice_gives_percentage_tokens_and_limit() -> None:
    text = notices.critical(occupied_tokens=191_000, limit_tokens=200_000, prefix="/")

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
    text = notices.critical(occupied_tokens=occupied_tokens, limit_tokens=200_000, prefix="/")

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
    text = notices.unknown_command("x" * 5_000, COMMANDS, prefix="/")

    assert text.startswith("I do not know /xxx")
    assert len(text) < 600
    assert re.findall(r"^- /(\w+)", text, re.MULTILINE) == list(COMMANDS)


def test_a_command_without_a_summary_is_listed_too() -> None:
    assert notices.help_text(["dance"], prefix="/").endswith("\n- /dance")


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
        (notices.compaction_started(), "keep writing"),
        (notices.nothing_to_compact(), "nothing to tidy up"),
        (notices.handoff_started(), "keep writing"),
        (notices.nothing_to_hand_off(), "nothing to hand over"),
        (notices.started_small(), "tell me again"),
        (notices.undone(version=2), "agent 2 goes on"),
        (notices.nothing_to_undo(), "no handoff to take back"),
    ],
)
def test_every_notice_is_short_and_says_what_to_do(text: str, says: str) -> None:
    assert says in text
    assert len(text) <= 170


@pytest.mark.parametrize(
    ("preference", "heard"),
    [
        ("all", {"warning", "critical", "compaction", "handoff", "usage", None}),
        ("critical", {"critical", None}),
        ("off", {None}),
    ],
)
def test_a_person_hears_what_they_want_and_always_of_faults(
    preference: Preference, heard: set[Topic | None]
) -> None:
    topics: tuple[Topic | None, ...] = (*get_args(Topic), None)

    assert {topic for topic in topics if wanted(topic, preference)} == heard


def test_a_warning_says_what_will_happen_and_when() -> None:
    text = notices.warning(
        occupied_tokens=150_123,
        limit_tokens=200_000,
        compaction_at=0.8,
        handoff_at=0.9,
        turns_left=12,
        prefix="/",
    )

    assert "about 12 more turns" in text
    assert "At 80 %, I put older messages into a summary. At 90 %, a fresh agent" in text


def test_one_turn_left_is_one() -> None:
    text = notices.warning(occupied_tokens=1, limit_tokens=10, turns_left=1, prefix="/")

    assert "about 1 more turn." in text


def test_context_tells_how_long_it_lasts() -> None:
    text = notices.context_text(
        occupied_tokens=150_123, limit_tokens=200_000, version=2, turns=14, turns_left=3
    )

    assert text.endswith("At your pace there is room for about 3 more turns.")


def test_what_was_tidied_up_is_told_with_what_it_freed() -> None:
    text = notices.compacted(before_tokens=160_500, after_tokens=88_000, limit_tokens=200_000)

    assert "160,500 tokens became 88,000/200,000 tokens (44 %)" in text


@pytest.mark.parametrize("preference", get_args(Preference))
def test_the_wish_for_notices_is_confirmed_with_the_choices(preference: Preference) -> None:
    said, choices = notices.notices_set(preference, prefix="/baton ").splitlines()

    assert (
        said
        == {
            "all": "🔔 You get all notices about the context window.",
            "critical": "🔔 You get only the critical notices about the context window.",
            "off": "🔕 You get no notices about the context window; faults I still tell you.",
        }[preference]
    )
    assert re.findall(r"/baton notices (\w+)", choices) == ["all", "critical", "off"]


def test_buttons_give_commands_in_order() -> None:
    assert notices.buttons("compact", "handoff undo") == (
        Button(command="compact", label="Tidy up now"),
        Button(command="handoff undo", label="Take it back"),
    )


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (notices.first_contact(prefix="/"), ["help"]),
        (notices.compaction_failed(prefix="/"), ["handoff"]),
        (notices.handed_over_by_wish(prefix="/"), ["handoff show", "handoff undo"]),
        (
            notices.warning(occupied_tokens=1, limit_tokens=9, prefix="/"),
            ["compact", "handoff", "new"],
        ),
        (notices.critical(occupied_tokens=1, limit_tokens=9, prefix="/"), ["new"]),
    ],
)
def test_what_can_be_done_is_named_as_it_is_given(text: str, commands: list[str]) -> None:
    assert re.findall(r"(?<!\d)/(\w+(?: show| undo)?)", text) == commands


def test_every_command_named_is_one_that_platforms_read() -> None:
    text = notices.help_text(sorted(NAMES), prefix="/")

    assert set(re.findall(r"^- /(\w+)", text, re.MULTILINE)) == NAMES
    assert all(
        known(f"/{one.command}", mark="/") for one in notices.buttons(*get_args(Pressable))
    )
