import base64
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from storage.cursor import Cursor
from tests.builders import NOON

IDS = st.text("abcXYZ019_-", min_size=1, max_size=64)
MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(5000, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.just(UTC),
)
A_CURSOR = Cursor(created_at=NOON, item_id="handoff-1")


@given(st.builds(Cursor, created_at=MOMENTS, item_id=IDS))
def test_a_cursor_survives_the_way_to_the_client_and_back(cursor: Cursor) -> None:
    assert Cursor.read(str(cursor)) == cursor


@given(st.integers(0, len(str(A_CURSOR)) - 1), st.sampled_from("aZ9-_=+ \x00é"))
def test_a_cursor_with_one_changed_character_is_refused(at: int, other: str) -> None:
    text = str(A_CURSOR)
    changed = text[:at] + other + text[at + 1 :]

    assume(changed != text)
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.read(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "é",
        str(A_CURSOR)[:-1],
        str(A_CURSOR) + "=",
        str(A_CURSOR) * 2,
        base64.urlsafe_b64encode(b"123456" + b"1.a\x00b").decode(),
        base64.urlsafe_b64encode(b"123456" + b"9" * 40 + b".a").decode(),
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.read(text)
