"""Whatever stands in a parameter: nothing breaks, nothing is executed, nothing leaks."""

import json

import httpx2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.admin.query import AuditQuestion, HandoffsQuestion, SessionsQuestion, UsageAsked
from storage.cursor import Cursor
from storage.database import Database
from tests.bot.admin.every_route import every_route
from tests.bot.admin.populated import ADA, KIM, populate
from tests.bot.admin.test_every_route import everything
from tests.builders import NOON

pytestmark = pytest.mark.slow

_TRICKS = (
    "'; drop table agent_handoff; --",
    "' or '1'='1",
    "%' or true --",
    "1); select pg_sleep(9); --",
    '" union select secret from admin_token --',
    "\\'; truncate inbox; --",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}${7*7}<%= 7*7 %>",
    "%s%n%(name)s{0.__class__}",
    "../../etc/passwd",
    "..%2f..%2f",
    "\x00",
    "a\x00b",
    "\r\nset-cookie: a=b",
    "\u202e\u0000\ufffe\uffff",
    "9" * 5_000,
    "-1",
    "1e999",
    "NaN",
    "0x7f",
    "١٢٣",
    "9" * 19,
    "infinity",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "((((((",
    '"',
    "!&|",
    "a" * 1_000,
    "null",
    "[]",
    "*",
)
# As bytes, so that what is no UTF-8 at all gets in as well, lone surrogates included.
_ANYTHING = st.one_of(
    st.sampled_from(_TRICKS).map(lambda text: text.encode()),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
    st.builds(
        Cursor,
        created_at=st.just(NOON),
        item_id=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    ).map(lambda cursor: str(cursor).encode()),
)
_PARAMETERS = sorted(
    {
        *HandoffsQuestion.model_fields,
        *SessionsQuestion.model_fields,
        *UsageAsked.model_fields,
        *AuditQuestion.model_fields,
    }
)
# What only somebody who looks inside would see.
_INSIDE = (
    "Traceback",
    "asyncpg",
    "sqlalchemy",
    "postgres",
    "SELECT ",
    "syntax error",
    "site-packages",
)


def percent(value: bytes) -> str:
    return "".join(f"%{byte:02X}" for byte in value)


def harmless(answer: httpx2.Response) -> None:
    """Hold an answer to what every answer must be."""
    assert answer.status_code in {200, 404, 405, 409, 422}, answer.text
    assert not any(word in answer.text for word in _INSIDE)
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in {"application/json", "application/x-ndjson"}
    if kind == "application/json":
        body = json.loads(answer.text)
        if answer.status_code == 422:
            assert body["field"]
    assert "set-cookie" not in answer.headers


@settings(
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.sampled_from(_PARAMETERS), value=_ANYTHING)
@example(name="q", value=b"\xed\xa0\x80")
@example(name="cursor", value=str(Cursor(created_at=NOON, item_id="o9" + "9" * 17)).encode())
async def test_no_parameter_breaks_a_list(
    api: httpx2.AsyncClient, *, name: str, value: bytes
) -> None:
    for route in await every_route(api):
        if name in route.parameters and route.reads:
            others = "&".join(
                f"{key}={given}" for key, given in route.required.items() if key != name
            )
            answer = await api.get(
                f"{route.path}?{others}&{name}={percent(value)}".replace("?&", "?")
            )
            harmless(answer)


@settings(
    max_examples=40,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(value=_ANYTHING)
@example(value=b"%2F")
@example(value=b"\xff\xfe")
async def test_no_id_breaks_a_route_nor_changes_anything(
    database: Database, api: httpx2.AsyncClient, *, value: bytes
) -> None:
    if not (await api.get(f"/sessions/{ADA.session_id}")).is_success:
        await populate(database)
    before = await everything(database)

    for route in await every_route(api):
        if route.pattern != route.path:
            head, _, tail = route.pattern.partition("{")
            path = f"{head}{percent(value)}{tail.partition('}')[2]}"
            answer = await api.request(route.method, path, params=dict(route.required))
            harmless(answer)
            assert ADA.mark not in answer.text
            assert KIM.mark not in answer.text

    assert await everything(database) == before


@pytest.mark.parametrize("trick", _TRICKS)
async def test_what_a_person_says_comes_back_as_they_said_it_and_as_json(
    database: Database, api: httpx2.AsyncClient, trick: str
) -> None:
    said = trick.replace("\x00", "")
    await populate(database)
    async with database.hot() as connection:
        await connection.execute("update agent_handoff set summary = $1", said)
        await connection.execute("update outbox set body = $1", said)
        await connection.execute("update identity set speaker = $1", said)

    handoffs = await api.get("/handoffs")
    messages = await api.get(f"/sessions/{ADA.session_id}/messages")
    person = await api.get(f"/users/{ADA.user_id}")

    assert {one["summary"] for one in handoffs.json()["items"]} == {said}
    assert said in {one["text"] for one in messages.json()["items"]}
    assert person.json()["identities"][0]["speaker"] == said
    for answer in (handoffs, messages, person):
        assert answer.headers["content-type"] == "application/json"
