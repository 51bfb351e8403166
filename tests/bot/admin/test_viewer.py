"""What a viewer reads of the API, on every route that there is."""

import re
from collections.abc import Iterator, Mapping

import httpx2
import pytest
from sqlalchemy import insert

from storage.access import AdminTokens
from storage.database import Database
from storage.tables.transcript import FactRow
from tests.bot.admin.pages.past import FIRST, a_past
from tests.bot.admin.tokens import TOKEN
from tests.builders import NOON, USER
from tests.storage.rows import PERSON, SESSION, TRACE, keep

pytestmark = pytest.mark.slow

# Each stands wherever people or the bot have a say: a word that could pass for an id, words
# that no code knows, and what would break out of JSON.
MARKS = ["blue-lamp-of-a-person", "Ich wohne in der Straße 鍵", '"},{"text":"']

IDS: Mapping[str, str] = {
    "handoff_id": FIRST,
    "trace_id": TRACE,
    "session_id": SESSION,
    "user_id": USER,
    "letter_id": f"slack-{2:032x}",
}
WORDLESS = {"/usage", "/statistics", "/audit", "/dead-letters", "/openapi.json"}


def asked(pattern: str, mark: str) -> dict[str, str]:
    """What a route cannot be asked without, as it gives the most."""
    by_pattern = {"/users/{user_id}/search": {"q": mark}, "/usage": {"group_by": "user"}}
    return by_pattern.get(pattern, {})


async def plant(database: Database, mark: str) -> None:
    await a_past(database, mark)
    fact = insert(FactRow).values(
        session_id=SESSION,
        trace_id=TRACE,
        kind="identifier",
        digest="d",
        person_id=PERSON,
        turn_id="turn-1",
        source_message_ids=["m-1"],
        origin="user",
        fact={"kind": "identifier", "name": mark, "value": mark, mark: [mark, {mark: mark}]},
        said_at=NOON,
    )
    await keep(database, fact)


async def routes(api: httpx2.AsyncClient) -> list[tuple[str, str, str]]:
    """Method, pattern and path of all routes, as the API itself describes them.

    A parameter that this file does not know is a KeyError: whoever adds one adds it here.
    """
    described = (await api.get("/openapi.json")).json()["paths"]
    return [
        (method.upper(), pattern, re.sub(r"{(\w+)}", lambda name: IDS[name[1]], pattern))
        for pattern, methods in described.items()
        for method in methods
    ]


def written(answer: httpx2.Response) -> str:
    """All that an answer says, its JSON's letters as they are."""
    headers = " ".join(answer.headers.values())
    return f"{headers} {answer.text}"


def as_written(mark: str) -> Iterator[str]:
    """The forms in which a mark may stand in an answer."""
    yield mark
    yield mark.replace('"', '\\"')
    yield mark.encode("unicode_escape").decode("ascii")


def leaks(answer: httpx2.Response, mark: str) -> bool:
    return any(form in written(answer) for form in as_written(mark))


@pytest.fixture
async def viewer(database: Database, api: httpx2.AsyncClient) -> httpx2.AsyncClient:
    _, secret = await AdminTokens(database).create("viewer", now=NOON)
    api.headers["authorization"] = f"Bearer {secret}"
    return api


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("accept", ["application/json", "text/markdown"])
async def test_a_viewer_reads_nobodys_words_by_any_route(
    database: Database, viewer: httpx2.AsyncClient, *, mark: str, accept: str
) -> None:
    await plant(database, mark)

    for method, pattern, path in await routes(viewer):
        if method != "GET":
            continue
        answer = await viewer.get(path, params=asked(pattern, mark), headers={"accept": accept})
        assert answer.status_code == 200, pattern
        assert not leaks(answer, mark), pattern


@pytest.mark.parametrize("mark", MARKS[:2])
async def test_an_admin_reads_them_where_there_are_any(
    database: Database, api: httpx2.AsyncClient, mark: str
) -> None:
    await plant(database, mark)

    reading = {
        pattern
        for method, pattern, path in await routes(api)
        if method == "GET" and leaks(await api.get(path, params=asked(pattern, mark)), mark)
    }

    patterns = {pattern for method, pattern, _ in await routes(api) if method == "GET"}
    assert reading >= {
        "/handoffs",
        "/handoffs/{handoff_id}",
        "/users/{user_id}",
        "/users/{user_id}/export",
        "/users/{user_id}/handoffs/latest",
        "/users/{user_id}/search",
        "/sessions/{session_id}/messages",
        "/traces/{trace_id}",
        "/compactions",
    }
    assert reading.isdisjoint(WORDLESS & patterns)


async def test_a_viewer_changes_nothing_by_any_route(
    database: Database, viewer: httpx2.AsyncClient
) -> None:
    await plant(database, "lamp")

    changing = [one for one in await routes(viewer) if one[0] != "GET"]
    answers = [await viewer.request(method, path) for method, _, path in changing]

    assert len(changing) >= 4
    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.parametrize("token", [None, "wrong", TOKEN[:-1]])
async def test_nobody_reads_or_changes_anything_without_a_right_token(
    database: Database, api: httpx2.AsyncClient, token: str | None
) -> None:
    await plant(database, "blue-lamp")
    known = await routes(api)
    del api.headers["authorization"]
    headers = {} if token is None else {b"authorization": f"Bearer {token}".encode()}

    for method, pattern, path in [*known, ("GET", "/openapi.json", "/openapi.json")]:
        answer = await api.request(method, path, headers=headers)
        assert answer.status_code == 401, pattern
        assert "lamp" not in answer.text
