"""What operators look after, over HTTP: figures, dead letters, the audit log."""

import httpx2
import pytest

from storage.database import Database
from tests.bot.admin.populated import ADA, populate
from tests.storage.scenes import value

pytestmark = pytest.mark.slow  # all that two people have takes a while to store


async def test_statistics_are_what_the_interface_promises(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)

    figures = (await api.get("/statistics")).json()

    assert figures["handoffs_total"] == 2
    assert figures["handoffs_by_platform"] == {"slack": 2}
    assert figures["handoffs_by_reason"]["context_window_exhausted"] == 2
    assert figures["handoffs_by_agent_type"] == {"chat": 2}
    assert figures["average_tokens_at_handoff"] == 181_000
    assert figures["active_sessions"] == 2
    assert figures["compactions_total"] == 2
    assert figures["average_reduction_percent"] == 75
    assert figures.keys() >= {
        "average_completion_percentage",
        "average_probe_score",
        "messages_overdue",
        "duplicates_refused",
    }


async def test_dead_letters_are_listed_page_by_page_without_their_text(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)

    whole = await api.get("/dead-letters")
    seen: list[str] = []
    given = {"limit": "1"}
    while given:
        page = (await api.get("/dead-letters", params=given)).json()
        seen += [one["letter_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        given = {"limit": "1", "cursor": cursor} if cursor else {}

    items = whole.json()["items"]
    assert [one["letter_id"] for one in items] == seen
    assert {(one["kind"], one["reason"]) for one in items} == {
        ("inbound", "model_fault"),
        ("outbound", "63016"),
    }
    assert len(seen) == len(set(seen)) == 4
    assert ADA.mark not in whole.text


async def test_a_dead_letter_is_tried_again_once(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)
    path = f"/dead-letters/lost-{ADA.name}/retry"

    first, second = await api.post(path), await api.post(path)

    assert (first.status_code, first.json()) == (200, {"letter_id": f"lost-{ADA.name}"})
    assert (second.status_code, second.json()) == (404, {"error": "no such dead letter"})
    state = "select state from outbox where id = $1"
    assert await value(database, state, f"lost-{ADA.name}") == "pending"


async def test_the_log_says_who_asked_for_what(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)
    await api.get(f"/users/{ADA.user_id}")
    await api.get("/statistics")

    whole = (await api.get("/audit")).json()["items"]
    of_ada = (await api.get(f"/audit?user_id={ADA.user_id}")).json()["items"]
    of_others = (await api.get("/audit?who=nobody")).json()["items"]

    assert {one["action"] for one in whole} == {"GET /users/{user_id}", "GET /statistics"}
    assert [one["action"] for one in of_ada] == ["GET /users/{user_id}"]
    assert of_ada[0]["who"] == "bootstrap"
    assert of_ada[0]["status"] == 200
    assert of_others == []
    assert ADA.user_id not in str(whole)
