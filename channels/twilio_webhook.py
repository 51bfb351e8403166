"""Twilio's webhooks: told from forgeries, then read as messages and delivery reports."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs, parse_qsl, urlsplit

import regex
from multidict import MultiDict, MultiDictProxy
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    RequestValidator,
    get_signature_algorithm,
)

from channels.commands import written
from channels.port import DeliveryReport, DeliveryStatus, WebhookRequest
from channels.twilio_api import PROVIDER
from context.errors import PayloadError, SignatureError
from context.messages import (
    WHATSAPP,
    Address,
    Content,
    InboundMessage,
    MediaReference,
    OutboxId,
    Said,
    UserId,
    message_id,
)
from context.text import storable

Form = MultiDictProxy[str]
"""Fields by name, repeated ones too; Twilio's validator asks this kind for them fastest."""

_REFUSED = 403
_MOST_FIELDS = 1_000
_PREFIX = "whatsapp:"
# WhatsApp: a business-scoped user id is a country code, a dot, and up to 128 characters
# (Meta: Business-scoped user IDs, read 2026-11).
_SENDER = regex.compile(r"whatsapp:(?P<user>\S+)|(?P<user>[A-Z]{2}\.[A-Za-z0-9]{1,128})")
_OUTBOX_ID = regex.compile(r"[A-Za-z0-9_-]{1,64}")
# Twilio: Message resource, status values (read 2026-11).
_STATUSES = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.QUEUED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "partially_delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
}

Sid = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]


class _Fields(BaseModel):
    """Form fields by Twilio's names: `message_sid` is `MessageSid`."""

    model_config = ConfigDict(
        alias_generator=to_pascal, frozen=True, hide_input_in_errors=True, extra="ignore"
    )


class _Inbound(_Fields):
    """A person's message (Twilio: Request to your incoming message webhook, read 2026-11).

    MessageSid=SM0123&From=whatsapp:+14155550100&To=whatsapp:+14155550199&Body=Hello
    &NumMedia=1&MediaUrl0=https://…&MediaContentType0=image/png&ProfileName=Ada
    """

    message_sid: Sid
    sender: Annotated[str, Field(alias="From", min_length=1)]
    to: Annotated[str, Field(min_length=1)]
    body: str = ""
    num_media: Annotated[int, Field(ge=0)] = 0
    profile_name: str = ""
    opt_out_type: str = ""
    original_replied_message_sid: str = ""
    button_text: str = ""
    button_payload: str = ""
    list_title: str = ""
    list_description: str = ""
    latitude: str = ""
    longitude: str = ""
    address: str = ""
    label: str = ""


class _Status(_Fields):
    """How far a message of ours came: `MessageSid=SM0123&MessageStatus=failed&ErrorCode=63016`."""

    message_sid: Sid
    message_status: Annotated[str, Field(min_length=1)]
    error_code: str = ""


def verified(request: WebhookRequest, *, secrets: Sequence[str]) -> Form:
    """Read the form of a request that one of the secrets signed.

    The signature is over the address as called and every field, blank, repeated and unknown
    ones included (Twilio: Webhooks security, read 2026-11).

    Raises:
        SignatureError: It is not from Twilio.
        PayloadError: It is, but its text is not UTF-8.
    """
    try:
        form, is_utf8 = _form(request.body, errors="strict"), True
    except UnicodeDecodeError:
        form, is_utf8 = _form(request.body, errors="replace"), False
    if not _is_signed(request, form, secrets):
        raise SignatureError(PROVIDER, "wrong signature", status=_REFUSED)
    if not is_utf8:
        raise PayloadError(PROVIDER, "not UTF-8")
    return form


