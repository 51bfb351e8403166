from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from storage.access import AdminTokens
from storage.audit import Audit, AuditFilter
from storage.database import Database
from storage.strangers import NOBODY
from tests.bot.admin.dashboard import ORIGIN, Dashboard, csrf_of, sign_in
from tests.bot.admin.tokens import TOKEN
from tests.builders import NOON
from tests.clock import ManualClock
from tests.storage.scenes import run

UNDO = "/admin/traces/trace-1/undo"
COOKIE = "baton_admin"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def dashboard(database: Database, clock: ManualClock) -> Dashboard:
    return Dashboard(database, clock)


@pytest.fixture
async def browser(dashboard: Dashboard) -> AsyncIterator[httpx2.AsyncClient]:
    async with dashboard.browser() as browser:
        yield browser


async def is_in(browser: httpx2.AsyncClient) -> bool:
    """Whether the browser sees a page, and not the way to the form."""
    answer = await browser.get("/admin/")
    assert answer.status_code in {200, 303}
    return answer.status_code == 200


async def undo(browser: httpx2.AsyncClient, csrf: str, **headers: str) -> int:
    answer = await browser.post(UNDO, data={"csrf": csrf, "why": "by mistake"}, headers=headers)
    return answer.status_code


def tampered(browser: httpx2.AsyncClient, cookie: str) -> None:
    browser.cookies.clear()
    browser.headers["cookie"] = f"{COOKIE}={cookie}"


async def test_who_has_the_token_signs_in_and_out_again(browser: httpx2.AsyncClient) -> None:
    entered = await sign_in(browser, TOKEN)
    inside = await is_in(browser)
    left = await browser.post("/admin/sign-out", data={"csrf": await csrf_of(browser)})

    assert (entered.status_code, entered.headers["location"]) == (303, "/admin")
    assert inside
    assert (left.status_code, left.headers["location"]) == (303, "/admin/sign-in")
    assert not await is_in(browser)


async def test_the_cookie_is_kept_from_scripts_and_other_sites_and_holds_no_token(
    browser: httpx2.AsyncClient,
) -> None:
    answer = await sign_in(browser, TOKEN)

    value, *attributes = answer.headers["set-cookie"].split("; ")
    assert {one.lower() for one in attributes} == {
        "httponly",
        "secure",
        "samesite=lax",
        "path=/admin",
        "max-age=43200",
    }
    assert TOKEN not in value


async def test_without_https_the_cookie_is_not_secure_or_it_would_not_come_back(
    dashboard: Dashboard,
) -> None:
    async with dashboard.browser(origin="http://127.0.0.1:8000") as browser:
        answer = await sign_in(browser, TOKEN)

        assert "secure" not in answer.headers["set-cookie"].lower()
        assert await is_in(browser)


@pytest.mark.parametrize("token", ["", "wrong", "bootstrap", "é鍵", "x" * 60_000, "x" * 70_000])
async def test_nobody_comes_in_with_another_token(
    browser: httpx2.AsyncClient, token: str
) -> None:
    answer = await sign_in(browser, token)

    assert answer.status_code == 401
    assert answer.json()["fault"] == "This is not an admin token that works."
    assert "set-cookie" not in answer.headers


async def test_a_viewer_sees_pages_and_changes_nothing(
    database: Database, dashboard: Dashboard, browser: httpx2.AsyncClient
) -> None:
    token_id, secret = await AdminTokens(database).create("viewer", now=NOON)
    await sign_in(browser, secret)

    page = await browser.get("/admin/")
    status = await undo(browser, page.json()["csrf"])

    assert page.json()["who"] == token_id
    assert status == 403
    assert dashboard.done == []


async def test_a_form_of_this_sign_in_does_what_it_says(
    dashboard: Dashboard, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser, TOKEN)

    status = await undo(browser, await csrf_of(browser))

    assert status == 200
    assert dashboard.done == ["by mistake"]


