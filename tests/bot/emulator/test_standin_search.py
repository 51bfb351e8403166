"""What the stand-in finds in a conversation, and how fast."""

import time

import pytest

from bot.emulator.servers import standin
from bot.emulator.servers.model_request import Json
from bot.emulator.servers.standin import NOT_FOUND
from bot.emulator.servers.standin_search import Sources
from tests.bot.emulator.conversations import ASKED, TOLD, after, filler
from tests.bot.emulator.prompts import a_request, assistant, user


def test_a_fact_is_found_again() -> None:
    assert "BX-48213-A" in after(TOLD)


def test_a_fact_is_found_among_600_kb_of_the_same_words() -> None:
    parts = [filler(60_000) for _ in range(10)]

    assert "BX-48213-A" in after(TOLD, *parts)


def test_a_fact_is_found_in_a_text_without_sentences() -> None:
    endless = filler(20_000).replace(".", "")

    assert "BX-48213-A" in after(f"{endless} my order number is BX-48213-A {endless}")


def test_what_the_prompt_no_longer_holds_is_not_found() -> None:
    assert (
        after("The weather is fine", filler(20_000), asked="Is my cat allergic?") == NOT_FOUND
    )
    assert after("Hello", asked=ASKED) == NOT_FOUND


def test_one_shared_word_of_two_is_no_answer() -> None:
    assert after(TOLD, asked="What is my phone number?") == NOT_FOUND


def test_a_question_of_small_words_alone_finds_nothing() -> None:
    assert after(TOLD, asked="What is it?") == NOT_FOUND


def test_an_earlier_question_is_no_answer() -> None:
    assert after("Do you know my order number?") == NOT_FOUND


def test_a_question_that_tells_something_is_an_answer() -> None:
    assert "BX-48213-A" in after("My order number is BX-48213-A, can you check it?")


def test_the_newest_of_equals_wins() -> None:
    found = after("My order number is BX-1.", "My order number is BX-2.")

    assert "BX-2" in found
    assert "BX-1" not in found


def test_a_correction_wins_although_it_shares_fewer_words() -> None:
    found = after(
        TOLD, "Sorry, it is BX-777-C now, not BX-48213-A!", "Order lunch, number two."
    )

    assert "BX-777-C" in found


def test_corrections_of_corrections_are_followed() -> None:
    found = after(
        TOLD, "Actually BX-2 instead of BX-48213-A", "Changed again: BX-3 replaces BX-2"
    )

    assert "BX-3" in found


def test_a_figure_within_another_is_not_the_same() -> None:
    found = after(
        "My table number is 5.",
        "Now 25 guests come instead of 15.",
        asked="What is my table number?",
    )

    assert "table number is 5" in found


def test_a_line_that_says_it_is_outdated_loses() -> None:
    found = after("order number: BX-2", "order number: BX-1 (superseded)")

    assert "BX-2" in found


@pytest.mark.parametrize(
    ("told", "asked", "value"),
    [
        ("Meine Bestellnummer lautet BX-1.", "Wie lautet meine Bestellnummer?", "BX-1"),
        ("Mon numéro de commande est BX-1.", "Quel est mon numéro de commande ?", "BX-1"),
        ("Mi número de pedido es BX-1.", "¿Cuál es mi número de pedido?", "BX-1"),
        ("Мой номер заказа BX-1, запомните.", "Какой мой номер заказа?", "BX-1"),
        ("我的订单号是 BX-1。请记住。", "我的订单号是什么\uff1f", "BX-1"),
        ("注文番号はBX-1です。", "注文番号は何ですか\uff1f", "BX-1"),
        ("मेरा ऑर्डर नंबर BX-1 है।", "मेरा ऑर्डर नंबर क्या है?", "BX-1"),
        ("رقم طلبي هو BX-1", "ما هو رقم طلبي؟", "BX-1"),
        ("หมายเลขคำสั่งซื้อคือ BX-1", "หมายเลขคำสั่งซื้อคืออะไร?", "BX-1"),
        ("İstanbul siparişim BX-1", "İSTANBUL SİPARİŞİM?", "BX-1"),
        ("Deliveries go to 5 Elm St.", "Where shall the delivery go?", "5 Elm St"),
        ("My dogs are called Rex and Max", "what are my dogs called", "Rex"),
    ],
)
def test_other_languages_and_endings_are_found(told: str, asked: str, value: str) -> None:
    assert value in after("Hello", told, "Something else entirely.", asked=asked)


def seconds(*messages: Json) -> float:
    """The processor time of an answer, at its best."""
    asked = a_request(*messages)

    def once() -> float:
        started = time.process_time()
        standin.answer(asked)
        return time.process_time() - started

    return min(once() for _ in range(3))


@pytest.mark.alone
@pytest.mark.slow
def test_600_kb_are_searched_and_heard_in_a_moment() -> None:
    long = filler(600_000)
    turns = user(TOLD), assistant("Noted."), user(long), assistant("Noted."), user(ASKED)

    assert seconds(*turns) < 0.25
    assert seconds(user(long)) < 0.25


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("piece", ["a-", "1.", "x@", "x", "order number ", "? ", "<b>"])
def test_no_text_takes_more_than_linear_time(piece: str) -> None:
    def spent(size_chars: int) -> float:
        long = piece * (size_chars // len(piece))
        asked = seconds(user(long), assistant("Noted."), user(ASKED))
        return asked + seconds(user(long))

    assert spent(240_000) < 20 * spent(30_000)


def test_a_link_is_found_by_what_it_is() -> None:
    told = "floorplan: https://ex.org/a"

    assert Sources([told]).quote("What is the link to the floorplan?") == told


def test_a_sentence_may_end_with_a_short_word() -> None:
    told = "Everybody laughed about it. The printer costs $591.93."

    assert Sources([told]).quote("How much does the printer cost?") == (
        "The printer costs $591.93."
    )


def test_a_dated_question_is_no_answer_either() -> None:
    told = ["2026-11-20: What is my order number?", "My order number is seventeen."]

    assert Sources(told).quote("What is my order number?") == told[1]
