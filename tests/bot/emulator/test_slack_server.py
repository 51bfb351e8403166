"""Slack's Web API as slack_sdk meets it: who may call, what may be said, what is kept."""

import asyncio

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.emulator.servers.faults import Refuse
from bot.emulator.servers.serving import serving
from bot.emulator.servers.slack import SlackApi
from tests.bot.emulator.workspace import (
    CHANNEL,
    DIRECT,
    TOKEN,
    USER,
    a_client,
    refusal,
)
from tests.clock import NOON, ManualClock


async def test_the_token_is_the_bots(web: AsyncWebClient) -> None:
    answer = await web.auth_test()

    assert answer["user_id"] == SlackApi.bot_user
    assert answer["bot_id"] == SlackApi.bot_id
    assert answer["team_id"] == SlackApi.team


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("xoxb-x", "invalid_auth")])
async def test_without_the_right_token_nothing_happens(
    slack: SlackApi, slack_url: str, *, token: str | None, error: str
) -> None:
    web = a_client(slack_url, token=token)

    assert await refusal(web.chat_postMessage(channel=CHANNEL, text="hello")) == error
    assert slack.messages.seen(CHANNEL) == ()


async def test_a_posted_message_is_in_the_channel(slack: SlackApi, web: AsyncWebClient) -> None:
    answer = await web.chat_postMessage(channel=CHANNEL, text="grüezi 👋")

    [message] = slack.messages.seen(CHANNEL)
    assert (message.ts, message.text, message.bot_id) == (answer["ts"], "grüezi 👋", "B0BATON")
    assert answer["message"]["text"] == "grüezi 👋"


async def test_timestamps_rise_though_the_clock_stands_still(web: AsyncWebClient) -> None:
    async with asyncio.TaskGroup() as posts:
        tasks = [
            posts.create_task(web.chat_postMessage(channel=CHANNEL, text=f"{n}"))
            for n in range(20)
        ]

    stamps = {task.result()["ts"] for task in tasks}

    assert len(stamps) == 20
    assert all(ts.startswith(f"{int(NOON.timestamp())}.0000") for ts in stamps)


async def test_posting_to_a_person_reaches_their_direct_chat(web: AsyncWebClient) -> None:
    posted = await web.chat_postMessage(channel=USER, text="hello")
    opened = await web.conversations_open(users=USER)

    assert posted["channel"] == opened["channel"]["id"] == DIRECT


async def test_a_workspace_with_known_channels_refuses_others(clock: ManualClock) -> None:
    slack = SlackApi(token=TOKEN, now=clock.now, channels={CHANNEL})
    async with serving(slack.app) as url:
        web = a_client(url)

        await web.chat_postMessage(channel=CHANNEL, text="hello")
        error = await refusal(web.chat_postMessage(channel="C2OTHER", text="hello"))

    assert error == "channel_not_found"


BLOCK = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
LONG_BLOCK = {"type": "markdown", "text": "x" * 7_000}


def label(text: str) -> dict[str, object]:
    """What stands on a button."""
    return {"type": "plain_text", "text": text}


def actions(*elements: dict[str, object]) -> dict[str, object]:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


MENU: dict[str, object] = {"type": "overflow"}
BUTTON: dict[str, object] = {
    "type": "button",
    "text": label("Go"),
    "action_id": "go",
    "value": "1",
}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"text": " \n"}, "no_text"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"markdown_text": "👋" * 6_001}, "msg_too_long"),
        ({"markdown_text": "x", "text": ""}, "markdown_text_conflict"),
        ({"markdown_text": "x", "blocks": [BLOCK]}, "markdown_text_conflict"),
        ({"blocks": "[not json"}, "invalid_blocks_format"),
        ({"blocks": [{"text": "no type"}]}, "invalid_blocks_format"),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": [{**BLOCK, "text": {"text": "x" * 3_001}}]}, "invalid_blocks"),
        ({"blocks": [LONG_BLOCK, LONG_BLOCK]}, "msg_blocks_too_long"),
        ({"blocks": [{"type": "markdown", "text": "x" * 12_001}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [actions(BUTTON, BUTTON)]}, "invalid_blocks"),
        ({"blocks": [actions(*[MENU] * 26)]}, "invalid_blocks"),
        ({"blocks": [actions({**BUTTON, "text": "Go"})]}, "invalid_blocks"),
        ({"blocks": [actions({**BUTTON, "text": label("")})]}, "invalid_blocks"),
        ({"blocks": [actions({**BUTTON, "text": label("x" * 76)})]}, "invalid_blocks"),
        ({"blocks": [actions({**BUTTON, "action_id": "x" * 256})]}, "invalid_blocks"),
        ({"blocks": [actions({**BUTTON, "value": "x" * 2_001})]}, "invalid_blocks"),
        ({"text": "x", "metadata": {"event_type": "answer"}}, "invalid_metadata_format"),
        ({"text": "x", "thread_ts": "not a ts"}, "invalid_thread_ts"),
        ({"text": "x", "thread_ts": "1900000000.000100"}, "thread_not_found"),
        ({"text": ["x"]}, "invalid_array_arg"),
    ],
)
async def test_a_message_slack_would_refuse_is_refused(
    slack: SlackApi, web: AsyncWebClient, *, arguments: dict[str, object], error: str
) -> None:
    call = web.api_call("chat.postMessage", json={"channel": CHANNEL, **arguments})

    assert await refusal(call) == error
    assert slack.messages.seen(CHANNEL) == ()


