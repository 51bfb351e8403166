import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.fact_patterns import FactKind
from context.sentences import (
    LONGEST_SENTENCE,
    MOST_SENTENCES,
    by_person,
    questions,
)

MEBIBYTE = 2**20
INSTRUCTION, PROMISE = FactKind.INSTRUCTION, FactKind.PROMISE


def said(text: str, kind: FactKind) -> list[str]:
    return [text[one.start : one.end] for one in by_person(text) if one.kind is kind]


def test_a_sentence_that_is_too_long_is_cut_at_words_around_its_cue() -> None:
    text = "well " * 150 + ", I'll send it by Friday " + "then " * 200

    [cut] = said(text, PROMISE)

    assert "I'll send it by Friday" in cut
    assert len(cut) <= LONGEST_SENTENCE
    assert cut.startswith("well")
    assert set(cut.split()) <= set(text.split())


def test_a_word_without_an_end_is_cut_anywhere() -> None:
    [cut] = said("always " + "x" * 1_000, INSTRUCTION)

    assert cut == "always " + "x" * (LONGEST_SENTENCE - 7)


def test_of_a_flood_the_first_and_the_last_sentences_are_kept() -> None:
    text = "\n".join(f"Never use word {number}." for number in range(500))

    kept = said(text, INSTRUCTION)

    assert len(kept) == MOST_SENTENCES
    assert (kept[0], kept[-1]) == ("Never use word 0.", "Never use word 499.")


def test_of_a_very_long_text_the_beginning_and_the_end_are_read() -> None:
    filler = "Nothing to see here.\n" * 10_000
    text = f"Call me Ann.\n{filler}Never use emojis.\n{filler}I prefer tea."

    assert said(text, INSTRUCTION) == ["Call me Ann.", "I prefer tea."]


cues = st.sampled_from(
    [
        "Always ",
        "call me ",
        "I'll ",
        "never mind",
        "İ",
        "ß",
        "“",
        '"',
        "? ",
        ". ",
        ":\n",
        "\n",
        "3.",
    ]
)


@given(st.lists(st.one_of(cues, st.text(max_size=20)), max_size=30).map("".join))
def test_every_sentence_is_a_part_of_the_text(text: str) -> None:
    for one in (*by_person(text), *questions(text)):
        assert 0 <= one.start < one.end <= len(text)
        assert one.end - one.start <= LONGEST_SENTENCE + LONGEST_SENTENCE // 2
        assert text[one.start : one.end].strip() == text[one.start : one.end]


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "a", " ", "\n", ".", "a. ", "?", ":\n", "“", '"', "```", "«", "- ", "1. ", "always ",
        "Always x. ", "never", "don't ", "bitte ", "bitte nicht ", "ne ", "lütfen ", "कृपया ", "I'll ",
        "je le ", "ich gebe ", "let me check ", "I've x. ", "call me ", "antworte a b c ", "bana a ",
        "मुझे अ ", "aré ", "acağım ", "ूँगा ", "请", "我会", "i prefer ", "non aaaaare ", "forget ", "İ",
        "लू", "respond in ", "keep your ", "if i ", "x, ", "\u2019",
    ],
)  # fmt: skip
def test_a_mebibyte_of_anything_takes_a_fraction_of_a_second(unit: str) -> None:
    text = (unit * (MEBIBYTE // len(unit) + 1))[:MEBIBYTE]
    begun = time.process_time()

    found = [*by_person(text), *questions(text)]

    assert time.process_time() - begun < 1
    assert len(found) <= 2 * MOST_SENTENCES


@pytest.mark.alone
@pytest.mark.slow
def test_a_chat_message_takes_no_time() -> None:
    text = "Hi! I'm planning a trip, please always answer in German and I'll pay by Friday."
    begun = time.process_time()

    for _ in range(1_000):
        list(by_person(text))

    # 0.2 ms each is the aim; five times that leaves room for a busy machine.
    assert time.process_time() - begun < 1
