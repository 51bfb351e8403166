"""The web process: its configuration, what it opens, and its whole life."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.app import begin, channel_settings, opened, process_settings, run_web
from bot.settings import Settings
from context.errors import ConfigError, StoreUnavailable
from context.messages import Provider
from storage.database import Address, address
from tests.bot.model.waiting import until
from tests.bot.processes import free_port, lived, until_ready
from tests.storage.wire import wired

SLACK, TWILIO = Provider("slack"), Provider("twilio")


pytestmark = pytest.mark.usefixtures("unconfigured")


def deployed(database_url: str, *, port: int = 0) -> Settings:
    return Settings(
        database_url=SecretStr(database_url),
        secret_key=SecretStr("key"),
        anthropic_api_key=SecretStr("sk-ant-key"),
        host="127.0.0.1",
        port=port,
        db_pool_size=4,
    )


def test_a_bad_variable_of_a_channel_is_named_along_with_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "none")
    monkeypatch.setenv("SLACK_API_URL", "none")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "none")

    with pytest.raises(ConfigError) as caught:
        process_settings()

    assert list(caught.value.faults) == ["PORT", "SLACK_API_URL", "TWILIO_ACCOUNT_SID"]


def test_the_bad_variables_of_all_channels_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_API_URL", "none")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "none")

    with pytest.raises(ConfigError) as caught:
        channel_settings()

    assert list(caught.value.faults) == ["SLACK_API_URL", "TWILIO_ACCOUNT_SID"]


def test_what_is_made_up_for_a_channel_stands_beside_what_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "secret")

    read = channel_settings({SLACK: {"bot_token": "xoxb-made-up"}})

    assert read[SLACK].missing() == ()
    assert read[TWILIO].missing() != ()


def test_a_deployment_names_all_that_it_misses() -> None:
    with pytest.raises(ConfigError) as caught:
        run_web(Settings())

    assert caught.value.faults == dict.fromkeys(
        ("DATABASE_URL", "SECRET_KEY", "ANTHROPIC_API_KEY"), "must be set"
    )


def test_variables_that_nothing_reads_yet_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("BUDGET_MODE", "hard")
    monkeypatch.setenv("PRESET", "")
    (tmp_path / ".env").write_text("VOYAGE_API_KEY=key\n")

    begin(Settings(log_format="json"))

    assert '"names": ["BUDGET_MODE", "VOYAGE_API_KEY"]' in capsys.readouterr().err


def test_nothing_is_said_where_everything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    begin(Settings())

    assert capsys.readouterr().err == ""


async def test_what_is_not_configured_is_left_out_and_said(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "secret")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-token")

    with capture_logs() as logs:
        async with opened(
            deployed(database_url),
            address(database_url),
            channel_settings(),
            callbacks_url=None,
        ) as process:
            channels = list(process.channels)

    assert channels == [SLACK]
    (said,) = [entry for entry in logs if entry["event"] == "channel.not_configured"]
    assert said["provider"] == TWILIO
    assert "TWILIO_AUTH_TOKEN" in said["missing"]


@pytest.mark.slow
async def test_a_database_that_is_only_just_starting_is_waited_for(database_url: str) -> None:
    async with wired(database_url) as wire, asyncio.TaskGroup() as group:
        await wire.cut()
        with capture_logs() as logs:
            opening = group.create_task(_open(deployed(database_url), wire.address))
            await until(lambda: any(one["event"] == "database.awaited" for one in logs))
            await wire.mend()

    assert opening.result() == 42


@pytest.mark.slow
async def test_a_database_that_stays_away_ends_the_start(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app._AWAIT_DATABASE", timedelta(0))
    async with wired(database_url) as wire:
        await wire.cut()

        with pytest.raises(StoreUnavailable):
            await _open(deployed(database_url), wire.address)


@pytest.mark.slow
@pytest.mark.usefixtures("anyio_backend")
def test_the_web_process_serves_until_it_is_told_to_stop(database_url: str) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    answers: list[int] = []

    def ask() -> None:
        until_ready(url)
        with httpx2.Client(trust_env=False, base_url=url) as client:
            answers.extend(
                client.get(path).status_code
                for path in ("/healthz", "/metrics", "/emulator", "/admin/api/v1/handoffs")
            )

    lived(lambda: run_web(deployed(database_url, port=port)), ask)

    assert answers == [200, 200, 404, 401]


async def _open(settings: Settings, where: Address) -> object:
    """Open the process, and ask its database something."""
    async with (
        opened(settings, where, {}, callbacks_url=None) as process,
        process.database.hot() as connection,
    ):
        return await connection.fetchval("select 41 + 1")
