"""The other side of the bot: two platforms that fail, a model, and the people."""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import SystemClock
from bot.emulator.servers.faults import DropAfter, Fault, Refuse
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_delivery import Latency
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import MessageRequest, TextBlock
from bot.emulator.servers.serving import serving
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_messages import direct_channel
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.twilio import TwilioApi
from bot.emulator.servers.twilio_people import TwilioPeople
from bot.emulator.servers.webhooks import Webhook
from channels.slack_events import instant
from tests.chaos.moments import Moment, Moments, noticing

PUBLIC_URL = "https://bot.example"
ECHO = "You said: "
_ACCOUNT, _TWILIO_TOKEN, _NUMBER = f"AC{7:032}", "twilio-token", "+14155238886"
_SLACK_TOKEN, _SLACK_SECRET = "xoxb-chaos", "slack-secret"
_MODEL_KEY = "sk-ant-chaos"
_MARKER = re.compile(r"p\d{3}m\d{3}")
# So small that the windows of those who write much fill.
_LIMIT_TOKENS = 4_000
_LATENCY = Latency(first_token_s=0.6, between_deltas_s=0.05)

# One call in ten fails; each kind as often as the others.
_FAULTS: Mapping[Fault, float] = {
    Refuse(429, retry_after_s=1): 0.034,
    Refuse(500): 0.033,
    DropAfter(): 0.033,
}
_REFUSED_IN_A_ROW = 3


def marker(person: int, number: int) -> str:
    """Name one message of one person."""
    return f"p{person:03}m{number:03}"


def markers(text: str) -> list[str]:
    """The messages that a text names, in order."""
    return _MARKER.findall(text)


@dataclass(frozen=True, slots=True)
class Line:
    """One message on a person's screen."""

    text: str
    at: datetime


