from datetime import timedelta

import httpx2
import pytest
import structlog

from bot.admin.access import Caller, Doorkeeper, Refusal, Role
from bot.admin.keys import Keys
from storage.access import AdminTokens
from storage.database import Database
from storage.wrong_tokens import WINDOW
from tests.bot.admin.app import admin
from tests.bot.admin.tokens import TOKEN, authorized
from tests.builders import NOON
from tests.clock import ManualClock
from tests.storage.deeds import log_of
from tests.storage.rows import a_handoff_row, a_met_person, keep
from tests.storage.scenes import run, value

HERE, ELSEWHERE = "0123456789abcdef", "fedcba9876543210"
WRITES = ["/handoffs/handoff-1/deactivate", "/traces/0123456789abcdef0123456789abcdef/undo"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def doorkeeper(database: Database, clock: ManualClock) -> Doorkeeper:
    return Doorkeeper(database, bootstrap=TOKEN, keys=Keys("key"), clock=clock)


async def guess(doorkeeper: Doorkeeper, times: int, *, origin: str = HERE) -> list[int]:
    """Bring as many different wrong tokens to the API; give the statuses of the refusals."""
    found = [
        await doorkeeper.judge(f"wrong-{number}", door="api", from_digest=origin)
        for number in range(times)
    ]
    return [one.status for one in found if isinstance(one, Refusal)]


async def status_of(doorkeeper: Doorkeeper, token: str, *, origin: str = HERE) -> int:
    found = await doorkeeper.judge(token, door="api", from_digest=origin)
    return 200 if isinstance(found, Caller) else found.status


async def test_the_token_opens_the_api_whatever_the_case_of_its_scheme(
    api: httpx2.AsyncClient,
) -> None:
    answers = [
        await api.get("/handoffs", headers=authorized(f"{scheme} {TOKEN}"))
        for scheme in ("Bearer", "bearer", "BEARER")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer \xff\xfe",
        f"Bearer {'x' * 60_000}",
        "Bearer bootstrap",
    ],
)
@pytest.mark.parametrize("path", ["/handoffs", "/handoffs?limit=wrong", "/nothing"])
async def test_nobody_comes_in_without_the_token(
    api: httpx2.AsyncClient, path: str, authorization: str
) -> None:
    answer = await api.get(path, headers=authorized(authorization))

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error"]


async def test_a_missing_header_is_refused_too(api: httpx2.AsyncClient) -> None:
    del api.headers["authorization"]

    answer = await api.get("/handoffs")

    assert answer.status_code == 401


async def test_a_token_in_any_script_opens(database: Database) -> None:
    app = admin(database, token="Schlüssel-鍵")
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://bot.example"
    ) as api:
        answer = await api.get(
            "/admin/api/v1/handoffs",
            headers=authorized("Bearer Schlüssel-鍵"),
        )

    assert answer.status_code == 200


async def test_without_a_configured_token_only_stored_ones_open(database: Database) -> None:
    _, secret = await AdminTokens(database).create("viewer", now=NOON)
    app = admin(database, token=None)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://bot.example"
    ) as api:
        answers = [
            await api.get("/admin/api/v1/handoffs", headers={"authorization": given})
            for given in ("Bearer ", "Bearer None", "", f"Bearer {secret}")
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 200]


async def test_a_refusal_repeats_nothing_of_the_token_and_logs_nothing_of_it(
    database: Database, api: httpx2.AsyncClient
) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await api.get(
            "/users/+14155550100/handoffs/latest",
            headers={"authorization": "Bearer almost-the-token"},
        )

    stored = await value(database, "select string_agg(w::text, '') from wrong_token w")
    assert "almost" not in answer.text
    assert "almost" not in str(stored)
    assert logged == [
        {
            "event": "admin.refused",
            "log_level": "warning",
            "reason": "not an admin token that works",
        }
    ]


@pytest.mark.parametrize("path", WRITES)
async def test_a_viewer_reads_and_changes_nothing(
    database: Database, api: httpx2.AsyncClient, path: str
) -> None:
    await keep(database, *a_met_person(), a_handoff_row(1))
    _, secret = await AdminTokens(database).create("viewer", now=NOON)
    api.headers["authorization"] = f"Bearer {secret}"

    read = await api.get("/handoffs")
    changed = await api.post(path)

    assert (read.status_code, changed.status_code) == (200, 403)
    assert "viewer" in changed.json()["error"]
    assert await value(database, "select bool_and(active) from agent_handoff") is True


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "PROPFIND"])
async def test_a_viewer_may_not_even_try_another_method(
    database: Database, api: httpx2.AsyncClient, method: str
) -> None:
    _, secret = await AdminTokens(database).create("viewer", now=NOON)
    api.headers["authorization"] = f"Bearer {secret}"

    answer = await api.request(method, "/handoffs")

    assert answer.status_code == 403


