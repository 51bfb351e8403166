from dataclasses import replace
from datetime import UTC, datetime, timedelta

from context.history import (
    HandedOver,
    TidiedUp,
    handoff_shown,
    history_text,
    no_handoff,
    why_text,
)
from context.lifecycle import TerminationReason

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HANDOFF = HandedOver(
    at=NOON,
    version=1,
    successor=2,
    reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
    occupied_tokens=181_000,
    limit_tokens=200_000,
)
TIDIED = TidiedUp(
    at=NOON + timedelta(hours=1), version=2, before_tokens=160_000, after_tokens=88_000
)


def test_history_has_a_line_for_everything_that_happened() -> None:
    _, *lines = history_text([TIDIED, HANDOFF]).splitlines()

    assert lines == [
        "- 2026-11-20 13:00 UTC · agent 2 tidied up: 160,000 → 88,000 tokens",
        "- 2026-11-20 12:00 UTC · agent 2 took over from agent 1: its context window was full,"
        " at 181,000/200,000 tokens (90 %)",
    ]


def test_where_nothing_happened_history_says_so() -> None:
    assert history_text([]) == (
        "Nothing was tidied up or handed over in this conversation yet."
    )


def test_why_tells_of_the_latest_handoff_and_of_what_was_tidied_up_since() -> None:
    text = why_text([TIDIED, HANDOFF, replace(HANDOFF, successor=1)])

    handoff, tidied = text.splitlines()
    assert "Agent 2 answers you because agent 1 handed over" in handoff
    assert "(its context window was full), at 181,000/200,000 tokens (90 %)" in handoff
    assert "160,000 tokens became 88,000" in tidied


def test_what_an_earlier_agent_tidied_up_is_no_reason_for_what_this_one_sees() -> None:
    assert why_text([HANDOFF, replace(TIDIED, version=1)]) == why_text([HANDOFF])


def test_before_any_handoff_tidying_up_alone_is_the_reason() -> None:
    assert why_text([TIDIED]).startswith("Older messages are a summary now")


def test_a_checked_handoff_says_what_the_notes_held() -> None:
    assert "A check found 97 %" in why_text([replace(HANDOFF, probe_score=0.979)])
    assert "A check" not in why_text([HANDOFF])


def test_where_nothing_happened_every_word_is_seen() -> None:
    assert "I see every word" in why_text([])


def test_notes_are_shown_below_whose_they_are() -> None:
    text = handoff_shown("## Goal\n\nA lamp.", version=1, successor=2)

    assert text == "Agent 1 left these notes for agent 2:\n\n## Goal\n\nA lamp."


def test_without_an_earlier_agent_there_are_no_notes() -> None:
    assert no_handoff().startswith("There are no notes")
