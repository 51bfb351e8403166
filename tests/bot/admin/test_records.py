"""What operators take back and set aside, and what became of windows, over HTTP."""

import httpx2
import pytest

from context.messages import UserId
from storage.database import Database
from tests.builders import USER
from tests.storage.lines import Line, a_line
from tests.storage.rows import (
    SESSION,
    TRACE,
    a_call_row,
    a_compaction_row,
    a_handoff_row,
    a_met_person,
    a_person,
    a_rotation_row,
    a_session,
    an_agent_row,
    an_identity,
    keep,
)
from tests.storage.scenes import run

OTHER = UserId("T024BE7LD:UOTHER")


async def trace_of(line: Line) -> str:
    return (await line.current()).trace_id


async def test_a_handoff_is_deactivated_and_shown_as_it_is_then(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, a_handoff_row(1))

    answer = await api.post("/handoffs/handoff-01234567-1/deactivate")

    assert answer.status_code == 200
    assert answer.json()["active"] is False
    assert answer.json()["sequence"] == 1
    assert answer.headers["cache-control"] == "no-store"
    assert (await api.get("/handoffs?active=true")).json()["items"] == []


async def test_a_trace_is_taken_back_and_shown_as_it_is_then(
    database: Database, api: httpx2.AsyncClient
) -> None:
    line = await a_line(database)
    await line.hand_over()

    answer = await api.post(f"/traces/{await trace_of(line)}/undo")

    assert answer.status_code == 200
    body = answer.json()
    assert [(one["agent_version"], one["state"]) for one in body["agents"]] == [
        (1, "handoff_complete"),
        (2, "terminated"),
        (3, "initializing"),
    ]
    assert [one["agent_version"] for one in body["sessions"]] == [3]
    assert [one["active"] for one in body["handoffs"]] == [False]


async def test_what_cannot_be_taken_back_is_answered_with_409_and_why(
    database: Database, api: httpx2.AsyncClient
) -> None:
    line = await a_line(database)
    path = f"/traces/{await trace_of(line)}/undo"

    first = await api.post(path)
    await run(database, "update session set agent_id = null")
    left = await api.post(path)

    assert (first.status_code, left.status_code) == (409, 409)
    assert first.json()["error"] != left.json()["error"]


@pytest.mark.parametrize(
    "path", ["/handoffs/handoff-unknown/deactivate", f"/traces/{TRACE}/undo"]
)
async def test_what_is_not_there_is_answered_with_404(
    api: httpx2.AsyncClient, path: str
) -> None:
    answer = await api.post(path)

    assert answer.status_code == 404
    assert answer.json()["error"]


@pytest.mark.parametrize("path", ["/handoffs/handoff-1/deactivate", f"/traces/{TRACE}/undo"])
async def test_reading_takes_nothing_back(api: httpx2.AsyncClient, path: str) -> None:
    assert (await api.get(path)).status_code == 405


async def test_compactions_are_listed_with_skips_and_their_reasons(
    database: Database, api: httpx2.AsyncClient
) -> None:
    skipped = a_compaction_row(2).values(
        state="skipped", reason="too_soon", after_tokens=None, applied_at=None
    )
    await keep(database, a_compaction_row(1), skipped)

    body = (await api.get("/compactions")).json()

    assert [(one["state"], one["reason"]) for one in body["items"]] == [
        ("skipped", "too_soon"),
        ("applied", None),
    ]
    assert body["items"][1] == {
        "compaction_id": "compaction-1",
        "trace_id": TRACE,
        "user_id": USER,
        "platform": "slack",
        "session_id": SESSION,
        "agent_id": "agent-1",
        "agent_version": 1,
        "trigger": "threshold",
        "focus": None,
        "state": "applied",
        "reason": None,
        "before_tokens": 160_000,
        "after_tokens": 40_000,
        "reduction_percent": 75.0,
        "context_window_limit": 200_000,
        "seconds": 1.5,
        "created_at": "2026-11-20T12:01:00Z",
        "applied_at": "2026-11-20T12:01:00Z",
    }
    assert body["next_cursor"] is None


async def test_rotations_are_listed_page_by_page(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, *(a_rotation_row(number) for number in (1, 2, 3)))

    first = (await api.get("/rotations?limit=2")).json()
    rest = (await api.get("/rotations", params={"cursor": first["next_cursor"]})).json()

    assert [one["rotation_id"] for one in first["items"]] == ["rotation-3", "rotation-2"]
    assert [one["rotation_id"] for one in rest["items"]] == ["rotation-1"]
    assert first["items"][0]["occupancy"] == 0.95
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "query",
    [
        f"user_id={OTHER}",
        "trace_id=trace-2",
        "platform=whatsapp",
        "created_after=2026-11-20T12:02:00Z",
        "created_after=2026-11-20T12:01:30Z&created_before=2026-11-20T12:02:30Z",
    ],
)
@pytest.mark.parametrize("path", ["/compactions", "/rotations"])
async def test_the_lists_are_narrowed_down(
    database: Database, api: httpx2.AsyncClient, *, path: str, query: str
) -> None:
    other = {"user_id": OTHER, "platform": "whatsapp", "trace_id": "trace-2"}
    await keep(
        database,
        *a_met_person(),
        *a_met_person(OTHER),
        *(
            row(number).values(**values)
            for row in (a_compaction_row, a_rotation_row)
            for number, values in ((1, {}), (2, other))
        ),
    )
    for table in ("compaction", "rotation"):
        await run(
            database,
            f"update {table} set person_id = i.person_id"  # noqa: S608 - our own
            f" from identity i where i.user_id = {table}.user_id",
        )

    items = (await api.get(f"{path}?{query}")).json()["items"]

    assert [one["trace_id"] for one in items] == ["trace-2"]


@pytest.mark.parametrize("path", ["/compactions", "/rotations"])
async def test_an_unknown_parameter_is_answered_with_422(
    api: httpx2.AsyncClient, path: str
) -> None:
    answer = await api.get(f"{path}?q=order")

    assert answer.status_code == 422
    assert answer.json()["field"] == "q"


async def test_a_session_says_how_full_its_window_is_and_what_was_spent(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(
        database,
        a_person(),
        an_identity(),
        a_session().values(agent_id="agent-01234567-2"),
        an_agent_row(1, state="handoff_complete"),
        an_agent_row(2).values(occupied_tokens=150_000, pace_tokens=10_000),
        a_call_row(1).values(agent_id="agent-01234567-1"),
        a_call_row(2, output_tokens=890).values(agent_id="agent-01234567-2"),
        a_call_row(3).values(agent_id="agent-of-somebody-else"),
        a_call_row(4).values(agent_id="agent-01234567-2", input_tokens=None),
    )

    (session,) = (await api.get(f"/traces/{TRACE}")).json()["sessions"]

    assert session["context_window_limit"] == 200_000
    assert session["occupancy"] == 0.75
    assert session["turns_left"] == 3
    assert session["spent_tokens"] == 1_115 + 2_000 + 1_105


async def test_a_session_without_an_agent_has_no_window_yet(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await keep(database, *a_met_person(), an_agent_row(1))

    (session,) = (await api.get(f"/traces/{TRACE}")).json()["sessions"]

    assert session["occupancy"] is None
    assert session["turns_left"] is None
    assert session["spent_tokens"] == 0
