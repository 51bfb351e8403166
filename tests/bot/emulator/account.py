"""A Twilio account for tests: its names, its client, its errors."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

ACCOUNT, AUTH_TOKEN = f"AC{1:032}", "right"
BOT_NUMBER, PERSON, OTHER_PERSON = (f"whatsapp:+1415555010{n}" for n in range(3))
STATUS_URL = "https://bot.example/webhooks/twilio/status?outbox=a%2Fb"

# The twilio library (9.13) still uses what aiohttp 3.14 deprecates.
SDK_USES_BASIC_AUTH = [
    pytest.mark.filterwarnings(
        "ignore:BasicAuth is deprecated and will be removed in aiohttp 4.0:DeprecationWarning"
    ),
    pytest.mark.filterwarnings(
        "ignore:The 'auth' parameter is deprecated and will be removed in v4:DeprecationWarning"
    ),
]


@asynccontextmanager
async def a_phone(
    url: str, *, account: str = ACCOUNT, auth_token: str = AUTH_TOKEN
) -> AsyncIterator[Client]:
    """The official client, pointed at a served account."""
    async with AsyncTwilioHttpClient() as http:
        client = Client(account, auth_token, http_client=http)
        client.api.base_url = url
        client.messaging.base_url = url
        yield client


async def sent(
    phone: Client, body: str, *, to: str = PERSON, callback: str = STATUS_URL
) -> MessageInstance:
    """A message from the bot to a person."""
    return await phone.messages.create_async(
        to=to, from_=BOT_NUMBER, body=body, status_callback=callback
    )


async def refusal(call: Awaitable[object]) -> TwilioRestException:
    """The error with which Twilio refuses a call."""
    with pytest.raises(TwilioRestException) as caught:
        await call
    return caught.value
