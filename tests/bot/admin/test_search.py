"""Searching a person's whole transcript over HTTP."""

import httpx2
import pytest

from storage.database import Database
from tests.builders import USER
from tests.storage.pasts import say
from tests.storage.scenes import ADA

SEARCH = f"/users/{USER}/search"


async def test_what_was_said_is_found_best_first(
    api: httpx2.AsyncClient, database: Database
) -> None:
    session = await say(database, "I ordered a blue lamp", "A lamp, I see")

    answer = await api.get(SEARCH, params={"q": "blue lamp"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["next_cursor"] is None
    assert body["items"][0] == {
        "message_id": f"slack-{0:032x}",
        "session_id": session,
        "role": "user",
        "text": "I ordered a blue lamp",
        "score": 1.0,
        "sent_at": "2026-11-20T12:00:00Z",
    }
    assert [one["role"] for one in body["items"]] == ["user", "assistant"]


async def test_as_many_are_given_as_are_wanted(
    api: httpx2.AsyncClient, database: Database
) -> None:
    await say(database, *(f"lamp {n}" for n in range(60)))

    usual = await api.get(SEARCH, params={"q": "lamp"})
    few = await api.get(SEARCH, params={"q": "lamp", "limit": "2"})

    assert len(usual.json()["items"]) == 50
    assert len(few.json()["items"]) == 2


async def test_others_are_not_found(api: httpx2.AsyncClient, database: Database) -> None:
    await say(database, "Her lamp", user_id=ADA)

    answer = await api.get(SEARCH, params={"q": "lamp"})

    assert answer.json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "lamp", "limit": "0"}, "limit"),
        ({"q": "lamp", "limit": "201"}, "limit"),
        ({"q": "lamp", "cursor": "x"}, "cursor"),
    ],
)
async def test_a_bad_question_names_its_field(
    api: httpx2.AsyncClient, asked: dict[str, str], field: str
) -> None:
    answer = await api.get(SEARCH, params=asked)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_nobody_searches_without_the_token(api: httpx2.AsyncClient) -> None:
    answer = await api.get(SEARCH, params={"q": "lamp"}, headers={"authorization": ""})

    assert answer.status_code == 401
