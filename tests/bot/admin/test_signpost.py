from collections.abc import Mapping
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin.signpost import Named, Signpost

SIGNPOST = Signpost(
    ["/handoffs/{handoff_id}", "/handoffs", "/users/{user_id}/search", "/handoffs/latest"]
)


def named(path: str, *, method: str = "GET", query: str = "") -> Named:
    scope = {
        "type": "http",
        "method": method,
        "path": f"/admin/api/v1{path}",
        "root_path": "/admin/api/v1",
        "query_string": query.encode(),
    }
    return SIGNPOST.named(scope)


@pytest.mark.parametrize(
    ("path", "query", "action", "subjects"),
    [
        ("/handoffs", "", "GET /handoffs", {}),
        (
            "/handoffs/h-1",
            "",
            "GET /handoffs/{handoff_id}",
            {"handoff_id": "h-1"},
        ),
        ("/handoffs/latest", "", "GET /handoffs/latest", {}),
        (
            "/users/+1415/search",
            "q=my+words",
            "GET /users/{user_id}/search",
            {"user_id": "+1415"},
        ),
        ("/handoffs", "user_id=+1415", "GET /handoffs", {"user_id": "+1415"}),
        ("/handoffs", "user_id=%2B1415&q=x", "GET /handoffs", {"user_id": "+1415"}),
        ("/handoffs", "trace_id=t-1&trace_id=t-2", "GET /handoffs", {"trace_id": "t-2"}),
        ("/my/own/words", "", "GET (unknown)", {}),
        ("/handoffs/my words", "", "GET /handoffs/{handoff_id}", {}),
        ("/handoffs/", "", "GET (unknown)", {}),
    ],
)
def test_a_call_is_named_by_its_pattern_and_its_ids(
    path: str, query: str, *, action: str, subjects: Mapping[str, str]
) -> None:
    assert named(path, query=query) == Named(action=action, subjects=subjects)


def test_a_method_that_nobody_knows_is_not_repeated() -> None:
    assert named("/handoffs", method="SECRET").action == "OTHER /handoffs"


@given(words=st.text(min_size=1), asked=st.text())
def test_whatever_is_asked_no_action_repeats_it(words: str, asked: str) -> None:
    found = named(f"/{words}", query=f"q={quote(asked, errors='replace')}&user_id={asked!r}")

    known = {"GET (unknown)", "GET /handoffs", "GET /handoffs/{handoff_id}"}
    assert found.action in known | {"GET /handoffs/latest", "GET /users/{user_id}/search"}
    assert "\x00" not in "".join(found.subjects.values())
