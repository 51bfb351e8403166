"""The protocol servers, each at an address of its own."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from anthropic import AsyncAnthropic
from slack_sdk.web.async_client import AsyncWebClient
from twilio.rest import Client

from bot.emulator.servers.model import VERSION, ModelApi
from bot.emulator.servers.serving import serving
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.twilio import TwilioApi
from tests.bot.emulator.account import ACCOUNT, AUTH_TOKEN, BOT_NUMBER, a_phone
from tests.bot.emulator.bot import Bot
from tests.bot.emulator.claude import KEY, MODELS
from tests.bot.emulator.workspace import BOT_URL, SECRET, TOKEN, a_client
from tests.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def slack(clock: ManualClock) -> SlackApi:
    return SlackApi(token=TOKEN, now=clock.now)


@pytest.fixture
async def slack_url(slack: SlackApi) -> AsyncIterator[str]:
    async with serving(slack.app) as base_url:
        yield base_url


@pytest.fixture
def web(slack_url: str) -> AsyncWebClient:
    return a_client(slack_url)


@pytest.fixture
def webhooks(slack: SlackApi, clock: ManualClock) -> SlackWebhooks:
    return SlackWebhooks(slack, signing_secret=SECRET, now=clock.now, bot_url=BOT_URL)


@pytest.fixture
def people(slack: SlackApi, webhooks: SlackWebhooks, slack_url: str) -> SlackPeople:
    return SlackPeople(slack, webhooks, api_url=slack_url)


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def bot_url(bot: Bot) -> AsyncIterator[str]:
    async with serving(bot.app) as base_url:
        yield base_url


@pytest.fixture
def model_api(clock: ManualClock) -> ModelApi:
    return ModelApi(api_key=KEY, now=clock.now, catalogue=MODELS)


@pytest.fixture
async def model_url(model_api: ModelApi) -> AsyncIterator[str]:
    async with serving(model_api.app) as base_url:
        yield base_url


@pytest.fixture
async def claude(model_url: str) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(
        api_key=KEY, base_url=model_url, max_retries=0, timeout=5
    ) as client:
        yield client


@pytest.fixture
def twilio(clock: ManualClock, bot_url: str) -> TwilioApi:
    return TwilioApi(
        account_sid=ACCOUNT,
        auth_token=AUTH_TOKEN,
        now=clock.now,
        senders={BOT_NUMBER},
        bot_origin=bot_url,
    )


@pytest.fixture
async def twilio_url(twilio: TwilioApi) -> AsyncIterator[str]:
    async with serving(twilio.app) as base_url:
        yield base_url


@pytest.fixture
async def phone(twilio_url: str) -> AsyncIterator[Client]:
    async with a_phone(twilio_url) as client:
        yield client


@pytest.fixture
async def model_http(model_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": f"Bearer {KEY}", "anthropic-version": VERSION}
    async with httpx2.AsyncClient(base_url=model_url, headers=headers, timeout=5) as client:
        yield client
