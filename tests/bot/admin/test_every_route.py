"""What holds for every route of the admin API, those included that nobody has thought of yet."""

import httpx2
import pytest

from storage.access import AdminTokens
from storage.database import Database
from storage.tables.row import NAMES
from tests.bot.admin.every_route import DOCUMENT, every_route
from tests.bot.admin.populated import ADA, KIM, populate
from tests.bot.admin.tokens import authorized
from tests.builders import NOON
from tests.storage.scenes import rows

pytestmark = pytest.mark.slow

# Who asked is written down whatever they ask.
_OF_THE_GUARD = {"admin_token", "audit_log", "wrong_token"}


async def everything(database: Database) -> dict[str, list[dict[str, object]]]:
    """Read all rows but those that the guard writes."""
    return {
        table: await rows(database, f"select * from {table} t order by t::text")  # noqa: S608 - our own
        for table in sorted(NAMES.tables.keys() - _OF_THE_GUARD)
    }


async def viewer(database: Database) -> str:
    """A token of somebody who may only read."""
    _, secret = await AdminTokens(database).create("viewer", now=NOON)
    return secret


async def test_there_are_all_routes_that_the_interface_promises(
    api: httpx2.AsyncClient,
) -> None:
    found = {f"{route.method} {route.pattern}" for route in await every_route(api)}

    assert found >= {
        "GET /handoffs",
        "GET /handoffs/{handoff_id}",
        "GET /users/{user_id}/handoffs/latest",
        "GET /traces/{trace_id}",
        "POST /handoffs/{handoff_id}/deactivate",
        "POST /traces/{trace_id}/undo",
        "GET /compactions",
        "GET /rotations",
        "GET /users/{user_id}",
        "GET /users/{user_id}/export",
        "DELETE /users/{user_id}",
        "GET /users/{user_id}/search",
        "GET /sessions",
        "GET /sessions/{session_id}",
        "GET /sessions/{session_id}/messages",
        "GET /usage",
        "GET /statistics",
        "GET /dead-letters",
        "POST /dead-letters/{letter_id}/retry",
        "GET /audit",
    }


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer \xff"]
)
async def test_every_route_refuses_without_a_right_token(
    database: Database, api: httpx2.AsyncClient, authorization: str | None
) -> None:
    await populate(database)
    routes = await every_route(api)
    before = await everything(database)
    del api.headers["authorization"]
    if authorization is not None:
        api.headers.update(authorized(authorization))

    answers = [await route.asked(api) for route in routes]
    answers.append(await api.get(DOCUMENT))

    assert {answer.status_code for answer in answers} == {401}
    assert not any(ADA.mark in answer.text for answer in answers)
    assert await everything(database) == before


async def test_no_answer_is_for_a_cache(database: Database, api: httpx2.AsyncClient) -> None:
    await populate(database)
    routes = await every_route(api)

    answers = [await route.asked(api) for route in routes]
    answers += [await api.get("/nothing"), await api.get("/handoffs?x=1")]
    answers.append(await api.get("/handoffs", headers=authorized("Bearer wrong")))

    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


async def test_a_viewer_reads_no_words_by_any_route_and_changes_nothing(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)
    routes = await every_route(api)
    token = await viewer(database)
    by_admin = [(await route.asked(api)).text for route in routes if route.reads]
    before = await everything(database)
    api.headers["authorization"] = f"Bearer {token}"

    for route in routes:
        answer = await route.asked(api)
        assert answer.status_code == (200 if route.reads else 403), route
        assert ADA.mark not in answer.text, route
        as_markdown = await api.request(
            route.method, route.path, headers={"accept": "text/markdown"}
        )
        assert ADA.mark not in as_markdown.text, route

    assert sum(ADA.mark in text for text in by_admin) >= 9
    assert await everything(database) == before


async def test_of_one_person_is_shown_nothing_of_another(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)

    for whose, other in ((ADA, KIM), (KIM, ADA)):
        for route in await every_route(api, whose):
            about_somebody = route.path != route.pattern or "user_id" in route.parameters
            if not (route.reads and about_somebody):
                continue
            named = {"user_id": whose.user_id} if "user_id" in route.parameters else {}
            answer = await route.asked(api, **named)
            assert answer.status_code == 200, route
            for secret in (other.mark, other.user_id, other.person_id, other.trace_id):
                assert secret not in answer.text, route


async def test_a_parameter_that_is_unknown_or_given_twice_is_named(
    database: Database, api: httpx2.AsyncClient
) -> None:
    await populate(database)

    for route in await every_route(api):
        unknown = await route.asked(api, surprise="1")
        assert unknown.status_code == 422, route
        assert unknown.json()["field"] == "surprise"
        for name in route.parameters:
            twice = await api.request(
                route.method, f"{route.path}?{name}=1&{name}=2", params=None
            )
            assert (twice.status_code, twice.json()["field"]) == (422, name), route


async def test_another_method_is_refused_and_told_which_there_are(
    api: httpx2.AsyncClient,
) -> None:
    allowed: dict[str, set[str]] = {}
    for route in await every_route(api):
        allowed.setdefault(route.path, set()).add(route.method)

    for path, methods in allowed.items():
        answer = await api.put(path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == methods
