"""The little the stand-in knows of language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.emulator.servers.standin_search import sentences
from bot.emulator.servers.standin_words import fold, identifiers, is_question, terms


def parts(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("Ask Dr. Who at 5 p.m. or no. 7", ["Ask Dr. Who at 5 p.m. or no. 7"]),
        ("It costs 1.50. And 3.5 more", ["It costs 1.50.", "And 3.5 more"]),
        ("one\n\ntwo\n", ["one", "two"]),
        ("一。二\uff01三", ["一。", "二\uff01", "三"]),
        (" \n ", []),
    ],
)
def test_text_is_cut_where_sentences_end(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@given(st.text())
def test_sentences_leave_out_nothing_but_white_space(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentences(text)).split() == text.split()


@given(st.text())
def test_folding_keeps_positions(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    "sentence", ["Ready?", "“Ready?”", "¿Listo?", "what is it", "*Tell me*", "مستعد؟"]
)
def test_questions_are_known_by_mark_or_first_word(sentence: str) -> None:
    assert is_question(sentence)


@pytest.mark.parametrize("sentence", ["Ready.", "", "...", "I wonder what", "Was late again"])
def test_statements_are_no_questions(sentence: str) -> None:
    assert not is_question(sentence)


def test_small_words_are_not_asked_for() -> None:
    assert terms("What is the my of?") == ()
    assert len(terms("What is my order number, order?")) == 2


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("order number 7 x", 3),  # a digit counts, a letter alone does not
        ("注文番号BX", 4),  # three pairs and a word
        ("注", 1),
        ("orders order", 2),
    ],
)
def test_a_question_asks_for_words_or_pairs_of_characters(question: str, wanted: int) -> None:
    assert len(terms(question)) == wanted


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("cat", "cats", True),
        ("cat", "cater", False),
        ("dogs", "dog", True),
        ("delivery", "delivered", True),
        ("number", "numb", False),
        ("17", "171", False),
    ],
)
def test_other_endings_of_a_word_are_found(word: str, text: str, *, found: bool) -> None:
    (term,) = terms(word)

    assert (term.find.search(text) is not None) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BX-48213-A", ("BX-48213-A",)),
        ("(#4711),", ("#4711",)),
        ("1,250.00 EUR and € 20", ("1,250.00 EUR", "€ 20")),
        ("on 2026-11-03 or 3/11/2026", ("2026-11-03", "3/11/2026")),
        ("March 5, 2026", ("March 5, 2026",)),
        ("+14155550100", ("+14155550100",)),
        ("ann@ex.org, https://ex.org/a.", ("ann@ex.org", "https://ex.org/a")),
        ("no figures here: a@b", ()),
    ],
)
def test_identifiers_are_what_can_be_looked_up(text: str, expected: tuple[str, ...]) -> None:
    assert identifiers(text) == expected
