import time
from datetime import timedelta

import pytest

from context.fact_finding import MOST_OF_ONE_TEXT, facts_in, questions_in
from context.fact_patterns import FactKind
from context.facts import Fact, Origin
from context.messages import MessageId
from tests.builders import NOON

USER, MODEL = Origin.USER, Origin.MODEL


def said(text: str, *, origin: Origin = USER) -> tuple[Fact, ...]:
    return facts_in(
        text, message_id=MessageId("m1"), said_at=NOON + timedelta(minutes=1), origin=origin
    )


def values(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.value for fact in facts]


def test_a_fact_keeps_value_name_and_source() -> None:
    assert said("my order number is 48213") == (
        Fact(
            kind=FactKind.IDENTIFIER,
            name="order number",
            value="48213",
            message_id=MessageId("m1"),
            said_at=NOON + timedelta(minutes=1),
            origin=USER,
            stated=True,
            sources=(MessageId("m1"),),
        ),
    )


def test_facts_come_in_the_order_of_the_text_each_once() -> None:
    text = "ticket PR-2291 on 2026-11-20 for €20, and again PR-2291"

    assert values(said(text)) == ["PR-2291", "2026-11-20", "€20"]


def test_a_quoted_fact_is_no_quotation_too() -> None:
    assert [fact.kind for fact in said('it says "PR-2291" and "no way"')] == [
        FactKind.IDENTIFIER,
        FactKind.QUOTE,
    ]


def test_what_cannot_be_stored_is_in_no_fact() -> None:
    assert values(said("ticket PR-\x0022\ud83d91 and “a\x00b”")) == ["PR-2291", "ab"]


def test_of_too_many_facts_the_most_telling_stay() -> None:
    dates = [f"2026-11-20T10:{n // 60:02}:{n % 60:02}" for n in range(1_000)]
    dates.insert(500, "order 48213")

    found = said(" ".join(dates))

    assert len(found) == MOST_OF_ONE_TEXT
    assert "48213" in values(found)
    assert found[0].value == "2026-11-20T10:00:00"
    assert found[-1].value == "2026-11-20T10:16:39"


def test_sentences_come_before_the_values_in_them() -> None:
    text = "Remember that my pin is 4821. I'll call on 3 March."

    assert [(fact.kind, fact.value) for fact in said(text)] == [
        (FactKind.INSTRUCTION, "Remember that my pin is 4821."),
        (FactKind.IDENTIFIER, "4821"),
        (FactKind.PROMISE, "I'll call on 3 March."),
        (FactKind.DATE, "3 March"),
    ]


def test_what_an_instruction_is_about_is_stated() -> None:
    [fact] = said("Call me Ann.")

    assert (fact.name, fact.stated) == ("name", True)


@pytest.mark.parametrize(
    ("origin", "kinds"),
    [
        (USER, [FactKind.INSTRUCTION, FactKind.PROMISE]),
        (MODEL, [FactKind.PROMISE]),
        (Origin.TOOL, []),
        (Origin.OTHERS, []),
    ],
)
def test_only_the_person_instructs_and_tools_and_others_do_not_even_promise(
    origin: Origin, kinds: list[FactKind]
) -> None:
    facts = said("Always answer in German. I'll send it by Friday.", origin=origin)

    assert [fact.kind for fact in facts] == kinds


def test_questions_are_found_each_once() -> None:
    asked = questions_in(
        "Where? Oh, where?\nWhere?\x00", message_id=None, said_at=NOON, origin=MODEL
    )

    assert values(asked) == ["Where?", "Oh, where?"]
    assert {(fact.kind, fact.sources) for fact in asked} == {(FactKind.QUESTION, ())}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("my order number is BX-48213-A", "BX-48213-A"),
        ("booking ref: QX7T9", "QX7T9"),
        ("my booking reference is QXTRAB", "QXTRAB"),
        ("IBAN DE89370400440532013000", "DE89370400440532013000"),
        ("my IBAN is DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
        ("it costs 1.250,00 €", "1.250,00 €"),
        ("the rent is €1,250.00 a month", "€1,250.00"),
        ("1.250 TL tuttu", "1.250 TL"),
        ("5000 रुपये", "5000 रुपये"),
        ("500 ريال", "500 ريال"),
        ("on 3 March at 14:30", "3 March"),
        ("on 3 March at 14:30", "14:30"),
        ("um 09.30 Uhr", "09.30 Uhr"),
        ("10-12 March", "10-12 March"),
        ("1 Kas\u0131m 2026", "1 Kas\u0131m 2026"),
        ("3 मार्च को", "3 मार्च"),
        ("3 مارس", "3 مارس"),
        ("due 2026-12-01.", "2026-12-01"),
        ("see https://shop.example/track?id=9.", "https://shop.example/track?id=9"),
        ("write to ada.l@example.co.uk", "ada.l@example.co.uk"),
        ("call me at +49 151 23456789", "+49 151 23456789"),
        ("ligue 11 98765-4321", "11 98765-4321"),
        ("flight LH 438", "LH 438"),
        ("my licence plate is B-XY 1234", "B-XY 1234"),
        ("Rue de la Loi 16, 1000 Bruxelles", "Rue de la Loi 16, 1000 Bruxelles"),
        ("Atatürk Caddesi No: 5, Antalya", "Atatürk Caddesi No: 5"),
        ("the file is /home/ada/report.pdf", "/home/ada/report.pdf"),
        ("he said “the lamp must be blue”", "the lamp must be blue"),
    ],
)
def test_a_planted_fact_is_found(text: str, value: str) -> None:
    assert value in values(said(text))


@pytest.mark.alone
@pytest.mark.slow
def test_a_chat_message_takes_no_time() -> None:
    text = (
        "Hi! I'm planning a trip to Lisbon on 3 March at 14:30, my booking ref is QX7T9 and it "
        "costs 1.250,00 €. Please always answer in German, I'll send the copy by Friday."
    )
    begun = time.process_time()

    found = [said(text) for _ in range(1_000)]

    # 0.3 ms each is the aim; three times that leaves room for a busy machine.
    assert time.process_time() - begun < 0.9
    assert {len(facts) for facts in found} == {6}


@pytest.mark.alone
@pytest.mark.slow
def test_a_mebibyte_of_prose_takes_a_quarter_of_a_second() -> None:
    text = ("The quick brown fox ran away 42 times, then order 48213 came on 3 May. " * 15_000)[
        : 2**20
    ]
    begun = time.process_time()

    found = said(text)

    # 0.25 s is the aim; twice that leaves room for a busy machine.
    assert time.process_time() - begun < 0.5
    assert values(found) == ["48213", "3 May"]
