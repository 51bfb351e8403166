"""Which messages a question is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.recall import Voice, question
from context.terms import passages
from tests.context.archives import ASSISTANT, PERSON, Past, Spoken

ADA, BOB = Voice(name="Ada", is_person=True), Voice(name="Bob Fox", is_person=True)
SMALL_TALK = [Spoken(f"Nothing much happened on day {n}, I saw the usual") for n in range(30)]

WORDS = st.sampled_from(["lamp", "order", "blue", "refund", "garden", "piano", "and", "the"])
MESSAGES = st.builds(
    Spoken,
    st.lists(WORDS, max_size=12).map(" ".join),
    st.sampled_from([PERSON, ASSISTANT, ADA]),
)
PASTS = st.lists(st.lists(MESSAGES, max_size=8), max_size=4).map(lambda said: Past(*said))
QUESTIONS = st.lists(WORDS, max_size=4).map(" ".join)


def test_the_message_that_holds_the_words_is_best() -> None:
    past = Past([*SMALL_TALK, Spoken("I ordered a blue lamp"), *SMALL_TALK])

    assert past.best("What did I say about blue lamps?")[0] == "I ordered a blue lamp"


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    past = Past([Spoken("I saw the usual"), *SMALL_TALK, Spoken("A parrot came by")])

    assert past.best("Did I see the usual parrot?")[0] == "A parrot came by"


def test_nothing_is_found_where_no_word_stands() -> None:
    assert Past(SMALL_TALK).ranked("parrot") == ()
    assert Past(SMALL_TALK).ranked("what was it?") == ()
    assert Past().ranked("parrot") == ()


def test_an_answer_is_found_by_the_words_of_the_question_before_it() -> None:
    talk = [*SMALL_TALK, Spoken("What is your parrot called?"), Spoken("Polly"), *SMALL_TALK]

    assert "Polly" in Past(talk).best("name of the parrot", limit=3)


def test_a_message_borrows_nothing_from_another_conversation() -> None:
    past = Past([*SMALL_TALK, Spoken("My parrot sings")], [Spoken("Polly"), *SMALL_TALK])

    assert "Polly" not in past.best("parrot")


def test_a_persons_words_go_before_the_assistants() -> None:
    past = Past(
        [Spoken("The lamp is blue", ASSISTANT)],
        [Spoken("The lamp is blue", PERSON)],
        SMALL_TALK,
    )

    (first, second) = past.ranked("blue lamp")[:2]
    assert past.spoken[first.message] == Spoken("The lamp is blue", PERSON)
    assert first.score == 1 > second.score


@pytest.mark.parametrize(
    "asked", ["Which lamp did you recommend?", "your suggestion of a lamp", "bot: lamp"]
)
def test_the_assistants_own_words_are_found_where_they_are_asked_for(asked: str) -> None:
    past = Past(
        [Spoken("Take this lamp", ASSISTANT)], [Spoken("Take this lamp", PERSON)], SMALL_TALK
    )

    found = past.spoken[past.ranked(asked)[0].message]
    assert found is not None
    assert found.voice is ASSISTANT


def test_whoever_is_named_goes_before_others_and_is_not_looked_for() -> None:
    said = "I play the piano"
    past = Past([Spoken(said, ADA), Spoken("Nice, Bob!", ADA)], [Spoken(said, BOB)], SMALL_TALK)

    found = past.spoken[past.ranked("Does Bob play the piano?")[0].message]

    assert found == Spoken(said, BOB)
    assert question("Does Bob play the piano?", [ADA, BOB]).terms == ("plai", "piano")


def test_a_long_answer_is_weighed_by_its_best_passage() -> None:
    padding = "There is a lot to be told about gardens and their soil. " * 30
    told = "The parrot is Polly, a green parrot. "
    long = Spoken(f"{padding}{told}{padding}So much for the parrot. {padding}", ASSISTANT)
    past = Past([*SMALL_TALK, long, *SMALL_TALK])

    (best,) = past.ranked("parrot", limit=1)

    assert past.spoken[best.message] is long
    assert told in passages(long.text, is_answer=True)[best.part]


@pytest.mark.slow
@given(PASTS, QUESTIONS, st.integers(1, 20))
def test_scores_fall_from_one_and_no_message_is_given_twice(
    past: Past, asked: str, limit: int
) -> None:
    found = past.ranked(asked, limit=limit)

    assert len(found) <= limit
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert scores[:1] in ([], [1.0])
    numbers = [one.message for one in found]
    assert len(set(numbers)) == len(numbers)
    assert not set(numbers) & set(past.archive.gaps)


@pytest.mark.slow
@given(PASTS, QUESTIONS, st.integers(1, 9))
def test_a_longer_list_begins_with_the_shorter_one(past: Past, asked: str, limit: int) -> None:
    assert past.ranked(asked, limit=10)[:limit] == past.ranked(asked, limit=limit)


@pytest.mark.slow
@given(st.lists(MESSAGES, min_size=1, max_size=8), QUESTIONS)
def test_a_message_with_a_word_of_the_question_is_found(said: list[Spoken], asked: str) -> None:
    past = Past(said)
    wanted = set(question(asked, past.archive.speakers).terms)

    found = past.best(asked, limit=50)

    assert all(
        one.text in found for one in said if wanted & set(past.found) & set(one.text.split())
    )
