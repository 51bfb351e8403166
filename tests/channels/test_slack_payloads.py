"""No signed body, however odd, is more than a malformed one."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from slack_sdk.web.async_client import AsyncWebClient

from channels.port import Received, WebhookRequest
from channels.slack import SlackChannel
from channels.slack_payloads import payload
from channels.slack_web import SlackWeb
from context.errors import PayloadError
from tests.channels.slack import ALICE, SECRET, Workspace
from tests.clock import NOON

JSON, FORM = "application/json", "application/x-www-form-urlencoded"

# What Slack's payloads are made of, so that odd ones come near to right ones.
KEYS = st.sampled_from(
    [
        "type",
        "subtype",
        "event",
        "team_id",
        "team",
        "user",
        "channel",
        "channel_type",
        "text",
        "ts",
        "thread_ts",
        "message",
        "previous_message",
        "edited",
        "files",
        "attachments",
        "authorizations",
        "bot_id",
        "app_id",
        "api_app_id",
        "id",
        "actions",
        "action_id",
        "value",
        "container",
        "trigger_id",
        "user_id",
        "is_bot",
        "is_share",
        "challenge",
        "url_private",
        "size",
        "mimetype",
        "deleted_ts",
    ]
)
WORDS = st.sampled_from(
    [
        "event_callback",
        "message",
        "app_mention",
        "message_changed",
        "message_deleted",
        "tombstone",
        "file_share",
        "url_verification",
        "block_actions",
        "T1",
        "U1",
        "C1",
        "D1",
        "im",
        "1.2",
        "1700000000.000100",
        "<@U1>",
        ".help",
        "help",
        "https://files.example/F1",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=30,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=12)
IDS = st.sampled_from(["T1", "U1", "UBOT", "C1", "D1"])
TIMESTAMPS = st.sampled_from(["1.2", "1700000000.000100"])
TEXTS = st.text() | st.sampled_from(["<@UBOT> help", ".stop", "&lt;<!here>", "<https://a|b>"])
FILES = st.fixed_dictionaries(
    {}, optional={"id": IDS, "url_private": st.just("https://files.example/F1")}
)
MESSAGE = {"ts": TIMESTAMPS}
OF_A_MESSAGE = {
    "user": IDS,
    "text": TEXTS,
    "thread_ts": TIMESTAMPS,
    "bot_id": IDS,
    "subtype": st.just("tombstone"),
    "edited": st.fixed_dictionaries({"ts": TIMESTAMPS}),
    "files": st.lists(FILES, max_size=2),
    "attachments": st.lists(st.fixed_dictionaries({"is_share": st.booleans(), "text": TEXTS})),
}
MESSAGES = st.fixed_dictionaries(MESSAGE, optional=OF_A_MESSAGE)
EVENTS = st.fixed_dictionaries(
    {**MESSAGE, "type": st.sampled_from(["message", "app_mention"]), "channel": IDS},
    optional={
        **OF_A_MESSAGE,
        "subtype": st.sampled_from(["message_changed", "message_deleted", "file_share"]),
        "message": MESSAGES,
        "previous_message": MESSAGES,
    },
)
BOT: JsonValue = [{"user_id": "UBOT", "is_bot": True}]
CALLBACKS = st.fixed_dictionaries(
    {"type": st.just("event_callback"), "team_id": IDS, "event": EVENTS},
    optional={"authorizations": st.just(BOT), "api_app_id": IDS},
)
ACTIONS = st.fixed_dictionaries(
    {
        "type": st.just("block_actions"),
        "user": st.fixed_dictionaries({"id": IDS}),
        "trigger_id": IDS,
        "actions": st.lists(
            st.fixed_dictionaries({"action_id": WORDS}, optional={"value": TEXTS | WORDS})
        ),
    },
    optional={
        "team": st.fixed_dictionaries({"id": IDS}),
        "channel": st.fixed_dictionaries({"id": IDS}),
        "message": MESSAGES,
        "container": st.fixed_dictionaries({"thread_ts": TIMESTAMPS}),
    },
)


@st.composite
def spoilt(draw: st.DrawFn, payloads: st.SearchStrategy[Mapping[str, object]]) -> object:
    """A payload of Slack's form, most often with something wrong at some depth of it."""
    whole = dict(draw(payloads))
    part = whole
    while isinstance(inner := part.get("event") or part.get("message"), dict) and draw(
        st.booleans()
    ):
        part = inner
    part.update(draw(st.dictionaries(KEYS, VALUES, max_size=1)))
    return whole


