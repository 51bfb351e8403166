from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from bot.logs import pseudonyms
from context.messages import SLACK, UserId, person_id
from storage.database import Database
from tests.bot.admin.app import SECRET_KEY, admin
from tests.builders import NOON, USER
from tests.storage.rows import (
    SESSION,
    TRACE,
    a_call_row,
    a_document,
    a_handoff_row,
    a_met_person,
    a_person,
    a_session,
    an_agent_row,
    an_identity,
    keep,
)

PHONE = UserId("+14155550100")


def logged_as(user_id: str) -> str:
    """What a log line calls somebody."""
    event = pseudonyms(SECRET_KEY)(None, "info", {"user_id": user_id})
    assert isinstance(event, dict)
    return str(event["user"])


async def test_a_list_has_items_newest_first_and_no_further_page(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, *a_met_person(), a_handoff_row(1), a_handoff_row(2))

    answer = await api.get("/handoffs")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert [item["sequence"] for item in body["items"]] == [2, 1]
    assert body["next_cursor"] is None


async def test_a_summary_is_what_the_interface_promises(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_handoff_row(1).values(created_at=NOON + timedelta(milliseconds=250)),
    )

    (item,) = (await api.get("/handoffs")).json()["items"]

    assert item == {
        "handoff_id": "handoff-01234567-1",
        "trace_id": TRACE,
        "sequence": 1,
        "user_id": USER,
        "platform": "slack",
        "provider": "slack",
        "session_id": SESSION,
        "agent_id": "agent-01234567-1",
        "agent_type": "chat",
        "agent_version": 1,
        "project_id": None,
        "workflow_type": None,
        "task_status": None,
        "termination_reason": "context_window_exhausted",
        "total_tokens": 181_000,
        "context_window_limit": 200_000,
        "completion_percentage": None,
        "probe_score": None,
        "predecessor_handoff_id": None,
        "successor_handoff_id": None,
        "active": True,
        "created_at": "2026-11-20T12:00:00.250000Z",
        "summary": "Your order is A-1042.",
    }


async def test_following_the_cursor_shows_every_handoff_once(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, *(a_handoff_row(number) for number in range(1, 6)))

    seen: list[int] = []
    parameters = {"limit": "2"}
    while parameters:
        page = (await api.get("/handoffs", params=parameters)).json()
        seen += [item["sequence"] for item in page["items"]]
        cursor = page["next_cursor"]
        parameters = {"limit": "2", "cursor": cursor} if cursor else {}

    assert seen == [5, 4, 3, 2, 1]


async def test_a_person_is_found_by_a_number_whose_plus_was_not_escaped(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_person(PHONE, linked_to=person_id(SLACK, USER)),
        an_identity(PHONE),
        a_handoff_row(1),
        a_handoff_row(2, user_id=UserId("T024BE7LD:UOTHER")),
    )

    answer = await api.get("/handoffs?user_id=+14155550100")

    assert [item["sequence"] for item in answer.json()["items"]] == [1]


async def test_a_person_is_found_by_the_digest_in_the_logs(
    database: Database, api: httpx2.AsyncClient
) -> None:
    other = UserId("T024BE7LD:UOTHER")
    await keep(
        database,
        *a_met_person(),
        *a_met_person(other),
        a_handoff_row(1),
        a_handoff_row(2, user_id=other),
    )

    found = await api.get("/handoffs", params={"user_id": logged_as(USER)})
    nobody = await api.get("/handoffs", params={"user_id": logged_as("T1:UNOBODY")})

    assert [item["sequence"] for item in found.json()["items"]] == [1]
    assert nobody.json()["items"] == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/handoffs?limit=0", "limit"),
        ("/handoffs?unknown=1", "unknown"),
        ("/handoffs?cursor=AAAA", "cursor"),
        ("/handoffs/handoff-1?limit=1", "limit"),
        ("/handoffs/hand%20off", "handoff_id"),
        ("/users/a%00b/handoffs/latest", "user_id"),
        ("/traces/%F0%9F%98%80", "trace_id"),
        (f"/traces/{'a' * 65}", "trace_id"),
    ],
)
async def test_a_bad_parameter_is_answered_with_422_and_its_name(
    api: httpx2.AsyncClient, path: str, field: str
) -> None:
    answer = await api.get(path)

    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/handoffs/handoff-unknown",
        "/users/T1:U1/handoffs/latest",
        "/traces/0123",
        "/nothing",
        "/",
    ],
)
async def test_what_is_not_there_is_answered_with_404_in_json(
    api: httpx2.AsyncClient, path: str
) -> None:
    answer = await api.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]


