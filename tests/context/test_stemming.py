import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.stemming import stem


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("cats", "cat"),
        ("agreed", "agre"),
        ("feed", "feed"),
        ("painting", "paint"),
        ("sing", "sing"),
        ("conflated", "conflat"),
        ("troubled", "troubl"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("filing", "file"),
        ("happy", "happi"),
        ("sky", "sky"),
        ("relational", "relat"),
        ("rational", "ration"),
        ("vietnamization", "vietnam"),
        ("hopefulness", "hope"),
        ("goodness", "good"),
        ("electrical", "electr"),
        ("revival", "reviv"),
        ("adoption", "adopt"),
        ("opinion", "opinion"),
        ("ration", "ration"),
        ("cease", "ceas"),
        ("rate", "rate"),
        ("probate", "probat"),
        ("controlled", "control"),
        ("roll", "roll"),
    ],
)
def test_a_word_is_brought_to_its_stem_as_porter_has_it(word: str, base: str) -> None:
    assert stem(word) == base


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("went", "going"),
        ("bought", "buys"),
        ("children", "child"),
        ("kids", "child"),
        ("wrote", "writing"),
        ("mum", "mothers"),
        ("colours", "colors"),
        ("planned", "plan"),
    ],
)
def test_what_means_the_same_has_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["", "is", "a1042b", "straße", "東京"])
def test_what_is_no_english_word_stays(word: str) -> None:
    assert stem(word) == word


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=30))
def test_no_word_is_lost_or_grows_by_more_than_a_letter(word: str) -> None:
    assert bool(stem(word)) == bool(word)
    assert len(stem(word)) <= max(len(word) + 1, 11)
