"""The worker process: the models it asks, and its whole life."""

import asyncio

import pytest
from pydantic import SecretStr

from bot.app import opened
from bot.background import opened_model, run_worker
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.serving import serving
from bot.settings import Settings
from context.errors import ConfigError
from storage.database import address, open_database
from storage.mailbox import Mailbox
from tests.bot.processes import lived
from tests.builders import NOON, an_inbound
from tests.clock import ManualClock
from tests.storage.scenes import eventually, value

KEY = "sk-ant-background"

pytestmark = pytest.mark.usefixtures("unconfigured")


def deployed(database_url: str, *, model_url: str | None = None) -> Settings:
    return Settings(
        database_url=SecretStr(database_url),
        secret_key=SecretStr("key"),
        anthropic_api_key=SecretStr(KEY),
        anthropic_base_url=model_url,
        model="claude-sonnet-5-5",
        model_fallbacks=("claude-haiku-4-5",),
        db_pool_size=4,
    )


async def test_the_models_are_those_of_the_settings(database_url: str) -> None:
    api = ModelApi(api_key=KEY, now=ManualClock().now)
    async with serving(api.app) as url:
        settings = deployed(database_url, model_url=url)
        async with (
            opened(settings, address(database_url), {}, callbacks_url=None) as process,
            opened_model(process) as model,
        ):
            window = await model.window()

    assert window.limit_tokens == 200_000  # the fallback's, the smaller one


def test_a_worker_names_all_that_it_misses() -> None:
    with pytest.raises(ConfigError) as caught:
        run_worker(Settings())

    assert caught.value.faults.keys() == {"DATABASE_URL", "SECRET_KEY", "ANTHROPIC_API_KEY"}


@pytest.mark.slow
@pytest.mark.usefixtures("anyio_backend")
def test_the_worker_works_until_it_is_told_to_stop(database_url: str) -> None:
    settled = "select exists (select from inbox where state = 'failed')"

    async def write_and_wait() -> None:
        async with open_database(address(database_url), connections=2) as database:
            await Mailbox(database).put([an_inbound()], now=NOON)
            await eventually(lambda: value(database, settled), seconds=20)

    lived(lambda: run_worker(deployed(database_url)), lambda: asyncio.run(write_and_wait()))

    assert asyncio.run(_reason(database_url)) == "channel_not_configured"


async def _reason(database_url: str) -> object:
    async with open_database(address(database_url), connections=2) as database:
        return await value(database, "select reason from inbox")
