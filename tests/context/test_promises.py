import pytest

from context.promises import settled

PROMISES = (
    "I'll send you the report by Friday.",
    "Ich schicke dir morgen den Bericht.",
    "I will call Bob.",
    "I'll pay the invoice.",
    "Te enviaré el informe el viernes.",
)


@pytest.mark.parametrize(
    ("by", "promise"),
    [
        ("I've sent you the report.", PROMISES[0]),
        ("I sent the report yesterday!", PROMISES[0]),
        ("I\u2019ve just sent the report", PROMISES[0]),
        ("Ich habe dir den Bericht geschickt.", PROMISES[1]),
        ("I called Bob", PROMISES[2]),
        ("I have paid the invoice, thanks", PROMISES[3]),
        ("Ya he enviado el informe.", PROMISES[4]),
    ],
)
def test_words_that_say_of_one_promise_that_it_is_done_settle_it(by: str, promise: str) -> None:
    assert settled(PROMISES, by, withdrawn=False) == promise


@pytest.mark.parametrize(
    "by",
    [
        "I've sent it.",  # what?
        "I've sent the report to Ada.",  # to nobody else was it promised
        "I've repaired the report.",
        "I've sent you the reply.",
        "I called.",
    ],
)
def test_words_about_more_or_less_settle_nothing(by: str) -> None:
    assert settled(PROMISES, by, withdrawn=False) is None


def test_words_that_two_promises_answer_to_settle_neither() -> None:
    promises = ("I'll send the report to Ada.", "I'll send the report to Bob.")

    assert settled(promises, "I've sent the report.", withdrawn=False) is None
    assert settled(promises, "I've sent Bob the report.", withdrawn=False) == promises[1]


@pytest.mark.parametrize(
    ("by", "promise"),
    [
        ("No need to send the report.", PROMISES[0]),
        ("forget the invoice", PROMISES[3]),
        ("Vergiss den Bericht.", PROMISES[1]),
        ("never mind", None),
        ("no need to send the lamp", None),
    ],
)
def test_what_is_no_longer_wanted_need_only_be_named(by: str, promise: str | None) -> None:
    assert settled(PROMISES, by, withdrawn=True) == promise


def test_without_promises_nothing_is_settled() -> None:
    assert settled((), "I've sent the report.", withdrawn=False) is None
