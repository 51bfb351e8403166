import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin.keys import Keys

KEYS = Keys("the-key")


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("2001:DB8::1", "2001:db8::1", True),
        ("unknown", None, True),
        ("x" * 64, "x" * 10_000, True),
        ("é", "\udcff", False),
    ],
)
def test_a_client_is_one_address_or_one_network(
    one: str, other: str | None, *, are_one: bool
) -> None:
    assert (KEYS.address(one) == KEYS.address(other)) is are_one


def test_digests_tell_nothing_to_who_has_not_the_key() -> None:
    others = Keys("another-key")

    assert KEYS.address("192.0.2.1") != others.address("192.0.2.1")
    assert KEYS.guess("swordfish") != others.guess("swordfish")
    assert len(KEYS.guess("swordfish")) == 8


@given(text=st.text())
def test_a_digest_for_one_purpose_serves_no_other(text: str) -> None:
    assert KEYS.digest("form", text) != KEYS.digest("cookie", text)
    assert KEYS.digest("form", text) == Keys("the-key").digest("form", text)


def test_without_a_key_each_makes_its_own() -> None:
    assert Keys.of(None).digest("form", "x") != Keys.of(None).digest("form", "x")
    assert Keys.of("").digest("form", "x") != Keys("").digest("form", "x")
