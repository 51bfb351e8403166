import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.fact_patterns import FactKind
from context.fact_search import mentions

MEBIBYTE = 2**20


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind.value, text[one.start : one.end]) for one in mentions(text)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("identifier", "48213"),
        ("identifier", "PR-2291"),
        ("identifier", "2024/0931"),
        ("identifier", "4711-0815"),
        ("identifier", "АБ-1234"),
        ("identifier", "10.0.0.1"),
        ("identifier", "DE89 3704 0044 0532 0130 00"),
        ("identifier", "1234 5678 9012 3456"),
        ("identifier", "9f1c2b34-0aa1-4f6e-8f3d-2b1f0e9d7c6b"),
        ("identifier", "١٢٣٤٥"),
        ("phone", "+1 (415) 555-0100"),
        ("phone", "+14155550100"),
        ("phone", "0151 2345678"),
        ("phone", "415-555-0100"),
        ("phone", "(0151) 234 567"),
        ("email", "ada.b+c@mail.example.co.uk"),
        ("email", "4ada@example.org"),
        ("address", "10 Downing Street, London SW1A 2AA"),
        ("address", "1600 Pennsylvania Ave"),
        ("address", "Hauptstraße 5a, 10115 Berlin"),
        ("address", "Bahnhofstr. 7"),
        ("address", "12 rue de la Paix, 75002 Paris"),
        ("address", "Via Roma 12"),
        ("address", "SW1A 2AA"),
        ("amount", "€20"),
        ("amount", "$1.2k"),
        ("amount", "US$ 3.5 million"),
        ("amount", "1,250.50 USD"),
        ("amount", "3.500,00 EUR"),
        ("amount", "5 000 €"),
        ("amount", "CHF 50"),
        ("amount", "3,500元"),
        ("amount", "15 %"),
        ("date", "2026-11-20"),
        ("date", "2026-11-20T10:00:00Z"),
        ("date", "20/11/2026"),
        ("date", "20.11.26"),
        ("date", "2026/11/20"),
        ("date", "20 November 2026"),
        ("date", "3rd of May"),
        ("date", "November 20th, 2026"),
        ("date", "May 2027"),
        ("date", "3. März 2027"),
        ("date", "3 de mayo de 2027"),
        ("date", "20 ноября 2026"),
        ("date", "2026年11月20日"),
        ("time", "10:30"),
        ("time", "10:30:05 pm"),
        ("time", "9 Uhr"),
        ("time", "10h30"),
        ("time", "10点30分"),
        ("link", "https://example.org/a?b=c&d=e#f"),
        ("link", "www.example.org"),
        ("link", "https://example.org/wiki/Rome_(city)"),
        ("version", "v2"),
        ("version", "v2.0.1-rc.1"),
        ("version", "3.11.7"),
        ("path", "/etc/hosts"),
        ("path", "~/notes/today.txt"),
        ("path", "src/app/main.py"),
        ("path", "C:\\Users\\ada.txt"),
        ("path", "report.pdf"),
    ],
)
@pytest.mark.parametrize(
    "frame", ["{}", "well, {} it says.", "好的\uff0c{}\uff0c谢谢", "🙂{}🙂", "({})"]
)
def test_a_value_is_found_word_for_word_in_any_company(
    kind: str, value: str, frame: str
) -> None:
    assert found(frame.format(value)) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no figures at all",
        "1,250 people",
        "3.14 is pi",
        "in 1985",
        "5km and 20kg, 3x, the 2nd, 10GB",
        "24/7 and/or n/a",
        "/new",
        "a b2 c",
        "12 of 17",
        "x" * 70 + "1",
        "A1" + "-abcdefgh1" * 8,
        "HELLO WORLD",
    ],
)
def test_counts_measures_and_years_are_no_facts(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("room 7", "7"),
        ("the gate number is 3", "3"),
        ("#17", "17"),
        ("№ 4", "4"),
        ("Zimmernummer: 12", "12"),
        ("房间号是7", "7"),
        ("pin 1985", "1985"),
        ("seat 4A", "4A"),
        ("booking code QXRTYP", "QXRTYP"),
    ],
)
def test_what_is_called_a_number_is_one_however_short(text: str, value: str) -> None:
    assert found(text) == [("identifier", value)]


def test_a_decimal_is_a_version_where_it_is_called_one() -> None:
    assert found("version 3.2") == [("version", "3.2")]


@pytest.mark.parametrize(
    "text",
    [
        '"never again"',
        "“never again”",
        "«never again»",
        "„never again“",
        "「never again」",
        "`never again`",
    ],
)
def test_quotations_of_any_language_are_found_without_their_marks(text: str) -> None:
    assert found(f"he said {text}!") == [("quote", "never again")]


def test_inches_and_apostrophes_open_no_quotation() -> None:
    assert found('a 5" screen and a 7" one, don\'t you') == []


@pytest.mark.parametrize(
    "text",
    ["(see https://example.org/a).", "https://example.org/a!?", "“https://example.org/a”,"],
)
def test_a_link_ends_before_the_sentence_does(text: str) -> None:
    assert ("link", "https://example.org/a") in found(text)


def test_a_link_may_be_long() -> None:
    link = "https://example.org/" + "a" * 1_500

    assert found(f"see {link} now") == [("link", link)]


def test_a_fact_far_from_any_other_is_found() -> None:
    text = "word " * 100_000 + "order 48213 " + "word " * 100_000

    assert found(text) == [("identifier", "48213")]


@pytest.mark.slow
def test_of_a_flood_the_beginning_and_the_end_are_read() -> None:
    flood = " ".join(str(number) for number in range(10_000, 99_999))

    values = [value for _, value in found(f"A-1 {flood} Z-1")]

    assert (values[0], values[-1]) == ("A-1", "Z-1")
    assert 5_000 < len(values) < 20_000


@given(st.text(st.sampled_from("a1 .,:/@#-+()$€%'\"“”\n年月Éй"), max_size=400))
def test_mentions_of_the_one_pass_never_overlap(text: str) -> None:
    spans = sorted(
        (one.start, one.end) for one in mentions(text) if one.kind is not FactKind.QUOTE
    )

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "a", "1", "1 ", "1.", "1-", "a-", "a.", "a@", "a/", "/a", "-1", "+1 ", "(", "$1,", "123 ",
        "123.", "12:3", "v1.", "0123 456-", "#1 ", "nov ", "https://", '"', "“", '"a', "A", "ABCD ",
        "code ABCD ", "\n1", " ", "😀", "年1月", "Aa straße ", "http://" + ")" * 2_041,
    ],
)  # fmt: skip
def test_a_mebibyte_of_anything_takes_a_fraction_of_a_second(unit: str) -> None:
    text = (unit * (MEBIBYTE // len(unit) + 1))[:MEBIBYTE]
    begun = time.process_time()

    count = sum(1 for _ in mentions(text))

    # 0.25 s is the aim; four times that leaves room for a busy machine, and a pattern that
    # backtracks takes minutes.
    assert time.process_time() - begun < 1
    assert count < 100_000
