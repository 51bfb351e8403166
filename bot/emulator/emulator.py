"""The emulator: the platforms that are not configured, and the model without a key.

It stands in for whatever is missing and no more: a variable that is set always wins.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.twilio import TwilioApi
from bot.emulator.servers.twilio_people import TwilioPeople
from context.messages import Provider

SLACK = Provider("slack")
TWILIO = Provider("twilio")
MODEL_KEY = "sk-ant-emulator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One platform that is played because its variables are not all set.

    Attributes:
        made_up: The variables that were missing, with made-up values; for printing.
        variables: All of its variables as they are in force.
        address: Where its API is played.
    """

    provider: Provider
    made_up: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str] = field(repr=False)
    address: str

    @property
    def settings(self) -> Mapping[str, str]:
        """What its channel is to be told besides what the environment holds."""
        prefix = f"{self.provider.upper()}_"
        told = {
            name.removeprefix(prefix).lower(): value for name, value in self.made_up.items()
        }
        if f"{prefix}API_URL" in self.variables:
            return told
        return {**told, "api_url": self.address}


def parts(environment: Mapping[str, str], *, origin: str, secret: str) -> tuple[Part, ...]:
    """See which platforms must be played.

    Args:
        environment: The variables that are set.
        origin: Where dev listens.
        secret: What made-up values are derived from, so that they survive a restart.
    """
    wanted = {
        SLACK: {
            "SLACK_SIGNING_SECRET": f"signing-{_derived(secret, 'signing secret')}",
            "SLACK_BOT_TOKEN": f"xoxb-{_derived(secret, 'bot token')}",
        },
        TWILIO: {
            "TWILIO_ACCOUNT_SID": f"AC{_derived(secret, 'account')}",
            "TWILIO_AUTH_TOKEN": f"token-{_derived(secret, 'auth token')}",
            "TWILIO_WHATSAPP_FROM": "+14155238886",
        },
    }
    addresses = {SLACK: f"{origin}/emulator/slack/api/", TWILIO: origin}
    played: list[Part] = []
    for provider, values in wanted.items():
        made_up = {name: value for name, value in values.items() if not environment.get(name)}
        given = {
            name: value
            for name, value in environment.items()
            if value and name.startswith(f"{provider.upper()}_")
        }
        if made_up:
            played.append(
                Part(
                    provider=provider,
                    made_up=made_up,
                    variables={**given, **made_up},
                    address=addresses[provider],
                )
            )
    return tuple(played)


def _derived(secret: str, name: str) -> str:
    """32 hex digits that tell nothing of the secret, which may also key digests."""
    return hmac.new(secret.encode(), name.encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedSlack:
    """A workspace, those in it, and how the bot hears of them."""

    api: SlackApi
    webhooks: SlackWebhooks
    people: SlackPeople


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedTwilio:
    """An account, and those with a phone."""

    api: TwilioApi
    people: TwilioPeople


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """What is played; None for what is real."""

    slack: PlayedSlack | None
    twilio: PlayedTwilio | None
    model: ModelApi | None


def emulator(
    played: tuple[Part, ...],
    *,
    origin: str,
    bot_url: str,
    plays_model: bool,
    now: Callable[[], datetime],
) -> Emulator:
    """Set the played platforms up.

    Args:
        played: The platforms that are missing.
        origin: Where they are served, and where the bot listens.
        bot_url: The bot's public address, which signatures are made for.
        plays_model: Whether the model is missing, too.
        now: The clock.
    """
    parts_of = {part.provider: part for part in played}
    slack, twilio = parts_of.get(SLACK), parts_of.get(TWILIO)
    return Emulator(
        slack=_slack(slack, origin=origin, now=now) if slack else None,
        twilio=_twilio(twilio, origin=origin, bot_url=bot_url, now=now) if twilio else None,
        model=ModelApi(api_key=MODEL_KEY, now=now) if plays_model else None,
    )


def _slack(part: Part, *, origin: str, now: Callable[[], datetime]) -> PlayedSlack:
    api = SlackApi(token=part.variables["SLACK_BOT_TOKEN"], now=now, trusts_threads=True)
    webhooks = SlackWebhooks(
        api,
        signing_secret=_first(part.variables["SLACK_SIGNING_SECRET"]),
        now=now,
        bot_url=origin,
    )
    people = SlackPeople(api, webhooks, api_url=f"{origin}/emulator/slack")
    return PlayedSlack(api=api, webhooks=webhooks, people=people)


def _twilio(
    part: Part, *, origin: str, bot_url: str, now: Callable[[], datetime]
) -> PlayedTwilio:
    api = TwilioApi(
        account_sid=part.variables["TWILIO_ACCOUNT_SID"],
        auth_token=_first(part.variables["TWILIO_AUTH_TOKEN"]),
        now=now,
        reports=("sent", "delivered"),
        bot_origin=origin,
    )
    number = part.variables["TWILIO_WHATSAPP_FROM"].removeprefix("whatsapp:")
    people = TwilioPeople(api, number=f"whatsapp:{number}", api_url=origin, bot_url=bot_url)
    return PlayedTwilio(api=api, people=people)


def _first(secrets: str) -> str:
    """The first of several secrets: any verifies, and the first one sends."""
    return next((one for part in secrets.split(",") if (one := part.strip())), "")
