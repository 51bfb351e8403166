"""What people and the bot say to each other, the same for every platform.

Platforms and providers are open words, so that a new channel changes nothing here.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

Platform = NewType("Platform", str)
"""Where a person is: `whatsapp`, `slack`."""

Provider = NewType("Provider", str)
"""Who carries a platform's messages to us: `twilio`, `meta`, `slack`; one channel each."""

UserId = NewType("UserId", str)
"""The identity a person came in by: `+14155550100` or `T024BE7LD:U061F7AUR`."""

PersonId = NewType("PersonId", str)
SessionId = NewType("SessionId", str)
MessageId = NewType("MessageId", str)
TurnId = NewType("TurnId", str)
AgentId = NewType("AgentId", str)
TraceId = NewType("TraceId", str)
OutboxId = NewType("OutboxId", str)

WHATSAPP = Platform("whatsapp")
SLACK = Platform("slack")

_ID_HEX_DIGITS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an answer goes, with what only its channel needs to send it there.

    Attributes:
        provider: The channel that sends.
        account: Our side: a Slack workspace, or the business's WhatsApp number.
        peer: Their side: a Slack channel, or a WhatsApp address.
        thread: The platform's own thread, where the answer belongs in one.
        message: The platform's id of the message that is answered.
        only_to: The one Slack user who may see the answer in a shared channel.
        asker: The Slack user whom all see answered in a shared channel; what concerns only
            them is told to them alone.
        reply_url: Where the answer to a slash command goes, while it lives.
    """

    provider: Provider
    account: str
    peer: str
    thread: str | None = None
    message: str | None = None
    only_to: str | None = None
    asker: str | None = None
    reply_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReference:
    """A file a person sent: where it lies, not what is in it."""

    url: str = field(repr=False)
    content_type: str
    name: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A person said something.

    `answers` is the message they replied to, where the platform says so.
    """

    text: str
    media: tuple[MediaReference, ...] = ()
    answers: MessageId | None = None
    kind: Literal["said"] = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A person changed what they had said; `text` is all of it, anew."""

    target: MessageId
    text: str
    media: tuple[MediaReference, ...] = ()
    kind: Literal["edited"] = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A person took back what they had said."""

    target: MessageId
    kind: Literal["deleted"] = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A person asked the bot itself for something: `/context`, a button.

    `latest_session` means that the platform does not say which conversation is meant, so
    it is the person's latest in that place (a Slack slash command).
    """

    name: str
    argument: str = ""
    latest_session: bool = False
    kind: Literal["command"] = "command"


Content = Said | Edited | Deleted | Command


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One thing a person did on a platform.

    Attributes:
        message_id: The same for every delivery of the same message.
        user_id: Who, as their platform names them.
        platform: Where.
        conversation: Which direct chat or shared thread, unique per person and platform.
        shared: Whether others read along there.
        reply_to: Where the answer goes.
        sent_at: The platform's time, or ours of arrival where it gives none; UTC.
        speaker: The name they show, if known.
        content: What they did.
    """

    message_id: MessageId
    user_id: UserId
    platform: Platform
    conversation: str
    shared: bool = False
    reply_to: Address
    sent_at: datetime
    speaker: str | None = None
    content: Content = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What may be pressed under a message, where the platform has buttons.

    Attributes:
        command: The command it gives, without a mark: `handoff undo`.
        label: What stands on it.
    """

    command: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One message to send: at most one platform message, in the platform's own form.

    A platform without buttons leaves them out; the text says the same.
    """

    outbox_id: OutboxId
    to: Address
    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()


def message_id(provider: Provider, *parts: str) -> MessageId:
    """Derive our id of a platform's message from what identifies it there.

    Args:
        provider: Whose message.
        *parts: The platform's own ids, e.g. workspace, channel and timestamp.
    """
    return MessageId(f"{provider}-{_digest(*parts)}")


def session_id(platform: Platform, user_id: UserId, conversation: str) -> SessionId:
    """Derive the session that a person's conversation on a platform always has."""
    return SessionId(_digest("session", platform, user_id, conversation))


def person_id(platform: Platform, user_id: UserId) -> PersonId:
    """Derive the person that an identity belongs to until it is linked to another."""
    return PersonId(_digest("person", platform, user_id))


def _digest(*parts: str) -> str:
    """Join unambiguously and shorten: lengths first, so that no two lists collide."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_HEX_DIGITS]
