import httpx2
import pytest
import structlog

from storage.database import Database
from tests.bot.admin.app import admin
from tests.bot.admin.tokens import TOKEN, authorized


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
    ],
)
@pytest.mark.parametrize("path", ["/handoffs", "/handoffs?limit=wrong", "/nothing"])
async def test_nobody_comes_in_without_the_token(
    api: httpx2.AsyncClient, path: str, authorization: str
) -> None:
    answer = await api.get(path, headers=authorized(authorization))

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]


async def test_a_missing_header_is_refused_too(api: httpx2.AsyncClient) -> None:
    del api.headers["authorization"]

    answer = await api.get("/handoffs")

    assert answer.status_code == 401


async def test_without_a_configured_token_nobody_comes_in(database: Database) -> None:
    app = admin(database, token=None)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://bot.example"
    ) as api:
        answers = [
            await api.get("/admin/api/v1/handoffs", headers={"authorization": given})
            for given in ("Bearer ", "Bearer None", "")
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert "no admin token is configured" in answers[0].text


async def test_a_refusal_repeats_nothing_of_the_token_and_logs_nothing_of_it(
    api: httpx2.AsyncClient,
) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await api.get(
            "/users/+14155550100/handoffs/latest",
            headers={"authorization": "Bearer almost-the-token"},
        )

    assert "almost" not in answer.text
    assert logged == [
        {"event": "admin.refused", "log_level": "warning", "reason": "not the admin token"}
    ]
