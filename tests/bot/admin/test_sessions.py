"""Sessions and their messages over HTTP."""

import httpx2
import pytest

from storage.database import Database
from tests.bot.admin.populated import ADA, KIM, populate
from tests.storage.rows import a_handoff_row, keep

pytestmark = pytest.mark.slow  # all that two people have takes a while to store


async def test_a_session_is_what_the_interface_promises(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)

    answer = await api.get(f"/sessions/{ADA.session_id}")

    assert answer.json() == {
        "session_id": ADA.session_id,
        "user_id": ADA.user_id,
        "platform": "slack",
        "provider": "slack",
        "conversation": "D0001",
        "trace_id": ADA.trace_id,
        "agent_id": f"agent-{ADA.name}-2",
        "agent_type": "chat",
        "agent_version": 2,
        "state": "active",
        "occupied_tokens": 1_250,
        "context_window_limit": 200_000,
        "occupancy": 0.0063,
        "turns_left": None,
        "spent_tokens": 1_115,
        "turns": 3,
        "updated_at": "2026-11-20T12:00:00Z",
    }


@pytest.mark.parametrize(
    "query", [f"user_id={ADA.user_id}", "state=active&limit=1", "platform=slack"]
)
async def test_sessions_are_listed_as_they_are_shown(
    database: Database, api: httpx2.AsyncClient, query: str
) -> None:
    await populate(database)

    items = (await api.get(f"/sessions?{query}")).json()["items"]

    for item in items:
        assert item == (await api.get(f"/sessions/{item['session_id']}")).json()
    assert len(items) == (2 if query == "platform=slack" else 1)


async def test_all_that_was_said_is_listed_page_by_page(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)
    path = f"/sessions/{ADA.session_id}/messages"

    whole = (await api.get(path)).json()
    seen: list[dict[str, object]] = []
    cursor: str | None = None
    while True:
        given = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(path, params=given)).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == whole["items"]
    assert [(one["kind"], one["role"], one["delivery"]) for one in seen] == [
        ("command", "user", None),
        ("user", "user", None),
        ("reply", "assistant", "failed"),
        ("reply", "assistant", "sent"),
    ]
    assert seen[0]["text"] == f"/compact {ADA.mark}"
    assert set(seen[0]) == {
        "message_id",
        "kind",
        "notice",
        "role",
        "text",
        "sent_at",
        "agent_version",
        "delivery",
    }
    assert not any(KIM.mark in str(one) for one in seen)


async def test_the_cursor_of_another_list_is_refused(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)
    await keep(database, a_handoff_row(1))
    cursor = (await api.get("/handoffs?limit=1")).json()["next_cursor"]

    answer = await api.get(f"/sessions/{ADA.session_id}/messages?cursor={cursor}")

    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize("path", ["/sessions/unknown", "/sessions/unknown/messages"])
async def test_a_session_that_is_not_there_is_404(api: httpx2.AsyncClient, path: str) -> None:
    answer = await api.get(path)

    assert (answer.status_code, answer.json()) == (404, {"error": "no such session"})


@pytest.mark.parametrize("query", ["state=asleep", "platform=telex", "user_id=", "limit=0"])
async def test_a_bad_filter_names_its_field(api: httpx2.AsyncClient, query: str) -> None:
    answer = await api.get(f"/sessions?{query}")

    assert (answer.status_code, answer.json()["field"]) == (422, query.partition("=")[0])
