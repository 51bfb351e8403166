"""A Twilio account on loopback, the channel on it, and forms signed or spoilt at will."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import HMAC_SHA1, RequestValidator

from bot.emulator.servers.serving import serving
from bot.emulator.servers.twilio import TwilioApi
from bot.emulator.servers.twilio_messages import TwilioMessage
from bot.emulator.servers.twilio_people import TwilioPeople
from bot.emulator.servers.webhooks import Webhook
from channels.port import WebhookRequest
from channels.twilio import TwilioChannel, TwilioSettings
from tests.clock import ManualClock

ORIGIN = "https://bot.example"
MESSAGES = "/webhooks/twilio/whatsapp"
STATUS = "/webhooks/twilio/status"
ACCOUNT = f"AC{1:032}"
TOKEN = "the-auth-token"
OWN_NUMBER = "+14155550199"
ADA = "+14155550100"

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything a test of the channel may look at."""

    api: TwilioApi
    people: TwilioPeople
    channel: TwilioChannel
    clock: ManualClock

    def said_by_bot(self) -> list[TwilioMessage]:
        """What the bot sent, oldest first."""
        return [one for one in self.api.messages.seen() if one.direction == "outbound-api"]


@asynccontextmanager
async def account(
    *, public_url: str | None = ORIGIN, auth_token: str = TOKEN
) -> AsyncIterator[Account]:
    """Serve an account and open the channel on it."""
    clock = ManualClock()
    number = f"whatsapp:{OWN_NUMBER}"
    api = TwilioApi(account_sid=ACCOUNT, auth_token=TOKEN, now=clock.now, senders=[number])
    async with serving(api.app) as url:
        settings = settings_for(url, auth_token=auth_token)
        async with settings.open(public_url=public_url, now=clock.now) as channel:
            yield Account(
                api=api,
                people=TwilioPeople(api, number=number, api_url=url, bot_url=ORIGIN),
                channel=channel,
                clock=clock,
            )


def settings_for(url: str, *, auth_token: str = TOKEN) -> TwilioSettings:
    """What points the channel at an account."""
    return TwilioSettings(
        account_sid=ACCOUNT, auth_token=auth_token, whatsapp_from=OWN_NUMBER, api_url=url
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


def inbound_fields(**changed: str) -> Fields:
    """The form of a message of Ada's; a field that is changed to nothing is blank."""
    fields = {
        "SmsMessageSid": "SM0001",
        "NumMedia": "0",
        "ProfileName": "Ada",
        "MessageType": "text",
        "SmsSid": "SM0001",
        "WaId": "14155550100",
        "SmsStatus": "received",
        "Body": "Hello",
        "To": f"whatsapp:{OWN_NUMBER}",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": "SM0001",
        "AccountSid": "AC0001",
        "From": f"whatsapp:{ADA}",
        "ApiVersion": "2010-04-01",
    }
    return [*{**fields, **changed}.items()]


def posted(
    fields: Fields,
    *,
    path: str = MESSAGES,
    query: str = "",
    token: str = TOKEN,
    algorithm: str = HMAC_SHA1,
) -> WebhookRequest:
    """A form, rightly signed."""
    return signed_body(
        urlencode(fields).encode(),
        ImmutableMultiDict(fields),
        path=path,
        query=query,
        token=token,
        algorithm=algorithm,
    )


def signed_body(
    body: bytes,
    signed: ImmutableMultiDict[str, str],
    *,
    path: str = MESSAGES,
    query: str = "",
    token: str = TOKEN,
    algorithm: str = HMAC_SHA1,
) -> WebhookRequest:
    """Bytes under the signature of some fields, which need not be in them."""
    url = f"{ORIGIN}{path}{query}"
    signature = RequestValidator(token).compute_signature(url, signed, algorithm)
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": signature,
    }
    if algorithm != HMAC_SHA1:
        settings = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
        headers["x-twilio-webhooks-signature-settings"] = settings
    return WebhookRequest(method="POST", path=path, url=url, headers=headers, body=body)