async def test_another_method_is_answered_with_405_in_json(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/handoffs", json={})

    assert answer.status_code == 405
    assert answer.json()["error"]
    assert "GET" in answer.headers["allow"]


async def test_one_handoff_comes_with_its_document(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, a_handoff_row(1))

    answer = await api.get("/handoffs/handoff-01234567-1")

    body = answer.json()
    assert body["handoff_id"] == "handoff-01234567-1"
    assert body["document"] == a_document("Your order is A-1042.")
    assert answer.headers["vary"] == "accept"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/markdown", "text/markdown; charset=utf-8"),
        (
            "text/html, Text/Markdown;q=0.9, application/json;q=0.8",
            "text/markdown; charset=utf-8",
        ),
        ("application/json, text/markdown", "application/json"),
        ("*/*", "application/json"),
        ("", "application/json"),
    ],
)
async def test_a_handoff_is_given_as_markdown_to_whom_prefers_it(
    database: Database, api: httpx2.AsyncClient, *, accept: str, expected: str
) -> None:
    await keep(database, a_handoff_row(1))

    answer = await api.get("/handoffs/handoff-01234567-1", headers={"accept": accept})

    assert answer.headers["content-type"] == expected
    assert "Your order is A-1042." in answer.text
    assert answer.text.startswith("# " if "markdown" in expected else "{")


async def test_a_document_of_another_version_is_given_as_it_is_or_not_at_all(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, a_handoff_row(1).values(document={"schema_number": 99}))
    path = "/handoffs/handoff-01234567-1"

    as_markdown = await api.get(path, headers={"accept": "text/markdown"})
    as_json = await api.get(path)

    assert as_markdown.status_code == 406
    assert as_markdown.json()["error"]
    assert as_json.json()["document"] == {"schema_number": 99}


@pytest.mark.parametrize("user_id", [USER, PHONE, "%2B14155550100", logged_as(PHONE)])
async def test_the_latest_handoff_is_the_persons_whichever_identity_is_asked_for(
    database: Database, api: httpx2.AsyncClient, user_id: str
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_person(PHONE, linked_to=person_id(SLACK, USER)),
        an_identity(PHONE),
        a_handoff_row(1),
        a_handoff_row(2, user_id=PHONE),
    )

    answer = await api.get(f"/users/{user_id}/handoffs/latest")

    assert answer.json()["sequence"] == 2
    assert answer.json()["document"]


async def test_a_trace_shows_handoffs_sessions_and_agents(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(
        database,
        a_person(),
        an_identity(),
        a_session().values(agent_id="agent-01234567-2"),
        an_agent_row(1, state="handoff_complete"),
        an_agent_row(2),
        a_handoff_row(1),
    )

    body = (await api.get(f"/traces/{TRACE}")).json()

    assert body["trace_id"] == TRACE
    assert [one["sequence"] for one in body["handoffs"]] == [1]
    assert [one["agent_version"] for one in body["agents"]] == [1, 2]
    assert [one["state"] for one in body["sessions"]] == ["active"]
    assert list(body["sessions"][0]) == [
        "session_id",
        "user_id",
        "platform",
        "provider",
        "conversation",
        "trace_id",
        "agent_id",
        "agent_type",
        "agent_version",
        "state",
        "occupied_tokens",
        "context_window_limit",
        "occupancy",
        "turns_left",
        "spent_tokens",
        "turns",
        "updated_at",
    ]
    assert body["agents"][0]["ended_at"] == "2026-11-20T12:00:00Z"


async def test_a_trace_tells_what_each_agents_calls_took(
    database: Database, api: httpx2.AsyncClient
) -> None:
    agent_id = "agent-01234567-1"
    calls = [
        a_call_row(number, output_tokens=size).values(
            agent_id=agent_id, started_at=NOON + timedelta(minutes=number)
        )
        for number, size in enumerate((90, 190, 290))
    ]
    await keep(database, *a_met_person()[:2], a_session().values(agent_id=agent_id))
    await keep(database, an_agent_row(1), *calls)

    (agent,) = (await api.get(f"/traces/{TRACE}")).json()["agents"]

    assert agent["operations"] == {
        "calls": 3,
        "average_tokens": 1_300,
        "least_tokens": 1_200,
        "most_tokens": 1_400,
        "spent_tokens": 3_900,
        "remaining_tokens": 198_600,
        "last_at": "2026-11-20T12:02:00Z",
    }


async def test_a_database_out_of_reach_is_answered_with_503(database: Database) -> None:
    nowhere = replace(
        database, engine=create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    )
    app = admin(nowhere, token="anything")
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://bot.example"
    ) as api:
        answer = await api.get(
            "/admin/api/v1/handoffs", headers={"authorization": "Bearer anything"}
        )

    assert answer.status_code == 503
    assert answer.json() == {"error": "the database is out of reach"}
    assert answer.headers["retry-after"] == "1"
