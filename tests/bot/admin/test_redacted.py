import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin.redacted import Json, redacted, redacted_json

MARK = "Geheimnis"
"""What nobody but an admin may read; in no name and no id of ours."""

texts = st.text().map(lambda text: f"{text} {MARK} {text}")
names = st.sampled_from(
    ["summary", "text", "speaker", "focus", "task_description", "value", "name", "later"]
)
anything = st.recursive(
    texts | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
)
worded = st.recursive(
    st.just(MARK) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just(MARK), inner),
)


def test_the_length_of_a_text_is_all_that_is_left_of_it() -> None:
    assert redacted("") == "[0 characters]"
    assert redacted("👩‍👩‍👧" * 1000) == "[5,000 characters]"


@pytest.mark.slow
@given(value=anything)
def test_no_text_is_left_wherever_it_stands(value: Json) -> None:
    assert MARK not in json.dumps(redacted_json(value))


@pytest.mark.slow
@given(value=worded)
def test_what_people_said_in_a_form_that_nobody_knows_is_left_out_too(value: Json) -> None:
    given: Json = {"document": {"later": value}, "fact": {"value": value}}

    assert MARK not in json.dumps(redacted_json(given))


@pytest.mark.parametrize("name", ["reason", "state", "key", "action", "subject", "type"])
def test_a_name_that_is_ours_elsewhere_is_the_peoples_in_a_document(name: str) -> None:
    assert redacted_json({name: "cheaper"}) == {name: "cheaper"}
    assert redacted_json({"document": {name: "cheaper"}}) == {
        "document": {name: "[7 characters]"}
    }


def test_ids_times_tokens_and_reasons_stay() -> None:
    shape: Json = {
        "handoff_id": "handoff-1",
        "user_id": "+14155550100",
        "created_at": "2026-11-20T12:00:00Z",
        "termination_reason": "forced_rotation",
        "total_tokens": 181_000,
        "probe_score": 0.98,
        "active": True,
        "project_id": None,
        "document": {"agent_info": {"agent_id": "agent-1", "said_at": "2026-11-20T12:00:00Z"}},
    }

    assert redacted_json({"items": [shape], "next_cursor": "abc"}) == {
        "items": [shape],
        "next_cursor": "abc",
    }


@pytest.mark.parametrize("name", ["_id", "secret_id", "told_ids", "told_at"])
def test_an_ending_alone_makes_no_id_of_what_was_said(name: str) -> None:
    assert redacted_json({"document": {name: MARK}}) == {"document": {name: "[9 characters]"}}


def test_a_sentence_is_no_id() -> None:
    assert redacted_json({"document": {"source_message_ids": ["m-1", "my own words"]}}) == {
        "document": {"source_message_ids": ["m-1", "[12 characters]"]}
    }
