"""A whole town for journeys: the platforms, the model, and the bot between them.

Everything is real but the people: the bot's web app over HTTP, its workers, Postgres, the
official SDKs, and the protocol servers at the other end.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, Literal

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import channel_settings, opened, web_app
from bot.background import opened_model, worker
from bot.beside import beside
from bot.clock import SystemClock
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_request import MessageRequest
from bot.emulator.servers.serving import serving
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_messages import direct_channel
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
ANA = "+14155550100"
BEN = "U1BEN"

FILLER = "This line only takes up room. "
_BYTES_PER_TOKEN = 4
"""By which the model's server counts (`bot/emulator/servers/tokens.py`)."""

_PATIENCE = timedelta(seconds=20)

# Mail to be answered, words to be sent, and housekeeping to be done.
_WAITING = """
select (select count(*) from message_fate where fate = 'waiting')
  + (select count(*) from outbox where state in ('pending', 'sending', 'uncertain'))
  + (select count(*) from chore where state = 'pending')
"""

# What a summary that waits for the next turn frees is free already.
_HELD = """
select a.occupied_tokens - coalesce((
  select c.before_tokens - c.after_tokens from compaction c
  where c.agent_id = a.id and c.state = 'ready' order by c.created_at desc limit 1), 0)
from session s join agent a on a.id = s.agent_id where s.user_id = $1
"""


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
    limit_tokens: int

    def person(self, platform: str) -> "Person":
        """Somebody who writes to the bot directly: Ana on WhatsApp, Ben in Slack."""
        return Person(self, "slack" if platform == "slack" else "whatsapp")

    @property
    def replies(self) -> tuple[MessageRequest, ...]:
        """What the model was asked for people; the notes it takes in the background are left out."""
        return tuple(asked for asked in self.model.requests if asked.output_schema is None)

    async def paste_to(self, user_id: str, share: float, *, filler: str = FILLER) -> str:
        """Text that fills a person's window up to a share of the limit, the answer left aside."""
        async with self.database.hot() as connection:
            held_tokens = int(await connection.fetchval(_HELD, user_id))
        missing_tokens = int(self.limit_tokens * share) - held_tokens
        return (filler * (missing_tokens * _BYTES_PER_TOKEN // len(filler))).strip()

    async def is_quiet(self) -> bool:
        """Whether nobody waits for anything: no message, no answer, no housekeeping."""
        async with self.database.hot() as connection:
            return int(await connection.fetchval(_WAITING)) == 0

    async def fates(self) -> dict[str, int]:
        """Count what became of the inbound messages, once nobody waits any more."""
        await until(self.is_quiet)
        return await fates(self.database)

    async def admin(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """Ask the admin API."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            response = await client.get(
                f"{self.url}/admin/api/v1{path}",
                params=query,
                headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            )
        return response.raise_for_status().json()

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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a direct chat with the bot, on either platform."""

    town: Town
    platform: Literal["slack", "whatsapp"]

    @property
    def user_id(self) -> str:
        """Who that is, as rows and the admin API have it."""
        return f"{self.town.slack.team}:{BEN}" if self.platform == "slack" else ANA

    @property
    def heard(self) -> list[str]:
        """What the bot said to them, oldest first."""
        if self.platform == "slack":
            return self.town.heard_in_slack(direct_channel(BEN))
        return self.town.heard_on_whatsapp(ANA)

    async def write(self, text: str) -> None:
        """Write a message."""
        if self.platform == "slack":
            await self.town.slack_message(BEN, text)
        else:
            await self.town.whatsapp(ANA, text)

    async def command(self, text: str) -> list[str]:
        """Give a command, as `notices off`; what was said until all was done."""
        before = len(self.heard)
        if self.platform == "slack":
            await self.town.slack_hooks.deliver(self.town.slackers.command(BEN, text))
        else:
            await self.town.whatsapp(ANA, f"/{text}")
        await until(self.town.is_quiet)
        return self.heard[before:]

    async def say(self, text: str) -> list[str]:
        """Write a message; what was said until all was done, housekeeping too."""
        before = len(self.heard)
        await self.write(text)
        await until(self.town.is_quiet)
        return self.heard[before:]

    async def fill(self, share: float, text: str = "") -> list[str]:
        """Write so much that the window is full up to a share of the limit; as `say`.

        Args:
            share: How full.
            text: What the message begins with.
        """
        filler = await self.town.paste_to(self.user_id, share)
        assert filler, "the window is fuller than that"
        return await self.say(f"{text} {filler}".strip())

    async def told(self, path: str) -> list[dict[str, Any]]:
        """Give what the admin API lists of them, oldest first."""
        listed = await self.town.admin(path, user_id=self.user_id)
        assert listed["next_cursor"] is None
        return list(reversed(listed["items"]))


@asynccontextmanager
async def town(
    database_url: str,
    *,
    workers: int = 1,
    limit_tokens: int = 200_000,
    providers: Collection[str] = ("slack", "twilio"),
    settings: Mapping[str, Any] | None = None,
) -> AsyncIterator[Town]:
    """Open the town.

    Args:
        database_url: An empty, migrated database.
        workers: How many there are.
        limit_tokens: `CONTEXT_WINDOW_LIMIT`.
        providers: The platforms that are configured.
        settings: Further variables by the names of their fields; usage is not told in chat
            unless they say so.
    """
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
        variables = Settings(
            _env_file=None,
            database_url=SecretStr(database_url),
            secret_key=SecretStr("key"),
            anthropic_api_key=SecretStr(MODEL_KEY),
            anthropic_base_url=model_url,
            admin_token=SecretStr(ADMIN_TOKEN),
            context_window_limit=limit_tokens,
            db_pool_size=8,
            log_level="error",
            **{"usage_line": "off", **(settings or {})},
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
            opened(variables, address(database_url), configured, callbacks_url=url)
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
            limit_tokens=limit_tokens,
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
