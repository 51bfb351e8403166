from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.doctor import Finding, Verdict, checks, configuration
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.serving import serving
from bot.emulator.servers.twilio import TwilioApi
from bot.settings import Settings
from channels.port import ChannelSettings
from channels.registry import KINDS
from channels.slack import SlackChannel, SlackSettings
from channels.slack_web import connected
from context.messages import Provider
from storage.database import Address, Database, address
from tests.channels.slack import SECRET, TOKEN, workspace
from tests.channels.twilio import ACCOUNT, settings_for
from tests.clock import ManualClock
from tests.postgres import new_database

KEY = "sk-ant-fake"
SLACK, TWILIO = Provider("slack"), Provider("twilio")
NOWHERE = address("postgresql://someone:secret-word@127.0.0.1:1/nothing")
SECRETS = (KEY, TOKEN, SECRET, "secret-word", "the-auth-token")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No `.env`, and nothing of ours in the environment."""
    monkeypatch.chdir(tmp_path_factory.mktemp("bare"))
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


async def found(
    subject: str,
    *,
    settings: Settings | None = None,
    channels: Mapping[Provider, ChannelSettings] | None = None,
    addresses: tuple[Address, Address] | None = None,
) -> Sequence[Finding]:
    """Make the one check of this subject."""
    (check,) = (
        one
        for one in checks(
            settings or Settings(),
            channels or {},
            addresses=addresses,
            clock=ManualClock(),
        )
        if one.subject == subject
    )
    findings = await check.look()
    assert not any(secret in repr(findings) for secret in SECRETS)
    return findings


def summed(findings: Sequence[Finding]) -> dict[str, Verdict]:
    return {one.subject: one.verdict for one in findings}


# Configuration.


def test_nothing_set_is_enough_for_dev_and_says_what_a_deployment_needs() -> None:
    read = configuration(KINDS)

    assert summed(read.findings) == {
        "configuration": Verdict.GOOD,
        "deployment": Verdict.NOTE,
        "admin API": Verdict.NOTE,
    }
    assert "DATABASE_URL, SECRET_KEY, ANTHROPIC_API_KEY" in read.findings[1].text
    assert read.channels.keys() == {kind.provider for kind in KINDS}


def test_all_set_needs_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("ADMIN_TOKEN", "long-enough-not-to-be-guessed")
    monkeypatch.setenv("DATABASE_URL", NOWHERE.dsn)

    read = configuration(KINDS)

    assert summed(read.findings) == {"configuration": Verdict.GOOD}


def test_a_token_that_somebody_may_guess_is_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_TOKEN", "swordfish")

    read = configuration(KINDS)

    assert summed(read.findings)["admin API"] is Verdict.NOTE
    assert "swordfish" not in repr(read.findings)
    assert any("ADMIN_TOKEN is short" in one.text for one in read.findings)


def test_every_bad_variable_is_found_channels_included(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "secret-word")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("SLACK_API_URL", "secret-word")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "secret-word")

    read = configuration(KINDS)

    assert summed(read.findings) == dict.fromkeys(
        ("PORT", "LOG_LEVEL", "SLACK_API_URL", "TWILIO_ACCOUNT_SID"), Verdict.BAD
    )
    assert read.settings is None
    assert read.channels == {}
    assert "secret-word" not in repr(read.findings)


# Database.


async def test_a_good_database_is_found_good(database_url: str) -> None:
    where = address(database_url)

    findings = await found("database", addresses=(where, where))

    assert summed(findings) == {
        "database": Verdict.GOOD,
        "schema": Verdict.GOOD,
        "pgvector": Verdict.NOTE,
        "notices": Verdict.GOOD,
    }


async def test_a_database_that_is_not_migrated_is_found_bad(
    database: Database, database_url: str
) -> None:
    async with database.hot() as connection:
        await connection.execute("delete from alembic_version")
    where = address(database_url)

    findings = await found("database", addresses=(where, where))

    (schema,) = (one for one in findings if one.subject == "schema")
    assert schema.verdict is Verdict.BAD
    assert schema.remedy == "run `bot migrate`"


@pytest.mark.slow
async def test_notices_that_do_not_arrive_are_worth_a_hint_at_poolers(
    database_url: str, postgres: str
) -> None:
    # Notices stay in their database, as they stay behind a pooler.
    async with new_database(postgres) as elsewhere:
        findings = await found(
            "database", addresses=(address(database_url), address(elsewhere))
        )

    (notices,) = (one for one in findings if one.subject == "notices")
    assert notices.verdict is Verdict.NOTE
    assert notices.remedy is not None
    assert "DATABASE_DIRECT_URL" in notices.remedy


async def test_a_database_that_nobody_answers_for_is_found_bad() -> None:
    (finding,) = await found("database", addresses=(NOWHERE, NOWHERE))

    assert finding.verdict is Verdict.BAD
    assert "ConnectionRefusedError" in finding.text


@pytest.mark.parametrize("which", [0, 1])
async def test_an_address_that_is_refused_is_named(
    database_url: str, postgres: str, *, which: int
) -> None:
    wrong = postgres.replace("/postgres?", "/nowhere?")
    both = [address(database_url), address(database_url)]
    both[which] = address(wrong)

    (finding,) = await found("database", addresses=(both[0], both[1]))

    assert finding.verdict is Verdict.BAD
    assert finding.remedy == f"mend {('DATABASE_URL', 'DATABASE_DIRECT_URL')[which]}"


async def test_no_database_is_found_bad() -> None:
    (finding,) = await found("database", addresses=None)

    assert finding.verdict is Verdict.BAD


# Model.


def a_key(url: str, **more: str) -> Settings:
    return Settings.model_validate(
        {"anthropic_api_key": KEY, "anthropic_base_url": url, **more}
    )


async def test_without_a_key_the_stand_in_is_named() -> None:
    (finding,) = await found("model")

    assert finding.verdict is Verdict.NOTE
    assert "stand-in" in finding.text


async def test_a_key_that_is_taken_is_found_good() -> None:
    async with serving(ModelApi(api_key=KEY, now=ManualClock().now).app) as url:
        (finding,) = await found("model", settings=a_key(url))

    assert finding.verdict is Verdict.GOOD
    assert "claude-opus-5-5" in finding.text


async def test_a_model_that_the_key_may_not_call_is_named() -> None:
    async with serving(ModelApi(api_key=KEY, now=ManualClock().now).app) as url:
        (finding,) = await found("model", settings=a_key(url, model="claude-nonsense"))

    assert finding.verdict is Verdict.BAD
    assert "claude-nonsense" in finding.text


async def test_a_key_that_is_refused_is_found_bad() -> None:
    async with serving(ModelApi(api_key="another", now=ManualClock().now).app) as url:
        (finding,) = await found("model", settings=a_key(url))

    assert finding.verdict is Verdict.BAD
    assert finding.remedy == "check ANTHROPIC_API_KEY"


async def test_a_model_that_nobody_answers_for_is_found_bad() -> None:
    (finding,) = await found("model", settings=a_key("http://127.0.0.1:1"))

    assert finding.verdict is Verdict.BAD
    assert "ANTHROPIC_BASE_URL" in (finding.remedy or "")


async def test_a_server_without_a_list_of_models_is_tolerated() -> None:
    async with serving(Starlette()) as url:
        (finding,) = await found("model", settings=a_key(url))

    assert finding.verdict is Verdict.NOTE


# Channels.


async def test_a_channel_names_the_variables_it_lacks() -> None:
    lacking = SlackSettings.model_validate({"bot_token": TOKEN})

    (finding,) = await found("slack", channels={SLACK: lacking})

    assert finding.verdict is Verdict.NOTE
    assert "SLACK_SIGNING_SECRET must be set" in finding.text


async def test_credentials_that_slack_takes_are_found_good() -> None:
    async with workspace() as slack:
        variables = SlackSettings.model_validate(
            {"signing_secret": SECRET, "bot_token": TOKEN, "api_url": f"{slack.url}/api/"}
        )

        (finding,) = await found("slack", channels={SLACK: variables})

    assert finding.verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("auth_token", "verdict"),
    [("the-auth-token", Verdict.GOOD), ("another-token", Verdict.BAD)],
)
async def test_credentials_that_twilio_takes_are_found_good_and_others_bad(
    auth_token: str, verdict: Verdict
) -> None:
    twilio = TwilioApi(account_sid=ACCOUNT, auth_token="the-auth-token", now=ManualClock().now)
    async with serving(twilio.app) as url:
        variables = settings_for(url, auth_token=auth_token)

        (finding,) = await found("twilio", channels={TWILIO: variables})

    assert finding.verdict is verdict


class _Shy(SlackChannel):
    """A channel that cannot be asked about its credentials."""

    refusal = None  # type: ignore[assignment]  # how the absence of a method is said


class _ShySettings:
    """What a shy channel needs."""

    def missing(self) -> tuple[str, ...]:
        return ()

    @asynccontextmanager
    async def open(
        self, *, public_url: str | None, now: Callable[[], datetime]
    ) -> AsyncIterator[SlackChannel]:
        del public_url
        url, within = "http://127.0.0.1:1/api/", timedelta(seconds=1)
        async with connected(TOKEN, api_url=url, within=within) as web:
            yield _Shy(web, signing_secrets=(SECRET,), now=now)


async def test_a_channel_that_cannot_be_asked_is_only_configured() -> None:
    (finding,) = await found("slack", channels={SLACK: _ShySettings()})

    assert finding.verdict is Verdict.NOTE
    assert "cannot be tried" in finding.text


# Webhooks.


def alive(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


def elsewhere(_request: Request) -> Response:
    return RedirectResponse("https://elsewhere.example")


def another(_request: Request) -> Response:
    return PlainTextResponse("Welcome to another service!")


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [(alive, Verdict.GOOD), (elsewhere, Verdict.BAD), (another, Verdict.BAD)],
)
async def test_the_public_address_must_lead_to_the_bot(
    answers: Callable[[Request], Response], verdict: Verdict
) -> None:
    async with serving(Starlette(routes=[Route("/healthz", answers)])) as url:
        settings = Settings.model_validate({"public_url": url})
        (finding,) = await found("webhooks", settings=settings)

    assert finding.verdict is verdict


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[127.0.0.1"])
async def test_a_public_address_that_nobody_answers_at_is_found_bad(url: str) -> None:
    settings = Settings.model_validate({"public_url": url})

    (finding,) = await found("webhooks", settings=settings)

    assert finding.verdict is Verdict.BAD
    assert finding.text.startswith("no answer from PUBLIC_URL")


async def test_without_a_public_address_nothing_was_tried() -> None:
    (finding,) = await found("webhooks")

    assert finding.verdict is Verdict.NOTE
