"""Every language says all that English says, with the same figures and commands."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from string import Formatter
from typing import get_args

import pytest

from context import history, notices
from context.catalogue.languages import SENTENCES
from context.catalogue.sentences import Pressable
from context.history import HandedOver, TidiedUp
from context.language import Language, language_of
from context.lifecycle import TerminationReason
from context.notices import Preference
from context.policy import Thresholds

COMMANDS = (
    "help",
    "context",
    "new",
    "compact",
    "handoff",
    "history",
    "why",
    "notices",
    "stop",
)
PREFIX = "/baton "
AT = datetime(2026, 11, 20, 12, 4, tzinfo=UTC)
HANDOFF = HandedOver(
    at=AT,
    version=11,
    successor=12,
    reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
    occupied_tokens=912_345,
    limit_tokens=1_000_000,
    probe_score=0.98,
)
TIDIED = TidiedUp(at=AT, version=12, before_tokens=812_345, after_tokens=412_345)
# A term that the language takes over as it is.
SAME_AS_IN_ENGLISH: set[tuple[Language, str]] = set()


def texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """All the words of a language, by the name of their field."""
    assert is_dataclass(value)
    for field in fields(value):
        part = getattr(value, field.name)
        name = f"{path}{field.name}"
        if isinstance(part, str):
            yield name, part
        else:
            yield from texts(part, f"{name}.")


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def everything_said(language: Language) -> Iterator[str]:
    """Every message there is but the lists of commands, with long figures in it."""
    yield notices.first_contact(prefix=PREFIX, language=language)
    yield notices.warning(
        occupied_tokens=750_123,
        limit_tokens=1_000_000,
        compaction_at=0.805,
        handoff_at=0.905,
        turns_left=123,
        prefix=PREFIX,
        language=language,
    )
    yield notices.warning(
        occupied_tokens=1, limit_tokens=4_000, turns_left=1, prefix=PREFIX, language=language
    )
    yield notices.critical(
        occupied_tokens=912_345, limit_tokens=1_000_000, prefix=PREFIX, language=language
    )
    yield notices.usage_line(912_345, 1_000_000, Thresholds(), language=language)
    yield notices.context_text(
        occupied_tokens=912_345,
        limit_tokens=1_000_000,
        version=12,
        turns=1_234,
        turns_left=2,
        language=language,
    )
    yield notices.context_unused(limit_tokens=1_000_000, language=language)
    yield notices.new_started(language=language)
    yield notices.stopped(1, language=language)
    yield notices.stopped(1_234, language=language)
    yield notices.nothing_to_stop(language=language)
    yield notices.still_working(language=language)
    yield notices.failed(language=language)
    yield notices.too_long(language=language)
    yield notices.refused(language=language)
    yield notices.cut_off(language=language)
    yield notices.nothing_to_say(language=language)
    yield notices.in_latest_thread("☞", language=language)
    yield notices.compaction_started(language=language)
    yield notices.compacted(
        before_tokens=812_345, after_tokens=412_345, limit_tokens=1_000_000, language=language
    )
    yield notices.nothing_to_compact(language=language)
    yield notices.compaction_failed(prefix=PREFIX, language=language)
    yield notices.handoff_started(language=language)
    yield notices.handed_over_by_wish(prefix=PREFIX, language=language)
    yield notices.nothing_to_hand_off(language=language)
    yield notices.started_small(language=language)
    yield notices.undone(version=12, language=language)
    yield notices.nothing_to_undo(language=language)
    for preference in get_args(Preference):
        yield notices.notices_set(preference, prefix=PREFIX, language=language)
    yield history.history_text([HANDOFF, TIDIED], language=language)
    yield history.history_text([], language=language)
    yield history.why_text([TIDIED], language=language)
    yield history.why_text([HANDOFF], language=language)
    yield history.why_text([], language=language)
    yield history.handoff_shown("☞", version=11, successor=12, language=language)
    yield history.no_handoff(language=language)


def test_no_language_is_left_out_and_none_is_another() -> None:
    assert set(SENTENCES) == set(Language)
    assert len({id(one) for one in SENTENCES.values()}) == len(Language) >= 8


@pytest.mark.parametrize("language", Language)
def test_every_sentence_names_what_it_is_given(language: Language) -> None:
    english = {name: placeholders(text) for name, text in texts(SENTENCES[Language.ENGLISH])}

    assert {name: placeholders(text) for name, text in texts(SENTENCES[language])} == english


@pytest.mark.parametrize("language", Language)
def test_every_sentence_is_written_out(language: Language) -> None:
    written = dict(texts(SENTENCES[language]))

    assert all(text for name, text in written.items() if name != "space")
    assert all(text == text.strip() for name, text in written.items() if name != "space")
    assert not [name for name, text in written.items() if "  " in text]


@pytest.mark.parametrize("language", [one for one in Language if one is not Language.ENGLISH])
def test_no_sentence_is_still_english(language: Language) -> None:
    english = dict(texts(SENTENCES[Language.ENGLISH]))

    same = {
        (language, name)
        for name, text in texts(SENTENCES[language])
        if text == english[name] and name != "space"
    }

    assert same <= SAME_AS_IN_ENGLISH


@pytest.mark.parametrize("language", Language)
def test_what_is_said_is_told_to_be_in_that_language(language: Language) -> None:
    heard = [language_of([text]) for text in everything_said(language)]

    assert set(heard) <= {language, None}
    assert heard.count(language) >= 0.9 * len(heard)


@pytest.mark.parametrize("language", Language)
def test_every_message_is_short_and_whole(language: Language) -> None:
    said = list(everything_said(language))

    assert all(len(text) <= 500 for text in said)
    assert not [text for text in said if "{" in text or "}" in text]


@pytest.mark.parametrize("language", Language)
def test_a_warning_begins_with_its_sign_and_has_its_figures(language: Language) -> None:
    text = notices.warning(
        occupied_tokens=150_123,
        limit_tokens=200_000,
        compaction_at=0.8,
        handoff_at=0.9,
        turns_left=12,
        prefix="/",
        language=language,
    )

    assert text.startswith("⚠️")
    assert all(
        figures in text for figures in ("150,123/200,000 tokens (75 %)", "80 %", "90 %", "12")
    )
    assert all(command in text for command in ("/compact", "/handoff", "/new"))


@pytest.mark.parametrize("language", Language)
def test_a_critical_notice_begins_with_its_sign_and_has_its_figures(
    language: Language,
) -> None:
    text = notices.critical(
        occupied_tokens=190_123, limit_tokens=200_000, prefix="/", language=language
    )

    assert text.startswith("🔴")
    assert "190,123/200,000 tokens (95 %)" in text
    assert "/new" in text


@pytest.mark.parametrize("language", Language)
def test_the_usage_line_has_the_same_figures_everywhere(language: Language) -> None:
    line = notices.usage_line(1_250, 200_000, Thresholds(), language=language)

    assert "1,250/200,000 tokens (0.6 %)" in line
    assert line.count(" · ") == 1
    assert line.count("80 %") == 1
    assert "\n" not in line


@pytest.mark.parametrize("language", Language)
def test_help_has_a_line_for_every_command(language: Language) -> None:
    _, *lines = notices.help_text(COMMANDS, prefix="/", language=language).splitlines()

    assert len(lines) == len(COMMANDS)
    assert all(f"/{name}" in line for name, line in zip(COMMANDS, lines, strict=True))
    assert all(len(line) <= 120 for line in lines)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", TerminationReason)
def test_every_reason_has_words(language: Language, reason: TerminationReason) -> None:
    assert SENTENCES[language].reasons.of(reason)


@pytest.mark.parametrize("language", Language)
def test_buttons_are_told_apart_and_short(language: Language) -> None:
    buttons = notices.buttons(*get_args(Pressable), language=language)

    assert [one.command for one in buttons] == list(get_args(Pressable))
    assert len({one.label for one in buttons}) == len(buttons)
    assert all(len(one.label) <= 35 for one in buttons)


@pytest.mark.parametrize("language", Language)
def test_what_is_written_from_left_to_right_is_kept_so_where_the_rest_is_not(
    language: Language,
) -> None:
    opening, closing = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"

    for text in everything_said(language):
        assert text.count(opening) == text.count(closing)
        assert (opening in text) <= language.is_right_to_left
        if language.is_right_to_left and PREFIX in text:
            assert text.count(PREFIX) == text.count(f"{opening}{PREFIX}")
