"""What a channel is: the port that every platform's adapter satisfies, by shape.

A channel turns a platform's webhooks into `Received` and our messages into the platform's
own. It keeps nothing, retries nothing, and lets no vendor exception out.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from context.messages import (
    Address,
    InboundMessage,
    OutboundMessage,
    OutboxId,
    Platform,
    Provider,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A platform's request, before anything in it is believed.

    Attributes:
        method: Upper case.
        path: As routed, without the query: `/webhooks/twilio/whatsapp`.
        url: The address the platform called, as it was signed, query included.
        headers: Names in lower case; a repeated one is joined by `, `.
        body: The raw bytes.
    """

    method: str
    path: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    """What the platform gets back once everything received is stored."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


class DeliveryStatus(StrEnum):
    """How far a sent message came; later ones outrank earlier ones, FAILED ends it."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A platform's word on a message we sent.

    `outbox_id` is known where the platform carries it for us (in a callback's address);
    `code` is the platform's error code of a failure.
    """

    receipt: str
    status: DeliveryStatus
    outbox_id: OutboxId | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What one webhook request brought; empty for what we do not act on."""

    messages: tuple[InboundMessage, ...] = ()
    reports: tuple[DeliveryReport, ...] = ()
    reply: WebhookReply = WebhookReply()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """What somebody else said in a shared thread."""

    speaker: str
    text: str = field(repr=False)
    sent_at: datetime


class Channel(Protocol):
    """One provider's adapter.

    Every method's outside calls have a timeout. Nothing here is retried: the outbox does.
    """

    @property
    def provider(self) -> Provider:
        """Its name in addresses, rows and metrics."""
        ...

    @property
    def platform(self) -> Platform:
        """Where its people are."""
        ...

    @property
    def command_prefix(self) -> str:
        """What people write there before a command's name: `/`, or `/baton `."""
        ...

    async def receive(self, request: WebhookRequest) -> Received:
        """Verify the bytes, then normalise them.

        Raises:
            SignatureError: Not from the platform, or stale.
            PayloadError: Signed, but malformed.
        """
        ...

    def parts(self, markdown: str) -> tuple[str, ...]:
        """Put the model's Markdown into the platform's own form, cut at its limit, in order.

        Empty or blank text has no parts. No part is empty, splits a grapheme, or leaves a
        code fence open.
        """
        ...

    async def send(self, outbound: OutboundMessage) -> str:
        """Send one part; return the platform's receipt.

        Raises:
            DeliveryError: Not taken; retry after a while, or never.
            DeliveryUncertain: Perhaps taken (timeout, connection lost after the request).
        """
        ...

    async def find(
        self, outbound: OutboundMessage, *, since: datetime, taken: Collection[str] = ()
    ) -> str | None:
        """Look whether an uncertain message arrived: its receipt, or None if it did not.

        Args:
            outbound: What was to be sent.
            since: When its first attempt began, a little before.
            taken: Receipts that other messages already have, where the platform shows no
                more of a message than its text.

        Raises:
            DeliveryError: It cannot be told now (`retry_after`) or ever (None).
        """
        ...

    async def show_working(self, reply_to: Address) -> timedelta | None:
        """Show that an answer is being written; return when to show it again, None for never.

        Failures are swallowed: it is a courtesy.
        """
        ...

    async def overheard(
        self, reply_to: Address, *, since: datetime | None
    ) -> tuple[Overheard, ...]:
        """Read what others said in a shared thread since then, oldest first; else nothing.

        Failures give nothing: the answer goes on without it.
        """
        ...


@runtime_checkable
class Checkable(Protocol):
    """What a channel may do besides, for `bot doctor`: tell whether its platform takes it."""

    async def refusal(self) -> str | None:
        """Ask the platform who we are; say why it does not know us, or None if it does."""
        ...


class ChannelSettings(Protocol):
    """A channel's variables; every field is optional, so that absence means "not configured"."""

    def missing(self) -> tuple[str, ...]:
        """Name the variables still needed; none of them missing means ready."""
        ...

    def open(
        self, *, public_url: str | None, now: Callable[[], datetime]
    ) -> AbstractAsyncContextManager[Channel]:
        """Open the channel and what it holds; leaving the context closes it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """One line of the registry: a provider, its webhooks, and how it is configured.

    Attributes:
        provider: Its name in addresses, rows and metrics.
        platform: Where its people are.
        webhooks: Route → methods it takes there: `{"/webhooks/slack/events": ("POST",)}`.
        settings: Reads its variables; keyword arguments win over the environment.
    """

    provider: Provider
    platform: Platform
    webhooks: Mapping[str, tuple[str, ...]]
    settings: Callable[..., ChannelSettings]
