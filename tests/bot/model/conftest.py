"""A model server, one that answers anything at all, and clients of both."""

from collections.abc import AsyncIterator

import pytest
from anthropic import AsyncAnthropic

from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.serving import serving
from bot.model.claude import Claude
from bot.model.connection import connection
from bot.model.windows import DEFAULT_MODEL
from tests.bot.model.canned import CannedApi
from tests.clock import ManualClock

KEY = "sk-ant-fake"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def model_api(clock: ManualClock) -> ModelApi:
    return ModelApi(api_key=KEY, now=clock.now)


@pytest.fixture
async def client(model_api: ModelApi) -> AsyncIterator[AsyncAnthropic]:
    async with serving(model_api.app) as url, connection(api_key=KEY, base_url=url) as client:
        yield client


@pytest.fixture
def claude(client: AsyncAnthropic, clock: ManualClock) -> Claude:
    return Claude(client, name=DEFAULT_MODEL, clock=clock)


@pytest.fixture
def canned() -> CannedApi:
    return CannedApi()


@pytest.fixture
async def canned_client(canned: CannedApi) -> AsyncIterator[AsyncAnthropic]:
    async with serving(canned) as url, connection(api_key=KEY, base_url=url) as client:
        yield client


@pytest.fixture
def parrot(canned_client: AsyncAnthropic, clock: ManualClock) -> Claude:
    """A Claude that hears what is canned."""
    return Claude(canned_client, name=DEFAULT_MODEL, clock=clock)
