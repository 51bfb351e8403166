"""WhatsApp through Twilio: what people write there comes in, what the bot says goes out."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict
from twilio.base import values
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from channels.port import (
    ChannelKind,
    Overheard,
    Received,
    WebhookReply,
    WebhookRequest,
)
from channels.text import parts
from channels.twilio_api import PROVIDER, asking, connected, posting
from channels.twilio_webhook import message, report, verified
from channels.whatsapp_text import whatsapp_text
from context.errors import ConfigError, DeliveryError, DeliveryUncertain
from context.messages import WHATSAPP, Address, OutboundMessage, Platform, Provider

_MESSAGES = "/webhooks/twilio/whatsapp"
_STATUS = "/webhooks/twilio/status"
_PREFIX = "whatsapp:"
# Twilio: Body takes 1,600 characters (error 21617, read 2026-11).
_LIMIT_CHARS = 1_600
_TIMEOUT = timedelta(seconds=10)
# Twilio: the indicator goes out after 25 s (typing indicators, beta, read 2026-11).
_TYPING_REFRESH = timedelta(seconds=20)
# More than anybody is sent in the half minute that a lost message is looked for.
_NEWEST = 100
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NO_ANSWER = WebhookReply(
    body='<?xml version="1.0" encoding="UTF-8"?><Response/>',
    content_type="text/xml; charset=utf-8",
)


class TwilioChannel:
    """WhatsApp through one Twilio account.

    Args:
        client: The account's REST API.
        secrets: Any of them may have signed a request, so that they can be rotated.
        own_number: Our WhatsApp number in E.164.
        public_url: Where Twilio reports deliveries to; without it, it reports none.
        now: The clock.
    """

    def __init__(
        self,
        client: Client,
        *,
        secrets: tuple[str, ...],
        own_number: str,
        public_url: str | None,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._own_number = own_number
        self._public_url = public_url
        self._now = now

    @property
    def provider(self) -> Provider:
        """`twilio`."""
        return PROVIDER

    @property
    def platform(self) -> Platform:
        """`whatsapp`."""
        return WHATSAPP

    @property
    def command_prefix(self) -> str:
        """What people write before a command's name."""
        return "/"

    async def receive(self, request: WebhookRequest) -> Received:
        """Verify the form, then read the message or the delivery report in it.

        Raises:
            SignatureError: Not from Twilio.
            PayloadError: Signed, but malformed.
        """
        form = verified(request, secrets=self._secrets)
        if request.path == _STATUS:
            reached = report(form, url=request.url)
            return Received(reports=(reached,) if reached else (), reply=_NO_ANSWER)
        said = message(form, own_number=self._own_number, now=self._now())
        return Received(messages=(said,) if said else (), reply=_NO_ANSWER)

    def parts(self, markdown: str) -> tuple[str, ...]:
        """Put Markdown into WhatsApp's form, cut at Twilio's limit."""
        return parts(whatsapp_text(markdown), limit_chars=_LIMIT_CHARS)

    async def send(self, outbound: OutboundMessage) -> str:
        """Send one part from the number it was written to; return Twilio's sid.

        Raises:
            DeliveryError: Not taken; retry after a while, or never.
            DeliveryUncertain: Perhaps taken.
        """
        with posting():
            sent = await self._client.messages.create_async(
                to=outbound.to.peer,
                from_=f"{_PREFIX}{outbound.to.account}",
                body=outbound.text,
                status_callback=self._status_callback(outbound) or values.unset,
            )
        if not sent.sid:
            raise DeliveryUncertain(PROVIDER, "no sid")
        return sent.sid

    async def find(
        self, outbound: OutboundMessage, *, since: datetime, taken: Collection[str] = ()
    ) -> str | None:
        """Look for the newest message to that person with that text, created since then.

        Twilio shows of a message neither our outbox id nor its callback, so two equal texts
        within that time are told apart only by the receipts that are taken.

        Raises:
            DeliveryError: It cannot be told now.
        """
        with asking():
            # Not by `DateSent`: what is still queued has none.
            newest = await self._client.messages.list_async(
                to=outbound.to.peer,
                from_=f"{_PREFIX}{outbound.to.account}",
                limit=_NEWEST,
            )
        # Twilio's times are whole seconds.
        earliest = since.astimezone(UTC).replace(microsecond=0)
        found = [
            one
            for one in newest
            if _created_at(one) >= earliest
            and (one.body or "").strip() == outbound.text.strip()
            and one.sid not in taken
        ]
        return max(found, key=_created_at).sid if found else None

    async def show_working(self, reply_to: Address) -> timedelta | None:
        """Show that the bot types, under the message it answers; failures are swallowed."""
        if reply_to.message is None:
            return None
        try:
            with asking():
                await self._client.messaging.v2.typing_indicator.create_async(
                    channel="whatsapp", message_id=reply_to.message
                )
        except DeliveryError as error:
            return None if error.retry_after is None else _TYPING_REFRESH
        return _TYPING_REFRESH

    async def overheard(
        self,
        reply_to: Address,  # noqa: ARG002 - the port's; every chat here is a direct one
        *,
        since: datetime | None,  # noqa: ARG002 - likewise
    ) -> tuple[Overheard, ...]:
        """Nothing: nobody else reads along."""
        return ()

    async def refusal(self) -> str | None:
        """Ask Twilio for our account; its code for why it does not give it."""
        try:
            with asking():
                await self._client.api.account.fetch_async()
        except DeliveryError as error:
            return error.reason
        return None

    def _status_callback(self, outbound: OutboundMessage) -> str | None:
        if self._public_url is None:
            return None
        return f"{self._public_url}{_STATUS}?{urlencode({'outbox': outbound.outbox_id})}"


