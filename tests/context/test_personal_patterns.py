import pytest

from context.redaction import redacted


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ask ada.l+x@mail.example.co.uk.", "ask <EMAIL_1>."),
        ("schreib an jörg@müller.de", "schreib an <EMAIL_1>"),
        ("+14155550100", "<PHONE_1>"),
        ("call +1 (415) 555-0100, please", "call <PHONE_1>, please"),
        ("+49 151 23456789", "<PHONE_1>"),
        ("0049 151 23456789", "<PHONE_1>"),
        ("0151 2345678", "<PHONE_1>"),
        ("(0151) 234 567", "<PHONE_1>"),
        ("(415) 555-0100 or 415-555-0101", "<PHONE_1> or <PHONE_2>"),
        ("my phone number is 4155550100", "my phone number is <PHONE_1>"),
        ("Tel.: 030 1234567", "Tel.: <PHONE_1>"),
        ("DE89 3704 0044 0532 0130 00 BIC COBA", "<IBAN_1> BIC COBA"),
        ("gb82west12345698765432", "<IBAN_1>"),
        ("FR14-2004-1010-0505-0001-3M02-606", "<IBAN_1>"),
        ("10.0.0.1 and 2001:db8::1", "<IP_1> and <IP_2>"),
        ("fe80:0:0:0:0:0:0:1 is up", "<IP_1> is up"),
        ("SSN 123-45-6789", "SSN <NATIONAL_ID_1>"),
        ("DNI 12345678Z", "DNI <NATIONAL_ID_1>"),
        ("NIE X1234567L", "NIE <NATIONAL_ID_1>"),
        ("CPF 529.982.247-25", "CPF <NATIONAL_ID_1>"),
        ("NIR 1 84 12 76 451 089 46", "NIR <NATIONAL_ID_1>"),
        ("RSSMRA85T10A562S", "<NATIONAL_ID_1>"),
        ("card 4111111111111111", "card <CARD_1>"),
    ],
)
def test_who_and_where_somebody_is_gives_way_to_a_placeholder(text: str, left: str) -> None:
    assert redacted(text, scope="all") == left


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-11-20, 01-12-2026, 20.11.26 and 09/2026 at 10:30:05",
        "tel 2026-11-20",
        "version 1.2.3.4 and v1.2.3.4",
        "256.1.1.1",
        "order 48213, PR-2291, A-17",
        "order 4155550100",
        "1,250.50 for 3 lamps",
        "std::vector, a::b, 12:34:56",
        "DE89 3704 0044 0532 0130 01",  # wrong sum
        "DE89 3704",
        "XX89 3704 0044 0532 0130 00",
        "GB82 WEST  1234 5698 7654 32",
        "DE893704004405320130001",
        "DE89.3704.0044.0532.0130.00",
        "SSN 000-45-6789 or 123-00-6789",
        "12345678A",
        "529.982.247-26",
        "529.982.247-15",
        "111.111.111-11",
        "1 84 12 76 451 089 47",
        "mail me @ home, a@b",
        "0151 23",
    ],
)
def test_a_figure_that_is_nobodys_stays(text: str) -> None:
    assert redacted(text, scope="all") == text


def test_the_same_number_written_otherwise_has_the_same_placeholder() -> None:
    text = "+1 415 555 0100, +14155550100, Ada@Example.com, ada@example.com"

    assert redacted(text, scope="all") == "<PHONE_1>, <PHONE_1>, <EMAIL_1>, <EMAIL_1>"
