import re

from hypothesis import given
from hypothesis import strategies as st

from context.messages import (
    SLACK,
    WHATSAPP,
    Provider,
    UserId,
    message_id,
    person_id,
    session_id,
)

any_text = st.text(st.characters(codec=None), max_size=20)
ADA = UserId("T1:U1")


@given(st.lists(any_text, max_size=4), st.lists(any_text, max_size=4))
def test_other_parts_make_another_message_id(some: list[str], others: list[str]) -> None:
    slack = Provider("slack")

    same = message_id(slack, *some) == message_id(slack, *others)

    assert same == (some == others)


def test_ids_are_opaque_and_safe_in_addresses() -> None:
    ids = [
        message_id(Provider("twilio"), "SM1"),
        session_id(WHATSAPP, UserId("+14155550100"), "chat"),
        person_id(WHATSAPP, UserId("+14155550100")),
    ]

    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", one) for one in ids)
    assert not any("4155550100" in one for one in ids)


def test_a_conversation_has_one_session_per_person_and_platform() -> None:
    sessions = {
        session_id(SLACK, ADA, "D1"),
        session_id(SLACK, ADA, "D2"),
        session_id(SLACK, UserId("T1:U2"), "D1"),
        session_id(WHATSAPP, ADA, "D1"),
    }

    assert len(sessions) == 4
    assert session_id(SLACK, ADA, "D1") in sessions


def test_the_same_words_are_another_person_elsewhere() -> None:
    assert person_id(SLACK, ADA) != person_id(WHATSAPP, ADA)
    assert str(person_id(SLACK, ADA)) != str(session_id(SLACK, ADA, ""))
