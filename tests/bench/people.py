"""A hundred people who write on each platform, in the platforms' own form, signed."""

from collections.abc import Callable, Sequence

from bot.clock import SystemClock
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.twilio import TwilioApi
from bot.emulator.servers.twilio_people import TwilioPeople
from tests.bench.load import wire
from tests.bench.servers import ACCOUNT, OUR_NUMBER, PUBLIC_URL, SLACK_SECRET, TWILIO_TOKEN

PEOPLE = 100

_TEXT = "Where is my order? The number is 48213 and it should have come last Tuesday."
_NOWHERE = "http://127.0.0.1:9"

Everybody = Callable[[], Sequence[bytes]]
"""Has every person write once; gives the requests that tell the bot, signed just now."""


def on_slack() -> Everybody:
    """A workspace whose people write to the bot in their direct chats."""
    now = SystemClock().now
    api = SlackApi(token="xoxb-none", now=now)
    webhooks = SlackWebhooks(api, signing_secret=SLACK_SECRET, now=now, bot_url=PUBLIC_URL)
    people = SlackPeople(api, webhooks, api_url=_NOWHERE)

    def write() -> Sequence[bytes]:
        return [wire(people.say(f"U{n:010}", _TEXT).webhook) for n in range(PEOPLE)]

    return write


def on_whatsapp() -> Everybody:
    """People who write to the bot's number."""
    api = TwilioApi(account_sid=ACCOUNT, auth_token=TWILIO_TOKEN, now=SystemClock().now)
    people = TwilioPeople(
        api, number=f"whatsapp:{OUR_NUMBER}", api_url=_NOWHERE, bot_url=PUBLIC_URL
    )

    def write() -> Sequence[bytes]:
        return [wire(people.text(f"+1415555{n:04}", _TEXT).webhook) for n in range(PEOPLE)]

    return write
