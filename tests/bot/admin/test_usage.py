"""What model calls took, over HTTP."""

import httpx2
import pytest

from storage.database import Database
from tests.bot.admin.populated import ADA, KIM, populate
from tests.storage.rows import a_call_row, keep
from tests.storage.scenes import run

pytestmark = pytest.mark.slow  # all that two people have takes a while to store


async def test_usage_of_a_group_is_what_the_interface_promises(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)
    await run(database, "update model_usage set model = 'claude-sonnet-5-5'")

    body = (await api.get("/usage?group_by=platform")).json()

    assert body == {
        "items": [
            {
                "key": "slack",
                "calls": 2,
                "input_tokens": 20,
                "cache_read_tokens": 200,
                "cache_write_tokens": 2_000,
                "output_tokens": 10,
                "cost_usd": 0.00516,
            }
        ],
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    ("group_by", "keys"),
    [
        ("user", {ADA.user_id, KIM.user_id}),
        ("platform", {"slack"}),
        ("agent_type", {"chat"}),
        ("model", {"claude"}),
        ("day", {"2026-11-20"}),
    ],
)
async def test_calls_are_summed_up_by_what_is_asked_for(
    database: Database, api: httpx2.AsyncClient, *, group_by: str, keys: set[str]
) -> None:
    await populate(database)

    items = (await api.get(f"/usage?group_by={group_by}")).json()["items"]

    assert {one["key"] for one in items} == keys
    assert sum(one["calls"] for one in items) == 2


async def test_what_a_model_of_unknown_price_costs_is_null(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)
    await keep(
        database,
        a_call_row(9).values(
            model="claude-opus-5-5", person_id=ADA.person_id, session_id=ADA.session_id
        ),
    )

    items = (await api.get("/usage?group_by=model")).json()["items"]

    assert {one["key"]: one["cost_usd"] for one in items} == {
        "claude": None,
        "claude-opus-5-5": 0.00516,
    }


async def test_a_span_leaves_out_what_was_before_and_after(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)

    before = await api.get("/usage?until=2026-11-20T12:00:00Z")
    at = await api.get("/usage?since=2026-11-20T12:00:00Z&until=2026-11-20T12:00:01Z")

    assert before.json()["items"] == []
    assert [one["calls"] for one in at.json()["items"]] == [2]


@pytest.mark.parametrize("query", ["group_by=mood", "since=yesterday", "until=", "limit=201"])
async def test_a_bad_question_names_its_field(api: httpx2.AsyncClient, query: str) -> None:
    answer = await api.get(f"/usage?{query}")

    assert (answer.status_code, answer.json()["field"]) == (422, query.partition("=")[0])
