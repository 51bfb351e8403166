"""A whole town for journeys: the platforms, the model, and the bot between them.

Everything is real but the people: the bot's web app over HTTP, its workers, Postgres, the
official SDKs, and the protocol servers at the other end.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import channel_settings, opened, web_app
from bot.background import opened_model, worker
from bot.beside import beside
from bot.clock import SystemClock
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.serving import serving
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_people import SlackPeople
from bot.emulator.servers.slack_webhooks import SlackWebhooks
from bot.emulator.servers.twilio import TwilioApi
from bot.emulator.servers.twilio_people import TwilioPeople
from bot.settings import Settings
from context.messages import Provider
from storage.database import Database, address

ACCOUNT = "AC" + "0" * 32
TWILIO_TOKEN = "twilio-token"
OUR_NUMBER = "+14155238886"
SLACK_TOKEN = "xoxb-town"
SLACK_SECRET = "slack-secret"
MODEL_KEY = "sk-ant-town"
ADMIN_TOKEN = "admin"

_PATIENCE = timedelta(seconds=20)


class _Late:
    """An app whose inside comes later, so that its address can be known before."""

    inside: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.inside(scope, receive, send)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Everybody in it."""

    url: str
    slack: SlackApi
    slackers: SlackPeople
    slack_hooks: SlackWebhooks
    twilio: TwilioApi
    callers: TwilioPeople
    model: ModelApi
    database: Database

    async def whatsapp(self, user: str, text: str) -> int:
        """Write a WhatsApp message; the status the bot's webhook answered with."""
        texted = self.callers.text(user, text)
        return (await self.twilio.webhooks.deliver(texted.webhook)).status

    async def slack_message(self, user: str, text: str, *, channel: str | None = None) -> int:
        """Write a Slack message, in the direct chat with the bot unless a channel is given."""
        said = self.slackers.say(user, text, channel=channel)
        return (await self.slack_hooks.deliver(said.webhook)).status

    def heard_on_whatsapp(self, user: str) -> list[str]:
        """What the bot said to a WhatsApp user, oldest first."""
        return [
            message.body
            for message in self.twilio.messages.seen()
            if message.recipient == f"whatsapp:{user}"
        ]

    def heard_in_slack(self, channel: str) -> list[str]:
        """What the bot said in a Slack channel, oldest first."""
        return [
            message.text
            for message in self.slack.messages.seen(channel)
            if message.user == self.slack.bot_user
        ]


@asynccontextmanager
async def town(
    database_url: str,
    *,
    workers: int = 1,
    limit_tokens: int = 200_000,
    providers: Collection[str] = ("slack", "twilio"),
) -> AsyncIterator[Town]:
    """Open the town, with as many workers as asked for, and those platforms configured."""
    now = SystemClock().now
    late = _Late()
    slack = SlackApi(token=SLACK_TOKEN, now=now)
    twilio = TwilioApi(account_sid=ACCOUNT, auth_token=TWILIO_TOKEN, now=now)
    model = ModelApi(api_key=MODEL_KEY, now=now)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        slack_url = await enter(serving(slack.app))
        twilio_url = await enter(serving(twilio.app))
        model_url = await enter(serving(model.app))
        settings = Settings(
            _env_file=None,
            database_url=SecretStr(database_url),
            secret_key=SecretStr("key"),
            anthropic_api_key=SecretStr(MODEL_KEY),
            anthropic_base_url=model_url,
            admin_token=SecretStr(ADMIN_TOKEN),
            context_window_limit=limit_tokens,
            db_pool_size=8,
            log_level="error",
        )
        url = await enter(serving(Starlette(routes=[Mount("", late)])))
        told = {
            Provider("slack"): {
                "signing_secret": SLACK_SECRET,
                "bot_token": SLACK_TOKEN,
                "api_url": f"{slack_url}/api/",
            },
            Provider("twilio"): {
                "account_sid": ACCOUNT,
                "auth_token": TWILIO_TOKEN,
                "whatsapp_from": OUR_NUMBER,
                "api_url": twilio_url,
            },
        }
        configured = channel_settings({name: told[name] for name in told if name in providers})
        process = await enter(
            opened(settings, address(database_url), configured, callbacks_url=url)
        )
        late.inside = web_app(process)
        language_model = await enter(opened_model(process))
        stop = asyncio.Event()
        for _ in range(workers):
            await enter(
                beside(worker(process, language_model, direct=address(database_url)).run(stop))
            )
        hooks = SlackWebhooks(slack, signing_secret=SLACK_SECRET, now=now, bot_url=url)
        yield Town(
            url=url,
            slack=slack,
            slackers=SlackPeople(slack, hooks, api_url=slack_url),
            slack_hooks=hooks,
            twilio=twilio,
            callers=TwilioPeople(
                twilio, number=f"whatsapp:{OUR_NUMBER}", api_url=twilio_url, bot_url=url
            ),
            model=model,
            database=process.database,
        )
        stop.set()


async def until(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait for something to become true; fail after a while."""
    deadline = monotonic() + _PATIENCE.total_seconds()
    while True:
        reached = condition()
        if reached if isinstance(reached, bool) else await reached:
            return
        assert monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def fates(database: Database) -> dict[str, int]:
    """Count what became of the inbound messages."""
    async with database.hot() as connection:
        rows = await connection.fetch("select fate, count(*) from message_fate group by fate")
    return {row["fate"]: row["count"] for row in rows}


async def delivered(database: Database) -> dict[str, int]:
    """Count what became of the outbound messages."""
    async with database.hot() as connection:
        rows = await connection.fetch("select state, count(*) from outbox group by state")
    return {row["state"]: row["count"] for row in rows}
