import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.evidence import Evidence, bare, canonical, literals, stands
from context.prompt import mail_blocks
from tests.builders import a_conversation, a_tool_result, a_tool_use, an_inbound, an_item


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AB-12", "ab\u201312"),
        ("“Never”", '"never"'),
        ("20 €", "20€"),
        ("€\u202f20", "€20"),
        ("\uff4f\uff52\uff44\uff45\uff52\u00a017", "order 17"),
        ("a \n b", "a b"),
        ("STRASSE", "straße"),
        ("it\u2019s", "it's"),
    ],
)
def test_case_dashes_and_widths_do_not_count(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


def test_marks_around_a_text_do_not_change_what_it_says() -> None:
    assert bare(" “Keep it short!” ") == bare("keep it short")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nothing here.", set()),
        ("Pay €1,250.50 for A4, twice", {"€1,250.50", "1,250.50", "a4"}),
        ("order 48213", {"48213"}),
        ("3 lamps", {"3"}),
        ("on 2026-11-20", {"2026-11-20", "2026", "11", "20"}),
        ("the “big one”", {"big one"}),
        ("see https://a.example/x", {"https://a.example/x"}),
        ("订单号是48213吗", {"48213"}),
        ("<EMAIL_1>", {"email_1"}),
    ],
)
def test_figures_links_and_quotations_are_literal(text: str, found: set[str]) -> None:
    assert literals(text) == found


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ("48213", "order 48213"),
        ("48213", "48213's owner"),
        ("20", "20."),
        ("20", "20, or so"),
        ("20", "€20"),
        ("48213", "订单号是48213吗"),
        ("12", "112 and 12"),
        ("big one", 'the "big one"'),
    ],
)
def test_a_literal_stands_where_it_is_whole(literal: str, text: str) -> None:
    assert stands(literal, text)


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ("48213", "order 482134"),
        ("48213", "order 148213"),
        ("48213", "order a48213"),
        ("1", "1,250"),
        ("250", "1,250"),
        ("3", "3.5"),
        ("big one", "big ones"),
        ("a", ""),
    ],
)
def test_a_part_of_another_is_not_the_literal(literal: str, text: str) -> None:
    assert not stands(literal, text)


@pytest.mark.slow
@given(st.text(max_size=40))
def test_every_text_bears_itself_out(text: str) -> None:
    evidence = Evidence((an_item(0, text),))

    assert evidence.holds(text, [0])


def test_what_tools_were_asked_and_the_day_are_evidence() -> None:
    evidence = Evidence((an_item(1, a_tool_use(), a_tool_use("b", "pay")),))

    assert evidence.holds('the query "order" of 2026-11-20', [1])
    assert not evidence.holds("of 2026-11-21", [1])


def test_evidence_knows_who_speaks_where() -> None:
    items = (
        *a_conversation("Hello", "Hi"),
        an_item(2, *mail_blocks([an_inbound("")], overheard=[("Bob", "Hey")])),
        an_item(3, a_tool_use(), turn=1),
        an_item(4, a_tool_result(), role="user", turn=1),
        an_item(5, " "),
    )
    evidence = Evidence(items)
    everywhere = range(-1, 9)

    assert evidence.real(everywhere) == (0, 1, 2, 3, 4, 5)
    assert evidence.voiced(everywhere) == (0, 1)
    assert evidence.persons((0, 1, 3, 4)) == (0,)
    assert evidence.sources((1, 3, 4)) == (*items[0].message_ids, *items[2].message_ids)
    assert evidence.said_at((0, 2)) == items[2].said_at
    assert evidence.said_at(()) is None


def test_what_has_no_message_in_its_turn_has_no_source() -> None:
    assert Evidence((an_item(1, "Hi"),)).sources([1]) == ()


def test_a_short_wish_is_nobody_elses() -> None:
    items = (an_item(0, "tea"), an_item(2, a_tool_result(text="tea for everyone")))

    assert not Evidence(items).is_foreign("tea", [0])


@pytest.mark.alone
@pytest.mark.slow
def test_a_full_window_is_read_in_a_fraction_of_a_second() -> None:
    text = "The quick brown fox ran away 42 times. " * 100
    items = (
        *a_conversation(*(f"{text} Order A-{number}." for number in range(100))),
        an_item(100, a_tool_result(text=text * 20)),
    )
    begun = time.process_time()

    evidence = Evidence(items)
    for number in range(0, 100, 2):
        words = f"The fox ran away from order A-{number}, quick and brown"
        assert evidence.holds(words, [number])
        assert evidence.is_foreign(words, []) is True
    assert not evidence.holds_anywhere("A-100")

    assert time.process_time() - begun < 1
