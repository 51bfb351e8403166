import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.terms import PASSAGE_BYTES, asked_terms, passages, terms

TEXTS = st.text(st.sampled_from("ab .\n!?é漢。😀\ud800"), max_size=4_000)


def size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def test_a_text_is_found_by_the_stems_of_what_its_words_say() -> None:
    assert terms("Hey! I've been PAINTING the children's rooms") == ["paint", "child", "room"]


def test_case_width_and_accents_are_put_aside() -> None:
    assert terms("\uff23af\u00e9") == terms("CAFE") == ["cafe"]


def test_numbers_stay_as_they_are() -> None:
    assert terms("order A-1042 of 2026") == ["order", "1042", "2026"]


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert terms("東京タワー") == ["東京", "京タ", "タワ", "ワー"]
    assert terms("漢") == ["漢"]


def test_other_scripts_stay_whole() -> None:
    assert terms("Где мой заказ") == ["где", "мои", "заказ"]


def test_a_word_with_a_hyphen_is_found_in_two_and_in_one() -> None:
    assert {"stress", "destress"} <= set(terms("to de-stress"))
    assert terms("destress") == ["destress"]


@given(TEXTS)
def test_a_form_of_a_word_that_says_nothing_says_nothing(text: str) -> None:
    assert terms(f"{text} done doing were") == terms(text)


def test_a_question_looks_for_each_of_its_terms_once() -> None:
    assert asked_terms("Which lamp, the blue lamp?") == ("lamp", "blue")


def test_words_that_only_ask_are_not_looked_for() -> None:
    assert asked_terms("Can you remind me what I said about the lamp?") == ("lamp",)


def test_words_that_only_ask_are_looked_for_where_there_is_nothing_else() -> None:
    assert asked_terms("What did I mention?") == ("mention",)


def test_who_speaks_is_not_looked_for_unless_there_is_nothing_else() -> None:
    assert asked_terms("When did Caroline move?", names=["Caroline Fox"]) == ("move",)
    assert asked_terms("Caroline?", names=["Caroline Fox"]) == ("carolin",)


def test_a_question_of_empty_words_looks_for_nothing() -> None:
    assert asked_terms("What was it?") == ()


@given(TEXTS, st.booleans())
def test_passages_joined_are_the_text_and_none_is_too_long(text: str, answer: object) -> None:
    parts = passages(text, is_answer=bool(answer))

    assert "".join(parts) == text
    if len(parts) > 1:
        assert all(0 < size(part) <= PASSAGE_BYTES for part in parts)


def test_an_answer_falls_into_passages_of_whole_sentences() -> None:
    sentence = "This is a sentence of some length, it may be said. "

    parts = passages(sentence * 40, is_answer=True)

    assert len(parts) == 3
    assert all(part.startswith("This") and part.endswith("said. ") for part in parts)


def test_what_a_person_says_stays_whole_until_it_is_very_long() -> None:
    assert len(passages("Some words. " * 200, is_answer=False)) == 1
    assert len(passages("Some words. " * 400, is_answer=False)) > 1


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    parts = passages("word " * 500, is_answer=True)

    assert all(part.startswith("word ") for part in parts)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a" * 300_000, "." * 300_000, " " * 300_000, "a-" * 150_000])
def test_a_strange_text_takes_no_longer_than_any_other(text: str) -> None:
    began = time.perf_counter()

    terms("".join(passages(text, is_answer=True)))

    assert time.perf_counter() - began < 1
