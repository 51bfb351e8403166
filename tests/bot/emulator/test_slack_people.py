"""What people do in Slack, as the bot hears of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import JsonValue
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.webhooks import Webhook
from tests.bot.emulator.bot import Bot
from tests.bot.emulator.workspace import BOT_URL, CHANNEL, DIRECT, OTHER_USER, SECRET, USER
from tests.clock import ManualClock


class SlackClock(Clock):
    """slack_sdk's clock, turned by hand."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    @override
    def now(self) -> float:
        return self._clock.now().timestamp()


@pytest.fixture
def verifier(clock: ManualClock) -> SignatureVerifier:
    return SignatureVerifier(SECRET, clock=SlackClock(clock))


def event(webhook: Webhook) -> dict[str, JsonValue]:
    """What an event webhook tells."""
    told: dict[str, JsonValue] = json.loads(webhook.body)["event"]
    return told


async def test_every_webhook_carries_slacks_signature(
    people: SlackPeople, webhooks: SlackWebhooks, verifier: SignatureVerifier
) -> None:
    said = people.say(USER, "grüezi 👋")
    made = [
        said.webhook,
        people.command(USER, "help"),
        people.press(USER, "yes", on=said.message),
        webhooks.challenge("abc"),
        webhooks.again(said.webhook, attempt=1),
    ]

    assert all(verifier.is_valid_request(one.body, one.headers) for one in made)
    spoilt = replace(said.webhook, body=said.webhook.body + b" ")
    assert not verifier.is_valid_request(spoilt.body, spoilt.headers)


async def test_a_signature_grows_stale(
    webhooks: SlackWebhooks, verifier: SignatureVerifier, clock: ManualClock
) -> None:
    webhook = webhooks.challenge("abc")

    clock.advance(timedelta(seconds=301))

    assert not verifier.is_valid_request(webhook.body, webhook.headers)
    again = webhooks.again(webhook, attempt=2, reason="connection_failed")
    assert verifier.is_valid_request(again.body, again.headers)


async def test_a_redelivery_is_the_same_event(
    people: SlackPeople, webhooks: SlackWebhooks
) -> None:
    webhook = people.say(USER, "hello").webhook

    again = webhooks.again(webhook, attempt=2, reason="http_error")

    assert (again.url, again.body) == (webhook.url, webhook.body)
    assert again.headers["X-Slack-Retry-Num"] == "2"
    assert again.headers["X-Slack-Retry-Reason"] == "http_error"


async def test_a_direct_message_is_one_event(slack: SlackApi, people: SlackPeople) -> None:
    said = people.say(USER, "a < b & <@U2BEN>, see <https://x.example|x>")

    [webhook] = said.webhooks
    told = event(webhook)
    assert webhook.url == f"{BOT_URL}/webhooks/slack/events"
    assert (told["type"], told["channel"], told["channel_type"]) == ("message", DIRECT, "im")
    assert told["text"] == "a &lt; b &amp; <@U2BEN>, see <https://x.example|x>"
    assert slack.messages.seen(DIRECT) == (said.message,)


async def test_a_mention_is_two_events_of_one_message(people: SlackPeople) -> None:
    parent = people.say(OTHER_USER, "morning", channel=CHANNEL).message

    said = people.say(USER, "<@U0BATONBOT> hi", channel=CHANNEL, thread_ts=parent.ts)

    mention, message = (event(webhook) for webhook in said.webhooks)
    assert (mention["type"], message["type"]) == ("app_mention", "message")
    assert mention["ts"] == message["ts"] == said.message.ts
    assert mention["thread_ts"] == message["thread_ts"] == parent.ts
    ids = {json.loads(webhook.body)["event_id"] for webhook in said.webhooks}
    assert len(ids) == 2


async def test_what_others_say_in_a_private_channel_is_heard(people: SlackPeople) -> None:
    [webhook] = people.say(USER, "lunch?", channel="G1TEAM").webhooks

    assert event(webhook)["channel_type"] == "group"


async def test_an_edit_tells_before_and_after(slack: SlackApi, people: SlackPeople) -> None:
    said = people.say(USER, "helo").message

    told = event(people.edit(said, "hello"))

    assert (told["subtype"], told["channel"]) == ("message_changed", DIRECT)
    assert told["message"] == {
        "type": "message",
        "user": USER,
        "text": "hello",
        "ts": said.ts,
        "edited": {"user": USER, "ts": slack.messages.get(DIRECT, said.ts).edited_ts},
    }
    assert told["previous_message"] == {
        "type": "message",
        "user": USER,
        "text": "helo",
        "ts": said.ts,
    }


async def test_a_deletion_tells_what_went(slack: SlackApi, people: SlackPeople) -> None:
    said = people.say(USER, "oops").message

    told = event(people.delete(said))

    assert (told["subtype"], told["deleted_ts"]) == ("message_deleted", said.ts)
    assert slack.messages.seen(DIRECT) == ()


async def test_a_reaction_names_its_message(slack: SlackApi, people: SlackPeople) -> None:
    said = people.say(USER, "hello").message

    told = event(people.react(OTHER_USER, "tada", to=said))

    assert told["item"] == {"type": "message", "channel": DIRECT, "ts": said.ts}
    assert slack.messages.get(DIRECT, said.ts).reactions == {"tada": (OTHER_USER,)}


async def test_the_bot_hears_itself(
    slack: SlackApi, people: SlackPeople, web: AsyncWebClient
) -> None:
    await web.chat_postMessage(channel=USER, text="hello")

    [own] = slack.messages.seen(DIRECT)
    told = event(people.hear(own))
    assert (told["user"], told["bot_id"]) == (SlackApi.bot_user, SlackApi.bot_id)


async def test_a_handshake_carries_its_challenge(webhooks: SlackWebhooks) -> None:
    webhook = webhooks.challenge("abc")

    assert json.loads(webhook.body) == {"type": "url_verification", "challenge": "abc"}


async def test_a_webhook_is_posted_to_where_the_bot_listens(
    slack: SlackApi, bot: Bot, bot_url: str
) -> None:
    clock = ManualClock()
    webhooks = SlackWebhooks(
        slack, signing_secret=SECRET, now=clock.now, bot_url=BOT_URL, bot_origin=bot_url
    )
    webhook = webhooks.challenge("abc")

    answer = await webhooks.deliver(webhook)

    [received] = bot.received
    assert (answer.status, received.path) == (200, "/webhooks/slack/events")
    assert received.body == webhook.body
