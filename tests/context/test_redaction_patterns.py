import re
import time

import pytest

from context import personal_patterns, redaction_patterns
from context.redaction import redacted
from context.redaction_patterns import passes_luhn

CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111 - 1111 - 1111 - 1111",
    "4222222222222",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "3782 822463 10005",
    "30569309025904",
    "3056 930902 5904",
    "6011111111111117",
    "3530111333300000",
    "6200000000000005",
    "6304000000000000",
    "2200123456789019",
    "\u0664\u0661\u0661\u0661 1111 1111 1111",
]


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    "text", ["{}", "My card: {}.", "pay with {}, 12/27", "({})", "{} 12/27"]
)
def test_a_card_number_is_found_however_it_is_written(card: str, text: str) -> None:
    assert redacted(text.format(card), scope="secrets") == text.format("<CARD_1>")


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111112",  # wrong sum
        "order 1234567812345670",  # right sum, of no issuer
        "order 9999 9999 9999 9995",
        "4111 1111 1111",
        "0.4111111111111111",
        "id a4111111111111111",
        "4111111111111111x",
        "1763600000000 ms",
        "35-209900-176148-1",  # a phone's own number
        "978-3-16-148410-0",
        "+4915199887766",  # right sum and issuer, but dialled
        "call +49 1519 988 7766",
        "41111111111111111111",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
    ],
)
def test_a_number_that_only_looks_like_a_card_stays(text: str) -> None:
    assert redacted(text, scope="secrets") == text


def test_a_card_behind_a_plus_is_longer_than_any_phone_number() -> None:
    assert redacted("tip +4111111111111111", scope="secrets") == "tip +<CARD_1>"


def test_a_card_in_an_odd_grouping_is_found_where_nothing_else_stands_beside_it() -> None:
    assert redacted("41 11 11 11 11 11 11 11", scope="secrets") == "<CARD_1>"
    assert redacted("41 11 11 11 11 11 11 11 12", scope="secrets").startswith("41 11")


def test_two_cards_beside_each_other_are_two() -> None:
    text = "4111 1111 1111 1111 5500 0000 0000 0004 and 17"

    assert redacted(text, scope="secrets") == "<CARD_1> <CARD_2> and 17"


def test_what_stands_before_a_card_stays() -> None:
    assert redacted("2026 4111 1111 1111 1111", scope="secrets") == "2026 <CARD_1>"


@pytest.mark.parametrize(("digits", "passes"), [("79927398713", True), ("79927398710", False)])
def test_the_last_digit_is_the_sum_of_the_others(digits: str, *, passes: bool) -> None:
    assert passes_luhn(digits) is passes


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("use sk-ant-api03-Ab12Cd34Ef56Gh78 now", "use <KEY_1> now"),
        ("sk-abcdefghijklmnopqrstuvwx", "<KEY_1>"),
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "<KEY_1>"),
        ("AKIAIOSFODNN7EXAMPLE", "<KEY_1>"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "<KEY_1>"),
        ("github_pat_11ABCDEFG0abcdefghijkl", "<KEY_1>"),
        ("glpat-abcdefghij0123456789", "<KEY_1>"),
        ("xoxb-123456789012-abcdefABCDEF", "<KEY_1>"),
        ("xoxe.xoxp-1-abcdefABCDEF", "<KEY_1>"),
        ("xapp-1-A123-456-abcdef", "<KEY_1>"),
        ("AIzaSyA-1234567890abcdefghijklmnopqrstu", "<KEY_1>"),
        ("SG.abcdefghijklmnop.qrstuvwxyz0123456789", "<KEY_1>"),
        ("SK0123456789abcdef0123456789abcdef", "<KEY_1>"),
        ("EAAG" + "a1B2" * 20, "<KEY_1>"),
        ("123456789:AAabcdefghijklmnopqrstuvwxyz0123456", "<KEY_1>"),
        (
            "https://hooks.slack.com/services/T0/B0/xyz123",
            "https://hooks.slack.com/services/<KEY_1>",
        ),
        ("Authorization: Bearer abcdef123456xyz", "Authorization: Bearer <TOKEN_1>"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: Basic <TOKEN_1>"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk", "<TOKEN_1>"),
        ("postgres://ada:p4ss!word@db/app", "postgres://ada:<PASSWORD_1>@db/app"),
        ("password: hunter2", "password: <PASSWORD_1>"),
        ("Password=swordfish", "Password=<PASSWORD_1>"),
        ('{"password": "s3cret,1"}', '{"password": "<PASSWORD_1>,1"}'),
        ("my password is hunter2, ok?", "my password is <PASSWORD_1>, ok?"),
        (
            "the password for the router is: tr0ub4dor",
            "the password for the router is: <PASSWORD_1>",
        ),
        ("Mein Passwort lautet „Sommer2024“.", "Mein Passwort lautet „<PASSWORD_1>“."),
        ("mot de passe : azerty123", "mot de passe : <PASSWORD_1>"),
        ("密码是hunter2", "密码是<PASSWORD_1>"),
        ("api_key=abcd1234efgh", "api_key=<KEY_1>"),
        ("AWS_SECRET_ACCESS_KEY: wJalrXUtnFEMI/K7MDENG1", "AWS_SECRET_ACCESS_KEY: <KEY_1>"),
        ("the auth token is 0123456789abcdef.", "the auth token is <KEY_1>."),
        ("CVC: 123", "CVC: <CVC_1>"),
        ("security code is 1234", "security code is <CVC_1>"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nbye",
            "<PRIVATE_KEY_1>\nbye",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMIIE … cut off", "<PRIVATE_KEY_1>"),
    ],
)
def test_a_credential_gives_way_to_a_placeholder(text: str, left: str) -> None:
    assert redacted(text, scope="secrets") == left


@pytest.mark.parametrize(
    "text",
    [
        "my password is wrong",
        "the password was changed on Friday",
        "I forgot my password, please help",
        "password reset",
        "risk-averse-people-are-many",
        "sk-learn-like-api",
        "the bearer of good news",
        "basic understanding of it",
        "tokens: 1,250/200,000",
        "a secret: nobody knows",
        "the key is under the mat",
        "see https://example.com:8080/path@home",
        "-----BEGIN CERTIFICATE-----",
        "SKU 12345",
        "cv 2024",
        "order ABC-12345, AKIA",
        "ada@example.com, +1 415 555 0100, 10.0.0.1",  # not of this scope
    ],
)
def test_words_that_only_sound_like_secrets_stay(text: str) -> None:
    assert redacted(text, scope="secrets") == text


# Compiled once, and linear whatever a text holds.


def test_every_expression_is_compiled_before_it_is_used() -> None:
    compiled = [
        value
        for module in (redaction_patterns, personal_patterns)
        for value in vars(module).values()
        if isinstance(value, re.Pattern)
    ]

    assert len(compiled) > 20


SPITEFUL = [
    "1 ", "4", "4111 ", "1-", "1.", "a@", "a.", "sk-", "sk-a", "eyJ", "password ",
    "password is ", "secret: ", "-----BEGIN PRIVATE KEY-----", "a://", "a://b:", "1:", "a:", "::",
    "+1", "DE89 ", "+", "(0", "0 ", "\n", " ", "<", "<CARD_1>", "Bearer ", "cvc ", "xoxb-", "é",
    "tel ", "12345678", "1\u00a0", "aA1", "SG.",
]  # fmt: skip


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("unit", SPITEFUL)
def test_no_text_takes_more_than_linear_time(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    begun = time.process_time()

    redacted(text, scope="all")

    assert time.process_time() - begun < 1