async def test_a_form_of_another_sign_in_does_nothing_though_it_is_the_same_persons(
    dashboard: Dashboard, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser, TOKEN)
    async with dashboard.browser() as other:
        await sign_in(other, TOKEN)
        others = await csrf_of(other)

    statuses = [
        await undo(browser, csrf) for csrf in (others, "", "é", (await csrf_of(browser))[:-1])
    ]

    assert statuses == [403] * 4
    assert dashboard.done == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": ORIGIN},
        {"sec-fetch-site": "none"},
    ],
)
async def test_what_another_site_sends_does_nothing_even_with_the_right_form(
    dashboard: Dashboard, browser: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    await sign_in(browser, TOKEN)
    csrf = await csrf_of(browser)

    assert await undo(browser, csrf, **headers) == 403
    assert dashboard.done == []


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (ORIGIN, 200),
        (None, 200),
        ("https://evil.example", 403),
        ("https://bot.example.evil.example", 403),
        ("null", 403),
        ("https://[", 403),
        ("//bot.example", 403),
        ("", 403),
    ],
)
async def test_a_browser_of_old_is_judged_by_its_origin_and_its_form(
    browser: httpx2.AsyncClient, origin: str | None, status: int
) -> None:
    await sign_in(browser, TOKEN)
    csrf = await csrf_of(browser)
    del browser.headers["sec-fetch-site"]

    headers = {} if origin is None else {"origin": origin}
    assert await undo(browser, csrf, **headers) == status
    assert await undo(browser, "wrong", **headers) == 403


async def test_another_site_can_sign_nobody_in(browser: httpx2.AsyncClient) -> None:
    browser.headers["sec-fetch-site"] = "cross-site"

    answer = await sign_in(browser, TOKEN)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_another_site_can_sign_nobody_out(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser, TOKEN)

    answer = await browser.post("/admin/sign-out", data={"csrf": "guessed"})

    assert answer.status_code == 403
    assert await is_in(browser)


async def test_a_form_of_another_kind_or_too_large_does_nothing(
    dashboard: Dashboard, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser, TOKEN)
    csrf = await csrf_of(browser)

    large = await browser.post(UNDO, data={"csrf": csrf, "why": "x" * 70_000})
    as_json = await browser.post(UNDO, json={"csrf": csrf, "why": "x"})
    many = await browser.post(UNDO, data={"csrf": csrf, **{f"f{n}": "" for n in range(60)}})

    assert [one.status_code for one in (large, as_json, many)] == [403] * 3
    assert dashboard.done == []


@pytest.mark.slow
async def test_a_cookie_that_was_tampered_with_opens_nothing(
    database: Database, browser: httpx2.AsyncClient
) -> None:
    viewer_id, secret = await AdminTokens(database).create("viewer", now=NOON)
    await sign_in(browser, secret)
    cookie = browser.cookies[COOKIE]
    token_id, number, until, seal = cookie.split(".")

    for other in (
        f"bootstrap.{number}.{until}.{seal}",
        f"{token_id}.{number}.{int(until) + 1}.{seal}",
        f"{token_id}.{'A' * 22}.{until}.{seal}",
        f"{token_id}.{number}.{until}.{'0' * 64}",
        f"{token_id}.{number}.0{until}.{seal}",
        f"{token_id}.{number}.{until}",
        f"{cookie}x",
        cookie.upper(),
        "",
        "....",
        "%C3%A9" * 4,
        "x" * 4000,
    ):
        tampered(browser, other)
        assert not await is_in(browser), other
    tampered(browser, cookie)
    assert (await browser.get("/admin/")).json()["who"] == viewer_id


async def test_a_token_revoked_while_somebody_is_signed_in_ends_it_at_once(
    database: Database, dashboard: Dashboard, browser: httpx2.AsyncClient
) -> None:
    token_id, secret = await AdminTokens(database).create("admin", now=NOON)
    await sign_in(browser, secret)
    csrf = await csrf_of(browser)

    await AdminTokens(database).revoke(token_id, now=NOON)

    assert not await is_in(browser)
    assert await undo(browser, csrf) == 303
    assert dashboard.done == []


async def test_a_token_that_expires_ends_what_it_opened(
    database: Database, clock: ManualClock, browser: httpx2.AsyncClient
) -> None:
    until = NOON + timedelta(hours=1)
    _, secret = await AdminTokens(database).create("admin", now=NOON, expires_at=until)
    await sign_in(browser, secret)

    assert await is_in(browser)
    clock.advance(timedelta(hours=1))
    assert not await is_in(browser)


async def test_another_configured_token_ends_what_the_old_one_opened(
    database: Database, clock: ManualClock, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser, TOKEN)
    cookie = browser.cookies[COOKIE]

    for bootstrap in ("another", None):
        changed = Dashboard(database, clock, bootstrap=bootstrap)
        async with changed.browser() as same:
            tampered(same, cookie)
            assert not await is_in(same)


@pytest.mark.parametrize("later", [timedelta(hours=12), -timedelta(minutes=6)])
async def test_somebody_is_signed_in_for_twelve_hours_and_no_clock_makes_it_more(
    clock: ManualClock, browser: httpx2.AsyncClient, later: timedelta
) -> None:
    await sign_in(browser, TOKEN)
    cookie = browser.cookies[COOKIE]

    clock.advance(later)

    tampered(browser, cookie)
    assert not await is_in(browser)