@pytest.mark.slow
async def test_the_same_wrong_token_again_and_again_is_one_guess(
    doorkeeper: Doorkeeper,
) -> None:
    statuses = [await status_of(doorkeeper, "revoked-long-ago") for _ in range(100)]

    assert set(statuses) == {401}
    assert await status_of(doorkeeper, TOKEN) == 200


async def test_after_too_many_tries_wrong_tokens_get_429(
    database: Database, doorkeeper: Doorkeeper
) -> None:
    await run(database, _TRIED.format(origin="'" + HERE + "'", guesses=1, tries=2_000))

    assert await status_of(doorkeeper, "wrong") == 429
    assert await status_of(doorkeeper, TOKEN) == 200


@pytest.mark.slow
async def test_after_too_many_guesses_the_configured_token_must_wait_too_but_not_elsewhere(
    database: Database, doorkeeper: Doorkeeper
) -> None:
    _, secret = await AdminTokens(database).create("viewer", now=NOON)
    await run(database, _TRIED.format(origin="'" + HERE + "'", guesses=298, tries=1))

    statuses = await guess(doorkeeper, 4)

    assert statuses == [401] * 2 + [429] * 2
    assert await status_of(doorkeeper, TOKEN) == 429
    assert await status_of(doorkeeper, TOKEN, origin=ELSEWHERE) == 200
    assert await status_of(doorkeeper, secret) == 200


async def test_who_waits_long_enough_may_try_again(
    database: Database, doorkeeper: Doorkeeper, clock: ManualClock
) -> None:
    await run(database, _TRIED.format(origin="'" + HERE + "'", guesses=300, tries=1))
    clock.advance(timedelta(minutes=2))

    refusal = await doorkeeper.judge(TOKEN, door="api", from_digest=HERE)

    assert isinstance(refusal, Refusal)
    assert refusal.retry_after == timedelta(minutes=3)
    clock.advance(refusal.retry_after + timedelta(seconds=1))
    assert await status_of(doorkeeper, TOKEN) == 200


async def test_a_clock_that_was_put_back_locks_nobody_out_for_long(
    database: Database, doorkeeper: Doorkeeper, clock: ManualClock
) -> None:
    await run(database, _TRIED.format(origin="'" + HERE + "'", guesses=300, tries=1))

    clock.advance(-timedelta(seconds=1))
    refusal = await doorkeeper.judge(TOKEN, door="api", from_digest=HERE)
    clock.advance(-timedelta(hours=1))

    assert isinstance(refusal, Refusal)
    assert refusal.retry_after == WINDOW
    assert await status_of(doorkeeper, TOKEN) == 200


async def test_many_addresses_lock_out_none_that_is_known(
    database: Database, doorkeeper: Doorkeeper, api: httpx2.AsyncClient
) -> None:
    await api.get("/handoffs")
    (entry,) = await log_of(database)
    assert entry.from_digest is not None

    await run(database, _TRIED.format(origin="'other-' || n", guesses=3_000, tries=1))

    assert await status_of(doorkeeper, TOKEN) == 429
    assert await status_of(doorkeeper, TOKEN, origin=entry.from_digest) == 200


async def test_two_processes_count_together(database: Database, clock: ManualClock) -> None:
    one, other = (
        Doorkeeper(database, bootstrap=TOKEN, keys=Keys("key"), clock=clock) for _ in range(2)
    )
    await run(database, _TRIED.format(origin="'" + HERE + "'", guesses=299, tries=1))

    statuses = [await status_of(each, f"wrong-{each is one}") for each in (one, other)]

    assert statuses == [401, 429]


@pytest.mark.slow
async def test_no_more_rows_are_kept_than_count(
    database: Database, doorkeeper: Doorkeeper
) -> None:
    await run(database, _TRIED.format(origin="'" + HERE + "'", guesses=300, tries=1))

    await guess(doorkeeper, 20)

    assert await value(database, "select count(*) from wrong_token") == 300


async def test_a_token_stops_working_when_it_expires_or_is_revoked(
    database: Database, doorkeeper: Doorkeeper, clock: ManualClock
) -> None:
    tokens = AdminTokens(database)
    expiring, first = await tokens.create(
        "admin", now=NOON, expires_at=NOON + timedelta(days=1)
    )
    revoked, second = await tokens.create("viewer", now=NOON)
    assert await doorkeeper.caller(expiring) == Caller(expiring, Role.ADMIN)
    assert await doorkeeper.caller(revoked) == Caller(revoked, Role.VIEWER)

    clock.advance(timedelta(days=1))
    await tokens.revoke(revoked, now=clock.now())

    assert [await status_of(doorkeeper, secret) for secret in (first, second)] == [401, 401]
    assert [await doorkeeper.caller(one) for one in (expiring, revoked)] == [None, None]


_TRIED = """
insert into wrong_token (door, from_digest, guess, tries, first_at)
select 'api', {origin}, 'g' || n, {tries}, '2026-11-20 12:00+00'
from generate_series(1, {guesses}) n
"""