def _form(body: bytes, *, errors: str) -> Form:
    try:
        fields = parse_qsl(
            body.decode(errors=errors),
            keep_blank_values=True,
            errors=errors,
            max_num_fields=_MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise
    except ValueError as error:
        raise SignatureError(PROVIDER, "too many fields", status=_REFUSED) from error
    return MultiDictProxy(MultiDict(fields))


def _is_signed(request: WebhookRequest, form: Form, secrets: Sequence[str]) -> bool:
    # With a SharedKey Twilio names the algorithm; the secret is then that key's.
    settings = request.headers.get("x-twilio-webhooks-signature-settings")
    algorithm = get_signature_algorithm(settings).upper()
    if algorithm not in (HMAC_SHA1, HMAC_SHA256):
        return False
    try:
        # All of them, always: the time taken must not tell which one matched.
        matches = [_signed_by(secret, request, form, algorithm=algorithm) for secret in secrets]
    except ValueError:  # The address is none: a forged Host where PUBLIC_URL is not set.
        return False
    return any(matches)


def _signed_by(secret: str, request: WebhookRequest, form: Form, *, algorithm: str) -> bool:
    """Whether the secret signed it: the address as we know it, or with its port, or without.

    Nearly all are signed as the first; the validator always computes both of the others.
    """
    validator = RequestValidator(secret)
    signature = request.headers.get("x-twilio-signature", "")
    expected: str = validator.compute_signature(request.url, form, algorithm)
    if hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        return True
    valid: bool = validator.validate(request.url, form, signature, algorithm)
    return valid


def message(form: Form, *, own_number: str, now: datetime) -> InboundMessage | None:
    """Read a message; None for what no person said to the bot.

    Args:
        form: What was posted.
        own_number: The bot's, in E.164; what it sent itself is nobody's message.
        now: Twilio does not say when a message was written.

    Raises:
        PayloadError: Something that identifies it is missing or odd.
    """
    values = _values(form)
    try:
        inbound = _Inbound.model_validate(values)
    except ValidationError as error:
        raise PayloadError(PROVIDER, "odd or missing field") from error
    content = _content(inbound, media=_media(values, inbound.num_media))
    user = _user(inbound.sender)
    if user in (None, own_number) or content is None:
        return None
    if inbound.opt_out_type:
        # Twilio read STOP, START or HELP, and has answered it (Advanced Opt-Out, read
        # 2026-11). It does so only where set up; elsewhere these are words like any other.
        return None
    return InboundMessage(
        message_id=message_id(PROVIDER, inbound.message_sid),
        user_id=user,
        platform=WHATSAPP,
        conversation="direct",
        reply_to=Address(
            provider=PROVIDER,
            account=inbound.to.removeprefix(_PREFIX),
            peer=inbound.sender,
            message=inbound.message_sid,
        ),
        sent_at=now,
        speaker=inbound.profile_name or None,
        content=content,
    )


def _values(form: Form) -> dict[str, str]:
    """Take one value of each field, without what the database cannot keep."""
    return {name: storable(value) for name, value in form.items()}


def _user(sender: str) -> UserId | None:
    """Read `whatsapp:+14155550100`, or an id where the number is hidden; SMS is not ours."""
    known = _SENDER.fullmatch(sender)
    return UserId(known["user"]) if known else None


def _content(inbound: _Inbound, *, media: tuple[MediaReference, ...]) -> Content | None:
    """Make one of what the person wrote, chose, shared and sent; None for nothing."""
    for text in (inbound.button_payload, inbound.body):
        command = written(text, mark="/")
        if command is not None and not media:
            return command
    chosen = _joined("\n", inbound.list_title, inbound.list_description)
    text = _joined("\n", chosen or inbound.body or inbound.button_text, _place(inbound))
    if not (text.strip() or media):
        return None
    replied = inbound.original_replied_message_sid
    answers = message_id(PROVIDER, replied) if replied else None
    return Said(text=text, media=media, answers=answers)


def _place(inbound: _Inbound) -> str:
    if not (inbound.latitude and inbound.longitude):
        return ""
    point = f"{inbound.latitude}, {inbound.longitude}"
    return f"📍 {_joined(', ', inbound.label, inbound.address, point)}"


def _joined(separator: str, *texts: str) -> str:
    return separator.join(text for text in texts if text)


def _media(values: Mapping[str, str], number: int) -> tuple[MediaReference, ...]:
    references = []
    for index in range(min(number, _MOST_FIELDS)):
        url = values.get(f"MediaUrl{index}")
        if url:
            kind = values.get(f"MediaContentType{index}") or "application/octet-stream"
            references.append(MediaReference(url=url, content_type=kind))
    return tuple(references)


def report(form: Form, *, url: str) -> DeliveryReport | None:
    """Read a status callback; None for a status that says nothing to us.

    Args:
        form: What was posted.
        url: The address it was posted to, which carries our outbox id.

    Raises:
        PayloadError: It does not say of which message, or what.
    """
    try:
        status = _Status.model_validate(_values(form))
    except ValidationError as error:
        raise PayloadError(PROVIDER, "odd or missing field") from error
    reached = _STATUSES.get(status.message_status)
    if reached is None:
        return None
    carried = parse_qs(urlsplit(url).query).get("outbox", [""])[0]
    return DeliveryReport(
        receipt=status.message_sid,
        status=reached,
        outbox_id=OutboxId(carried) if _OUTBOX_ID.fullmatch(carried) else None,
        code=status.error_code or None,
    )
