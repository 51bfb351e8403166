"""The Slack channel: verifies what Slack posts, makes messages of it, and speaks.

A request is verified here, over its raw bytes, before anything parses it; then its payload is
typed. What people say becomes a message at once; what they press or command goes through Bolt,
which is told only what it routes by.
"""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from channels.port import ChannelKind, Overheard, Received, WebhookRequest
from channels.slack_events import from_event
from channels.slack_payloads import PROVIDER, MessageCallback, Other, payload
from channels.slack_reading import SlackReader
from channels.slack_routing import SlackRouting
from channels.slack_signature import verify
from channels.slack_text import harmless
from channels.slack_web import SlackWeb, connected
from channels.text import parts
from context.errors import DeliveryError
from context.messages import SLACK, Address, OutboundMessage, Platform, Provider

# Slack: `markdown_text` takes 12,000 characters (chat.postMessage, read 2026-11).
_LIMIT_CHARS = 12_000
# Slack: a status goes out after two minutes (assistant.threads.setStatus, read 2026-11).
_STATUS_REFRESH = timedelta(seconds=90)
_TIMEOUT = timedelta(seconds=10)


class SlackChannel:
    """Slack, for one workspace.

    Args:
        web: The workspace's Web API.
        signing_secrets: Any of them may have signed a request, so that they can be rotated.
        now: The clock.
    """

    def __init__(
        self, web: SlackWeb, *, signing_secrets: tuple[str, ...], now: Callable[[], datetime]
    ) -> None:
        self._web = web
        self._reader = SlackReader(web.client)
        self._secrets = tuple(secret.encode() for secret in signing_secrets)
        self._now = now
        self._routing = SlackRouting(web.client, now=now)

    @property
    def provider(self) -> Provider:
        """`slack`."""
        return PROVIDER

    @property
    def platform(self) -> Platform:
        """`slack`."""
        return SLACK

    @property
    def command_prefix(self) -> str:
        """What people write before a command's name."""
        return "/baton "

    async def receive(self, request: WebhookRequest) -> Received:
        """Verify the bytes, type the payload, and give the message that it brings, if any.

        Raises:
            SignatureError: Not from Slack, or stale.
            PayloadError: Signed, but malformed.
        """
        verify(request, secrets=self._secrets, now=self._now())
        content = payload(request)
        if isinstance(content, Other):
            return Received()
        if not isinstance(content, MessageCallback):
            return await self._routing.routed(content)
        bot = content.bot_user or await self._web.bot_user()
        said = from_event(content, bot=bot)
        return Received(messages=() if said is None else (said,))

    def parts(self, markdown: str) -> tuple[str, ...]:
        """Cut Markdown, which Slack takes as it is, at Slack's limit."""
        return parts(harmless(markdown), limit_chars=_LIMIT_CHARS)

    async def send(self, outbound: OutboundMessage) -> str:
        """Post one part; return its channel and `ts`.

        Raises:
            DeliveryError: Not taken; retry after a while, or never.
            DeliveryUncertain: Perhaps taken.
        """
        return await self._web.post(outbound)

    async def find(
        self,
        outbound: OutboundMessage,
        *,
        since: datetime,
        taken: Collection[str] = (),  # noqa: ARG002 - the outbox id tells messages apart
    ) -> str | None:
        """Look for the message by the outbox id it carries.

        Raises:
            DeliveryError: It cannot be told; never for what only one person sees.
        """
        return await self._reader.find(outbound, since=since)

    async def show_working(self, reply_to: Address) -> timedelta | None:
        """Show a status in the thread, where there is one; failures are swallowed."""
        if reply_to.thread is None or reply_to.only_to is not None:
            return None
        try:
            await self._web.show_status(reply_to, reply_to.thread)
        except DeliveryError as error:
            return None if error.retry_after is None else _STATUS_REFRESH
        return _STATUS_REFRESH

    async def overheard(
        self, reply_to: Address, *, since: datetime | None
    ) -> tuple[Overheard, ...]:
        """Read what others said in a shared thread; a failure gives nothing."""
        if reply_to.thread is None or reply_to.peer.startswith("D"):
            return ()
        try:
            return await self._reader.overheard(reply_to, since=since)
        except (DeliveryError, TimeoutError):
            return ()

    async def refusal(self) -> str | None:
        """Ask Slack whether it takes the bot token."""
        return await self._web.refusal()


class SlackSettings(BaseSettings):
    """One workspace's variables; without the required ones the channel is not configured."""

    model_config = SettingsConfigDict(
        env_prefix="SLACK_",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    signing_secret: SecretStr | None = Field(
        default=None,
        description="Signing secret of the app; several, separated by commas, to rotate them.",
    )
    bot_token: SecretStr | None = Field(
        default=None, description="Bot token of the app in the workspace, `xoxb-…`."
    )
    api_url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] = Field(
        default="https://slack.com/api/", description="Address of Slack's Web API."
    )

    def missing(self) -> tuple[str, ...]:
        """Name the variables still needed."""
        needed = {
            "SLACK_SIGNING_SECRET": self._signing_secrets(),
            "SLACK_BOT_TOKEN": self._token(),
        }
        return tuple(name for name, value in needed.items() if not value)

    @asynccontextmanager
    async def open(
        self,
        *,
        public_url: str | None,  # noqa: ARG002 - the port's; Slack signs no address
        now: Callable[[], datetime],
    ) -> AsyncIterator[SlackChannel]:
        """Open the channel; nothing is sent until something is to be said."""
        async with connected(self._token(), api_url=self.api_url, within=_TIMEOUT) as web:
            yield SlackChannel(web, signing_secrets=self._signing_secrets(), now=now)

    def _signing_secrets(self) -> tuple[str, ...]:
        listed = self.signing_secret.get_secret_value() if self.signing_secret else ""
        return tuple(secret.strip() for secret in listed.split(",") if secret.strip())

    def _token(self) -> str:
        return self.bot_token.get_secret_value().strip() if self.bot_token else ""


KIND = ChannelKind(
    provider=PROVIDER,
    platform=SLACK,
    webhooks={
        "/webhooks/slack/events": ("POST",),
        "/webhooks/slack/commands": ("POST",),
        "/webhooks/slack/interactivity": ("POST",),
    },
    settings=SlackSettings,
)
