"""Slack's Web API when it fails, as slack_sdk meets it."""

import asyncio
import random
from contextlib import suppress

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.emulator.servers.faults import DropAfter, Fault, Refuse
from bot.emulator.servers.slack import SlackApi
from tests.bot.emulator.workspace import CHANNEL, TOKEN, refusal


async def test_a_limited_call_says_when_to_come_back(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    slack.next(429, retry_after_s=3)

    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=CHANNEL, text="hello")

    response = caught.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "3"
    assert slack.messages.seen(CHANNEL) == ()


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (500, None, "internal_error"),
        (200, "is_archived", "is_archived"),
        (502, None, "fatal_error"),
    ],
)
async def test_a_refusal_is_in_slacks_words(
    slack: SlackApi, web: AsyncWebClient, *, status: int, code: str | None, error: str
) -> None:
    slack.next(status, code=code)

    assert await refusal(web.chat_postMessage(channel=CHANNEL, text="hello")) == error


async def test_a_message_accepted_before_the_connection_broke_can_be_found(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    metadata = {"event_type": "answer", "event_payload": {"id": "7"}}
    slack.faults.queue(DropAfter())

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await web.chat_postMessage(channel=CHANNEL, text="hello", metadata=metadata)

    history = await web.conversations_history(channel=CHANNEL, include_all_metadata=True)
    assert [message["metadata"] for message in history["messages"]] == [metadata]


async def test_under_random_faults_a_message_is_kept_if_and_only_if_it_was_accepted(
    slack: SlackApi, slack_url: str
) -> None:
    faults: dict[Fault, float] = {Refuse(429): 0.1, Refuse(500): 0.1, DropAfter(): 0.1}
    slack.faults.at_random(random.Random(7), faults)  # noqa: S311 - it deals faults, not secrets

    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http,
        asyncio.TaskGroup() as posts,
    ):
        for n in range(100):
            posts.create_task(posted(http, slack_url, text=f"{n}"))

    accepted = {
        call.arguments["text"] for call in slack.calls if not isinstance(call.fault, Refuse)
    }
    kept = [message.text for message in slack.messages.seen(CHANNEL)]
    assert len(kept) == len(accepted) < 100
    assert set(kept) == accepted


async def posted(http: aiohttp.ClientSession, url: str, *, text: str) -> None:
    said = {"channel": CHANNEL, "text": text}
    with suppress(aiohttp.ServerDisconnectedError):
        async with http.post(f"{url}/api/chat.postMessage", json=said):
            pass