class Person(Protocol):
    """Somebody who writes to the bot on one platform."""

    @property
    def number(self) -> int:
        """Which of them."""
        ...

    @property
    def peer(self) -> str:
        """Where the bot's answers go, as its addresses have it."""
        ...

    def say(self, text: str) -> Webhook:
        """Write; what the platform posts of it."""
        ...

    def again(self, webhook: Webhook) -> Webhook:
        """The same, delivered again."""
        ...

    @property
    def patience(self) -> timedelta:
        """How long the platform waits for an answer."""
        ...

    def seen(self) -> tuple[list[Line], list[Line]]:
        """What they said, and what they heard from the bot, both oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class _OnWhatsApp:
    number: int
    api: TwilioApi
    people: TwilioPeople
    patience: timedelta = timedelta(seconds=15)

    @property
    def peer(self) -> str:
        return f"whatsapp:+1415555{self.number:04}"

    def say(self, text: str) -> Webhook:
        return self.people.text(self.peer.removeprefix("whatsapp:"), text).webhook

    def again(self, webhook: Webhook) -> Webhook:
        return webhook

    def seen(self) -> tuple[list[Line], list[Line]]:
        mine: list[Line] = []
        theirs: list[Line] = []
        for message in self.api.messages.seen():
            line = Line(message.body, message.created_at)
            if message.sender == self.peer:
                mine.append(line)
            elif message.recipient == self.peer:
                theirs.append(line)
        return mine, theirs


@dataclass(frozen=True, slots=True)
class _InSlack:
    number: int
    api: SlackApi
    people: SlackPeople
    webhooks: SlackWebhooks
    patience: timedelta = timedelta(seconds=3)

    @property
    def _user(self) -> str:
        return f"U0CHAOS{self.number:04}"

    @property
    def peer(self) -> str:
        return direct_channel(self._user)

    def say(self, text: str) -> Webhook:
        return self.people.say(self._user, text).webhook

    def again(self, webhook: Webhook) -> Webhook:
        return self.webhooks.again(webhook, attempt=1)

    def seen(self) -> tuple[list[Line], list[Line]]:
        mine: list[Line] = []
        theirs: list[Line] = []
        for message in self.api.messages.seen(self.peer):
            line = Line(message.text, instant(message.ts))
            (mine if message.bot_id is None else theirs).append(line)
        return mine, theirs


@dataclass(slots=True)
class Echo:
    """A model that names the messages it answers; some it refuses three times in a row.

    Attributes:
        moments: Told of each message that is answered for the first time.
        unlucky: Turns that begin with one of these meet an overloaded model.
        answered: What it has answered so far.
        overloads: How often it was overloaded.
    """

    moments: Moments
    unlucky: Collection[str]
    answered: set[str] = field(default_factory=set)
    overloads: Counter[str] = field(default_factory=Counter)

    def answer(self, request: MessageRequest) -> Answer:
        """Name what the newest message holds."""
        newest = request.messages[-1].content
        named = markers(" ".join(one.text for one in newest if isinstance(one, TextBlock)))
        if named[0] in self.unlucky and self.overloads[named[0]] < _REFUSED_IN_A_ROW:
            self.overloads[named[0]] += 1
            raise ApiError(529, "Overloaded")
        fresh = set(named) - self.answered
        self.answered |= fresh
        self.moments.happened(Moment.ANSWERED, times=len(fresh))
        return Answer.saying(ECHO + ", ".join(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class Platforms:
    """Everybody but the bot.

    Attributes:
        people: Those who write, on WhatsApp and in Slack by turns.
        variables: What points the bot at the platforms.
        echo: The model's side.
    """

    people: tuple[Person, ...]
    variables: Mapping[str, str]
    echo: Echo

    slack: SlackApi
    twilio: TwilioApi

    @property
    def faults(self) -> list[Fault | None]:
        """What was done to each call of the platforms."""
        slack = [call.fault for call in self.slack.calls]
        return slack + [call.fault for call in self.twilio.calls]


@asynccontextmanager
async def platforms(
    moments: Moments,
    chance: random.Random,
    *,
    people: int,
    unlucky: Collection[str],
    callbacks_to: int,
) -> AsyncIterator[Platforms]:
    """Serve both platforms and the model.

    Args:
        moments: Told of every call of the model and every message that is sent.
        chance: Draws the platforms' faults.
        people: How many write.
        unlucky: Messages for which the model is overloaded at first.
        callbacks_to: At which port Twilio's status callbacks are delivered.
    """
    now = SystemClock().now
    slack = SlackApi(token=_SLACK_TOKEN, now=now, keep=100_000)
    twilio = TwilioApi(
        account_sid=_ACCOUNT,
        auth_token=_TWILIO_TOKEN,
        now=now,
        reports=("delivered",),
        bot_origin=f"http://127.0.0.1:{callbacks_to}",
        keep=100_000,
    )
    echo = Echo(moments, unlucky)
    model = ModelApi(api_key=_MODEL_KEY, now=now, answering=echo.answer)
    model.latency = _LATENCY
    for faults in (slack.faults, twilio.faults):
        faults.at_random(chance, _FAULTS)

    def notice(request: str) -> None:
        if request in {"POST /api/chat.postMessage", f"POST {twilio.messages.path}.json"}:
            moments.happened(Moment.SEND)
        elif request == "POST /v1/messages":
            moments.happened(Moment.MODEL_CALL)

    async with (
        serving(noticing(slack.app, notice)) as slack_url,
        serving(noticing(twilio.app, notice)) as twilio_url,
        serving(noticing(model.app, notice)) as model_url,
    ):
        hooks = SlackWebhooks(slack, signing_secret=_SLACK_SECRET, now=now, bot_url=PUBLIC_URL)
        slackers = SlackPeople(slack, hooks, api_url=slack_url)
        callers = TwilioPeople(
            twilio, number=f"whatsapp:{_NUMBER}", api_url=twilio_url, bot_url=PUBLIC_URL
        )
        yield Platforms(
            people=tuple(
                _OnWhatsApp(number, twilio, callers)
                if number % 2
                else _InSlack(number, slack, slackers, hooks)
                for number in range(people)
            ),
            variables={
                "SLACK_SIGNING_SECRET": _SLACK_SECRET,
                "SLACK_BOT_TOKEN": _SLACK_TOKEN,
                "SLACK_API_URL": f"{slack_url}/api/",
                "TWILIO_ACCOUNT_SID": _ACCOUNT,
                "TWILIO_AUTH_TOKEN": _TWILIO_TOKEN,
                "TWILIO_WHATSAPP_FROM": _NUMBER,
                "TWILIO_API_URL": twilio_url,
                "ANTHROPIC_API_KEY": _MODEL_KEY,
                "ANTHROPIC_BASE_URL": model_url,
                "PUBLIC_URL": PUBLIC_URL,
                "CONTEXT_WINDOW_LIMIT": str(_LIMIT_TOKENS),
            },
            echo=echo,
            slack=slack,
            twilio=twilio,
        )
