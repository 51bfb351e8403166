"""A Slack workspace for tests: its names, its client, its messages."""

from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_messages import SlackMessage

TOKEN, SECRET = "xoxb-right", "shared"
BOT_URL = "https://bot.example"
USER, OTHER_USER = "U1ANA", "U2BEN"
CHANNEL, DIRECT = "C1GENERAL", "D1ANA"


def a_client(url: str, *, token: str | None = TOKEN) -> AsyncWebClient:
    """The official client, pointed at a served workspace."""
    client = AsyncWebClient(token=token, base_url=f"{url}/api/", timeout=5, retry_handlers=[])
    client.proxy = None  # slack_sdk takes a proxy from the environment, for loopback too
    return client


def a_message(slack: SlackApi, text: str, *, thread_ts: str | None = None) -> SlackMessage:
    """A person's message in the channel."""
    return slack.messages.keep(
        SlackMessage(
            channel=CHANNEL,
            ts=slack.messages.instant(),
            user=USER,
            text=text,
            thread_ts=thread_ts,
        )
    )


async def refusal(call: Awaitable[AsyncSlackResponse]) -> str:
    """The word with which Slack refuses a call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
