"""People over HTTP: one, everything held of them, and their erasure."""

import json

import httpx2
import pytest

from context.messages import SLACK, UserId, person_id
from storage.database import Database
from tests.bot.admin.populated import ADA, KIM, populate
from tests.bot.admin.test_api import logged_as
from tests.storage.rows import a_person, a_session, an_identity, keep
from tests.storage.scenes import run, value

pytestmark = pytest.mark.slow  # all that two people have takes a while to store

PHONE = UserId("+14155550100")


async def test_a_person_is_identities_preferences_sessions_and_spend(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)
    await run(database, "update model_usage set model = 'claude-opus-5-5'")

    person = (await api.get(f"/users/{ADA.user_id}")).json()

    assert person["user_id"] == ADA.user_id
    assert [(one["platform"], one["user_id"]) for one in person["identities"]] == [
        ("slack", ADA.user_id)
    ]
    assert person["preferences"] == {"notices": "all", "language": "en"}
    assert [one["session_id"] for one in person["sessions"]] == [ADA.session_id]
    assert person["spend"] == {
        "calls": 1,
        "input_tokens": 10,
        "cache_read_tokens": 100,
        "cache_write_tokens": 1_000,
        "output_tokens": 5,
        "cost_usd": 0.00516,
    }


@pytest.mark.parametrize("user_id", [PHONE, "%2B14155550100", ADA.user_id, logged_as(PHONE)])
async def test_any_identity_means_the_person(
    database: Database, api: httpx2.AsyncClient, user_id: str
) -> None:
    await populate(database)
    linked = a_person(PHONE, linked_to=person_id(SLACK, ADA.user_id))
    await keep(database, linked, an_identity(PHONE), a_session(PHONE))

    person = (await api.get(f"/users/{user_id}")).json()

    assert {one["user_id"] for one in person["identities"]} == {ADA.user_id, PHONE}
    assert {one["user_id"] for one in person["sessions"]} == {ADA.user_id, PHONE}


async def test_an_export_is_everything_held_the_person_first(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)

    answer = await api.get(f"/users/{ADA.user_id}/export")

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert lines[0]["type"] == "user"
    assert lines[0]["user_id"] == ADA.user_id
    assert {line["type"] for line in lines} >= {"user", "identity", "message", "handoff"}
    assert ADA.mark in answer.text
    assert KIM.mark not in answer.text


async def test_nobody_is_404(api: httpx2.AsyncClient) -> None:
    path = "/users/T1:UNOBODY"

    answers = [
        await api.get(path),
        await api.get(f"{path}/export"),
        await api.delete(path),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert {answer.json()["error"] for answer in answers} == {"no such person"}


async def test_who_is_erased_is_gone_and_nobody_else(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)

    answer = await api.delete(f"/users/{ADA.user_id}")

    receipt = answer.json()
    assert answer.status_code == 200
    assert receipt["receipt_id"]
    assert receipt["rows"]["session"] == 1
    assert [one["platform"] for one in receipt["identities"]] == ["slack"]
    assert ADA.user_id not in answer.text
    assert (await api.get(f"/users/{ADA.user_id}")).status_code == 404
    assert (await api.delete(f"/users/{ADA.user_id}")).status_code == 404
    assert (await api.get(f"/users/{KIM.user_id}")).status_code == 200
    assert await value(database, "select count(*) from agent_handoff") == 1