def a_request(body: bytes, content_type: str = JSON) -> WebhookRequest:
    return WebhookRequest(
        method="POST",
        path="/webhooks/slack/events",
        url="https://bot.example/webhooks/slack/events",
        headers={"content-type": content_type},
        body=body,
    )


async def understand(request: WebhookRequest) -> None:
    """Give a rightly signed request to a channel; all but `PayloadError` escapes."""
    with suppress(PayloadError):
        await a_channel().receive(signed(request))


def a_channel() -> SlackChannel:
    """A channel that cannot reach Slack."""
    client = AsyncWebClient(token="xoxb-1", base_url="http://127.0.0.1:9", retry_handlers=[])
    client.proxy = None
    return SlackChannel(SlackWeb(client), signing_secrets=(SECRET,), now=lambda: NOON)


def signed(request: WebhookRequest) -> WebhookRequest:
    timestamp = str(int(NOON.timestamp()))
    to_sign = b"v0:" + timestamp.encode() + b":" + request.body
    signature = "v0=" + hmac.new(SECRET.encode(), to_sign, hashlib.sha256).hexdigest()
    headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature}
    return replace(request, headers={**request.headers, **headers})


@given(OBJECTS | spoilt(CALLBACKS))
async def test_any_json_is_understood_or_malformed(body: object) -> None:
    await understand(a_request(json.dumps(body).encode()))


@given(st.binary(), st.sampled_from([JSON, FORM, "", "text/plain"]))
async def test_any_bytes_are_understood_or_malformed(body: bytes, content_type: str) -> None:
    await understand(a_request(body, content_type))


@given(OBJECTS | spoilt(ACTIONS))
async def test_any_interaction_is_understood_or_malformed(body: object) -> None:
    form = urlencode({"payload": json.dumps(body)})

    await understand(a_request(form.encode(), FORM))


@given(st.dictionaries(KEYS | st.just("command"), st.binary() | WORDS, max_size=12))
async def test_any_form_is_understood_or_malformed(fields: dict[str, bytes | str]) -> None:
    await understand(a_request(urlencode(fields).encode(), FORM))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"type": 5}',
        b'{"event": {}}',
        b'{"type": "event_callback", "event": 5}',
        b'{"type": "event_callback", "event": {"type": []}}',
        b'{"type": "x", "y": "\\ud800"}',
        b'{"type": "x", "y": "\xff"}',
        b'{"type": "x"} {',
        b'{"type": "x", "y": ' + b'{"y": ' * 5000 + b"1" + b"}" * 5001,
        b'{"type": "url_verification"}',
        b'{"type": "event_callback", "event": {"type": "message", "ts": "1.2", "channel": "C"}}',
    ],
)
def test_a_body_not_of_slacks_form_is_malformed(body: bytes) -> None:
    with pytest.raises(PayloadError):
        payload(a_request(body))


@pytest.mark.parametrize(
    "ts", ["", "soon", "1", "-1.0", "1e3.0", "999999999999.0", "1.", "\u0661.\u0662", "1.2\n"]
)
def test_a_timestamp_not_of_slacks_form_is_malformed(ts: str) -> None:
    event = {"type": "message", "channel": "D1", "user": "U1", "text": "a", "ts": ts}

    with pytest.raises(PayloadError):
        payload(
            a_request(
                json.dumps({"type": "event_callback", "team_id": "T1", "event": event}).encode()
            )
        )


@pytest.mark.parametrize(
    "body", [b"a=b", b"command=baton", b"text=%FF", b"&".join([b"a="] * 101)]
)
def test_a_form_not_of_slacks_form_is_malformed(body: bytes) -> None:
    with pytest.raises(PayloadError):
        payload(a_request(body, FORM))


async def test_a_text_that_says_payload_is_no_payload(slack: Workspace) -> None:
    received = await slack.receive(slack.people.command(ALICE, "project the payload"))

    assert len(received.messages) == 1


@pytest.mark.parametrize(
    "body", [{"type": "app_rate_limited"}, {"type": "event_callback", "event": {"type": "new"}}]
)
async def test_an_unknown_event_is_ignored(
    slack: Workspace, body: dict[str, JsonValue]
) -> None:
    assert await slack.receive(slack.webhooks.posted(body)) == Received()