async def test_who_signed_in_at_one_process_is_signed_in_at_all(
    database: Database, clock: ManualClock, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser, TOKEN)
    cookie, csrf = browser.cookies[COOKIE], await csrf_of(browser)

    other = Dashboard(database, clock)
    async with other.browser() as same:
        tampered(same, cookie)
        assert await undo(same, csrf) == 200


async def test_without_a_secret_key_each_process_makes_one_that_nobody_knows(
    database: Database, clock: ManualClock
) -> None:
    one, other = (Dashboard(database, clock, secret_key=None) for _ in range(2))
    async with one.browser() as browser, other.browser() as stranger:
        await sign_in(browser, TOKEN)

        assert await is_in(browser)
        tampered(stranger, browser.cookies[COOKIE])
        assert not await is_in(stranger)


@pytest.mark.slow
async def test_after_too_many_wrong_tokens_the_form_waits_and_others_do_not(
    database: Database, dashboard: Dashboard, browser: httpx2.AsyncClient
) -> None:
    _, secret = await AdminTokens(database).create("admin", now=NOON)

    wrong = [(await sign_in(browser, f"wrong-{number}")).status_code for number in range(11)]
    late = await sign_in(browser, TOKEN)

    assert wrong == [401] * 10 + [429]
    assert (late.status_code, late.headers["retry-after"]) == (429, "300")
    assert "5 min" in late.json()["fault"]
    assert (await sign_in(browser, secret)).status_code == 303
    async with dashboard.browser(address="192.0.2.2") as other:
        assert (await sign_in(other, TOKEN)).status_code == 303


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        ("/admin/traces/trace-1", "/admin/traces/trace-1"),
        ("//evil.example", "/admin"),
        ("https://evil.example/admin", "/admin"),
        ("/admin.evil.example", "/admin"),
        ("/admin\\@evil.example", "/admin"),
        ("/admin/x\r\nset-cookie: a=b", "/admin"),
        ("javascript:alert(1)", "/admin"),
    ],
)
async def test_signing_in_leads_to_the_page_that_was_wanted_and_to_no_other_site(
    browser: httpx2.AsyncClient, asked: str, after: str
) -> None:
    form = await browser.get("/admin/sign-in", params={"next": asked})
    entered = await sign_in(browser, TOKEN, next=asked)

    assert form.json()["after"] == after
    assert entered.headers["location"] == after


async def test_who_is_not_signed_in_is_led_to_the_form_and_back(
    browser: httpx2.AsyncClient,
) -> None:
    answer = await browser.get("/admin/traces/trace-1?q=words")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/admin/sign-in?next=/admin/traces/trace-1"


@pytest.mark.slow
async def test_every_answer_tells_browsers_to_keep_it_to_themselves(
    browser: httpx2.AsyncClient,
) -> None:
    await sign_in(browser, TOKEN)

    for path in ("/admin/", "/admin/sign-in", "/admin/nothing"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert headers["strict-transport-security"] == "max-age=31536000"


async def test_over_http_browsers_are_not_told_to_insist_on_https(dashboard: Dashboard) -> None:
    async with dashboard.browser(origin="http://127.0.0.1:8000") as browser:
        answer = await browser.get("/admin/sign-in")

    assert "strict-transport-security" not in answer.headers


async def test_signing_in_and_out_and_failing_to_is_in_the_audit_log(
    database: Database, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser, "wrong")
    await sign_in(browser, TOKEN)
    csrf = await csrf_of(browser)
    await undo(browser, csrf)
    await undo(browser, "wrong")
    await browser.post("/admin/sign-out", data={"csrf": csrf})

    log = (await Audit(database).page(AuditFilter(), limit=50)).items
    assert sorted((one.who, one.action, one.status or 0, one.via) for one in log) == [
        ("bootstrap", "GET /", 200, "dashboard"),
        ("bootstrap", "POST /sign-in", 303, "dashboard"),
        ("bootstrap", "POST /sign-out", 303, "dashboard"),
        ("bootstrap", "POST /traces/{trace_id}/undo", 200, "dashboard"),
        ("bootstrap", "POST /traces/{trace_id}/undo", 403, "dashboard"),
        (NOBODY, "POST /sign-in", 401, "dashboard"),
    ]


async def test_what_cannot_be_written_down_is_looked_at_and_not_changed(
    database: Database, dashboard: Dashboard, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser, TOKEN)
    csrf = await csrf_of(browser)
    await run(database, "alter table audit_log rename to lost")

    assert await is_in(browser)
    assert await undo(browser, csrf) == 503
    assert dashboard.done == []
