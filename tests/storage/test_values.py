import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.messages import (
    Address,
    Command,
    Content,
    Deleted,
    Edited,
    MessageId,
    Provider,
    Said,
)
from storage.values import address, address_json, inbound, inbound_json, storable_json
from tests.builders import a_photo, an_address, an_inbound

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""Whatever a platform's JSON can put into a string: NUL and halves of surrogate pairs too."""

KEPT_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=8,
)


@given(ANY_JSON)
def test_any_json_is_written_so_that_postgres_can_keep_it(value: object) -> None:
    written = storable_json(value)

    assert "\x00" not in json.dumps(json.loads(written), ensure_ascii=False)
    assert "\\u0000" not in written.replace("\\\\", "")
    written.encode()


@given(st.dictionaries(KEPT_TEXT, st.lists(KEPT_TEXT)))
def test_what_postgres_can_keep_is_written_unchanged(value: dict[str, list[str]]) -> None:
    assert json.loads(storable_json(value)) == value


def test_a_backslash_that_a_person_typed_stays() -> None:
    assert json.loads(storable_json(["\\u0000", "\x00\\u0000"])) == ["\\u0000", "\\u0000"]


@pytest.mark.parametrize(
    "content",
    [
        Said(text="Hello", media=(a_photo(),), answers=MessageId("slack-1")),
        Edited(target=MessageId("slack-1"), text="Hullo", media=(a_photo(None),)),
        Deleted(target=MessageId("slack-1")),
        Command(name="context", argument="all", latest_session=True),
    ],
)
def test_a_message_is_read_back_as_it_was(content: Content) -> None:
    message = an_inbound(content=content)

    assert inbound(inbound_json(message)) == message


@given(ANY_TEXT)
def test_a_message_may_hold_any_text(text: str) -> None:
    message = replace(an_inbound(text), speaker=text)

    kept = inbound(inbound_json(message))

    assert isinstance(kept.content, Said)
    assert kept.content.text == kept.speaker
    assert kept.content.text == text.replace("\x00", "").encode(errors="ignore").decode()


def test_an_address_is_read_back_as_it_was() -> None:
    whole = Address(
        provider=Provider("slack"),
        account="T1",
        peer="C1",
        thread="1700000000.000100",
        message="1700000000.000200",
        only_to="U1",
        asker="U1",
        reply_url="https://hooks.example/1",
    )

    assert [address(address_json(one)) for one in (whole, an_address())] == [
        whole,
        an_address(),
    ]
