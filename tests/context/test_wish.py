import pytest

from context.wish import bearing

TALK = (
    "The wedding is in June.",
    "It rained all day.",
    "The dress for the wedding is blue.",
    "Keep me posted on the rain.",
    "Die Hochzeit meiner Schwester ist im Juni.",
    "Das ist alles, was die Post bringt.",
)


@pytest.mark.parametrize(
    ("wish", "bear_on_it"),
    [
        ("the wedding", {0, 2}),
        ("weddings", {0, 2}),
        ("please remember everything about the wedding", {0, 2}),
        ("behalte alles über die Hochzeit", {4, 5}),
        ("the dress", {2}),
        ("my trip to Oslo", set()),
        ("", set()),
        ("?!", set()),
    ],
)
def test_words_bear_on_a_wish_that_they_share_the_telling_words_of(
    wish: str, bear_on_it: set[int]
) -> None:
    found = bearing(wish, TALK)

    assert {place for place, bears in enumerate(found) if bears} == bear_on_it
    assert len(found) == len(TALK)


def test_without_words_nothing_bears_on_anything() -> None:
    assert bearing("the wedding", ()) == ()


def test_what_most_texts_say_tells_little() -> None:
    texts = ["My order is late."] * 5 + ["The lamp is broken."]

    assert bearing("my order of the lamp", texts) == (False,) * 5 + (True,)


@pytest.mark.parametrize(
    ("wish", "bears"), [("apple, pear, plum", True), ("apple, pear, plum, fig", False)]
)
def test_a_third_of_a_wish_is_enough(wish: str, *, bears: bool) -> None:
    fruit = ("apple", "pear", "plum", "fig")

    assert bearing(wish, fruit)[:3] == (bears,) * 3