@pytest.mark.parametrize(
    "arguments",
    [
        {"markdown_text": "x" * 12_000},
        {"blocks": [BLOCK, {"type": "divider"}]},
        {"blocks": [actions(BUTTON, {**BUTTON, "action_id": "stop"}, MENU)]},
        {"text": "x", "metadata": {"event_type": "answer", "event_payload": {"n": 1}}},
    ],
)
async def test_a_message_within_the_limits_is_taken(
    slack: SlackApi, web: AsyncWebClient, *, arguments: dict[str, object]
) -> None:
    await web.api_call("chat.postMessage", json={"channel": CHANNEL, **arguments})

    assert len(slack.messages.seen(CHANNEL)) == 1


async def test_text_over_the_limit_is_cut(slack: SlackApi, web: AsyncWebClient) -> None:
    await web.chat_postMessage(channel=CHANNEL, text="x" * 50_000)

    [message] = slack.messages.seen(CHANNEL)
    assert len(message.text) == 40_000


async def test_arguments_may_come_as_json_form_or_query(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    metadata = '{"event_type": "answer", "event_payload": {}}'
    said = {"channel": CHANNEL, "text": "a & b = ü", "metadata": metadata}

    await web.api_call("chat.postMessage", json=said)
    await web.api_call("chat.postMessage", data=said)
    await web.api_call("chat.postMessage", params=said)

    kept = [(message.text, message.metadata) for message in slack.messages.seen(CHANNEL)]
    assert kept == [("a & b = ü", {"event_type": "answer", "event_payload": {}})] * 3


@pytest.mark.parametrize(
    ("content_type", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[]", "invalid_json"),
        ("application/json", b'{"text": "\\ud800"}', "invalid_json"),
        ("application/json", b'{"text": "\xff"}', "invalid_json"),
        ("application/json", b"[" * 100_000, "invalid_json"),
        ("application/x-www-form-urlencoded", b"text=\xff", "invalid_form_data"),
        ("text/html", b"<p>", "invalid_post_type"),
        ("", b"text=x", "missing_post_type"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    slack_url: str, *, content_type: str, body: bytes, error: str
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": content_type}

    async with aiohttp.ClientSession() as http:
        answer = await http.post(
            f"{slack_url}/api/chat.postMessage", data=body, headers=headers
        )

        assert await answer.json() == {"ok": False, "error": error}


async def test_an_unknown_method_is_refused(web: AsyncWebClient) -> None:
    assert await refusal(web.api_call("chat.shout")) == "unknown_method"


async def test_a_person_has_a_name(clock: ManualClock) -> None:
    slack = SlackApi(token=TOKEN, now=clock.now, names={USER: "Ana Ríos"})
    async with serving(slack.app) as url:
        web = a_client(url)

        known = await web.users_info(user=USER)
        unknown = await web.users_info(user="U9999")
        error = await refusal(web.users_info(user="nobody"))

    assert known["user"]["profile"]["display_name"] == "Ana Ríos"
    assert unknown["user"]["profile"]["display_name"] == "Person 9999"
    assert error == "user_not_found"


async def test_nobody_is_opened_without_a_name(web: AsyncWebClient) -> None:
    opened = web.api_call("conversations.open")

    assert await refusal(opened) == "users_list_not_supplied"


async def test_calls_are_remembered_with_what_became_of_them(
    slack: SlackApi, web: AsyncWebClient
) -> None:
    slack.next(429, retry_after_s=7, method="chat.postMessage")

    await web.auth_test()
    post = web.chat_postMessage(channel=CHANNEL, text="hello")
    await refusal(post)

    first, second = slack.calls
    assert (first.method, first.fault) == ("auth.test", None)
    assert (second.method, second.fault) == ("chat.postMessage", Refuse(429, retry_after_s=7))
    assert (second.arguments["text"], second.token) == ("hello", TOKEN)


async def test_only_the_newest_calls_and_messages_are_remembered(clock: ManualClock) -> None:
    slack = SlackApi(token=TOKEN, now=clock.now, keep=2)
    async with serving(slack.app) as url:
        web = a_client(url)

        first = await web.chat_postMessage(channel=CHANNEL, text="0")
        for n in (1, 2):
            await web.chat_postMessage(channel=CHANNEL, text=f"{n}")
        reply = await web.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=first["ts"])

    assert [call.arguments["text"] for call in slack.calls] == ["2", "reply"]
    assert [message.text for message in slack.messages.seen(CHANNEL)] == ["2", "reply"]
    assert reply["message"]["thread_ts"] == first["ts"]