def _created_at(one: MessageInstance) -> datetime:
    return one.date_created or _LONG_AGO


class TwilioSettings(BaseSettings):
    """One account's variables; without the required ones the channel is not configured."""

    model_config = SettingsConfigDict(
        env_prefix="TWILIO_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    account_sid: Annotated[str, StringConstraints(pattern=r"^AC\w+$")] | None = Field(
        default=None, description="Account SID, `AC…`."
    )
    auth_token: SecretStr | None = Field(
        default=None,
        description=(
            "Auth token; several, separated by commas, to rotate them or to add SharedKey "
            "secrets: any of them verifies, the first one sends."
        ),
    )
    whatsapp_from: (
        Annotated[str, StringConstraints(pattern=r"^(whatsapp:)?\+[1-9]\d{4,14}$")] | None
    ) = Field(default=None, description="The bot's WhatsApp number in E.164, `+14155550100`.")
    api_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+/?$")] | None = Field(
        default=None,
        description="Another address for every Twilio call, `scheme://host[:port]`.",
    )

    def missing(self) -> tuple[str, ...]:
        """Name the variables still needed."""
        needed = {
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self._secrets(),
            "TWILIO_WHATSAPP_FROM": self.whatsapp_from,
        }
        return tuple(name for name, value in needed.items() if not value)

    @asynccontextmanager
    async def open(
        self, *, public_url: str | None, now: Callable[[], datetime]
    ) -> AsyncIterator[TwilioChannel]:
        """Open the channel; nothing is sent until something is to be said.

        Raises:
            ConfigError: Variables are missing.
        """
        secrets = self._secrets()
        if self.account_sid is None or self.whatsapp_from is None or not secrets:
            raise ConfigError(dict.fromkeys(self.missing(), "must be set"))
        async with connected(
            self.account_sid, secrets[0], api_url=self.api_url, within=_TIMEOUT
        ) as client:
            yield TwilioChannel(
                client,
                secrets=secrets,
                own_number=self.whatsapp_from.removeprefix(_PREFIX),
                public_url=public_url,
                now=now,
            )

    def _secrets(self) -> tuple[str, ...]:
        listed = self.auth_token.get_secret_value() if self.auth_token else ""
        return tuple(secret.strip() for secret in listed.split(",") if secret.strip())


KIND = ChannelKind(
    provider=PROVIDER,
    platform=WHATSAPP,
    webhooks={_MESSAGES: ("POST",), _STATUS: ("POST",)},
    settings=TwilioSettings,
)
