import pytest

from context.fact_names import Naming, namings
from context.fact_search import mentions


def named(text: str) -> list[Naming]:
    found = sorted(mentions(text), key=lambda mention: mention.start)
    return list(namings(text, found))


@pytest.mark.parametrize(
    ("text", "naming"),
    [
        ("my order number is 48213", Naming("order number", is_stated=True)),
        ("My order number: 48213", Naming("order number", is_stated=True)),
        ("48213 is my order number", Naming("order number", is_stated=True)),
        ("the order number was *48213*", Naming("order number", is_stated=True)),
        ("Order #48213 hasn't come", Naming("order number", is_stated=False)),
        ("I bought a lamp, order 48213", Naming("order number", is_stated=False)),
        (
            "The ticket for my printer is PR-2291",
            Naming("ticket number printer", is_stated=True),
        ),
        ("The ticket I opened is PR-2291", Naming("ticket number opened", is_stated=True)),
        ("I changed my pin to 4821", Naming("pin", is_stated=True)),
        ("My garage code is now 54321", Naming("garage code", is_stated=True)),
        ("Meine Bestellnummer ist jetzt 4711-0815", Naming("bestellnummer", is_stated=True)),
        ("My garage code works now 54321", Naming("garage code works", is_stated=False)),
        ("see invoice no. 2024/0931", Naming("invoice no", is_stated=False)),
        ("the invoice has my order 48213", Naming("order number", is_stated=False)),
        ("flight LH438", Naming("flight number", is_stated=False)),
        ("Meine Bestellnummer lautet 4711-0815", Naming("bestellnummer", is_stated=True)),
        ("номер заказа АБ-1234", Naming("номер заказа", is_stated=False)),
        ("我的订单号是12345", Naming("订单号", is_stated=True)),
        ("私の注文番号は12345です", Naming("注文番号", is_stated=True)),
        ("€20 for the lamp", Naming("lamp", is_stated=False)),
        ("€20 = the price", Naming("price", is_stated=True)),
        ("the code is 🙂 A1B2", Naming("code", is_stated=False)),
        ("48213", Naming("", is_stated=False)),
        ("it was €250 and more", Naming("", is_stated=False)),
        ("Done. 48213", Naming("", is_stated=False)),
        ("a" * 500 + " 48213", Naming("a" * 24, is_stated=False)),
    ],
)
def test_a_fact_is_named_by_the_words_around_it(text: str, naming: Naming) -> None:
    assert named(text) == [naming]


def names(text: str) -> list[str]:
    return [naming.name for naming in named(text)]


def test_facts_of_one_kind_in_one_clause_share_a_name() -> None:
    assert names("orders 1001 and 1002; then 1003") == ["orders", "orders", ""]


def test_a_time_is_named_like_its_date() -> None:
    assert names("the party is on 20 November 2026 at 10:30") == ["party", "party"]


def test_other_kinds_take_no_name_over() -> None:
    assert names("order 48213 at €5") == ["order number", ""]


def test_a_fact_within_a_quotation_is_named_by_its_own_words() -> None:
    assert names('I wrote "order 48213 now" twice') == ["wrote", "order number"]


def test_a_text_without_facts_needs_no_names() -> None:
    assert names("nothing here") == []
