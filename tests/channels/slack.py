"""A Slack workspace on loopback and the channel that is installed in it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import JsonValue

from bot.emulator.servers.serving import serving
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_messages import SlackMessage
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.webhooks import Webhook
from channels.port import Received, WebhookRequest
from channels.slack import SlackChannel, SlackSettings
from context.messages import Address, OutboundMessage, OutboxId, Provider
from tests.clock import ManualClock

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-1-2-three"
ALICE, BOB = "U0ALICE", "U0BOB"
GENERAL = "C0GENERAL"
NAMES = {ALICE: "Alice", BOB: "Bob"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything a test of the channel may look at."""

    api: SlackApi
    url: str
    webhooks: SlackWebhooks
    people: SlackPeople
    channel: SlackChannel
    clock: ManualClock

    async def receive(self, webhook: Webhook) -> Received:
        """What the channel makes of a webhook."""
        return await self.channel.receive(request(webhook))

    async def event(self, event: Mapping[str, JsonValue]) -> Received:
        """What the channel makes of an event of any kind."""
        return await self.receive(self.webhooks.event(event))

    def said_by_bot(self, where: str) -> list[SlackMessage]:
        """The bot's messages in a channel, ephemeral ones too."""
        return [one for one in self.api.messages.seen(where) if one.bot_id is not None]

    def methods(self) -> list[str]:
        """What was called, in order."""
        return [call.method for call in self.api.calls]


@asynccontextmanager
async def workspace(
    *, channels: tuple[str, ...] | None = None, secret: str = SECRET
) -> AsyncIterator[Workspace]:
    """Serve a workspace and open the channel in it."""
    clock = ManualClock()
    api = SlackApi(token=TOKEN, now=clock.now, channels=channels, names=NAMES)
    async with serving(api.app) as url:
        webhooks = SlackWebhooks(
            api, signing_secret=SECRET, now=clock.now, bot_url="https://bot.example"
        )
        settings = SlackSettings(
            signing_secret=secret, bot_token=TOKEN, api_url=f"{url}/api/", _env_file=None
        )
        async with settings.open(public_url=None, now=clock.now) as channel:
            yield Workspace(
                api=api,
                url=url,
                webhooks=webhooks,
                people=SlackPeople(api, webhooks, api_url=url),
                channel=channel,
                clock=clock,
            )


def request(webhook: Webhook) -> WebhookRequest:
    """A webhook as the web process hands it on."""
    return WebhookRequest(
        method="POST",
        path=webhook.path,
        url=webhook.url,
        headers={name.lower(): value for name, value in webhook.headers.items()},
        body=webhook.body,
    )


def an_address(
    peer: str,
    *,
    thread: str | None = None,
    message: str | None = None,
    only_to: str | None = None,
    reply_url: str | None = None,
) -> Address:
    """Where something is said in the workspace."""
    return Address(
        provider=Provider("slack"),
        account=SlackApi.team,
        peer=peer,
        thread=thread,
        message=message,
        only_to=only_to,
        reply_url=reply_url,
    )


def an_outbound(to: Address, text: str = "hello", *, outbox_id: str = "o-1") -> OutboundMessage:
    """Something to say there."""
    return OutboundMessage(outbox_id=OutboxId(outbox_id), to=to, text=text)
