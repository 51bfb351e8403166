"""The web process in front of a database, on loopback, with both platforms beside it."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.emulator.servers.serving import serving
from bot.emulator.servers.webhooks import Webhook
from bot.limits import Limits
from bot.metrics import metrics_of
from bot.web import Web
from channels.port import Channel
from channels.registry import KINDS
from context.messages import Provider
from storage.database import Database
from storage.mailbox import Mailbox
from storage.outbox import Outbox
from tests.channels.slack import Workspace, workspace
from tests.channels.twilio import ORIGIN, Account, account
from tests.clock import ManualClock

SLACK, TWILIO = Provider("slack"), Provider("twilio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The web process in front of a database, with both platforms beside it."""

    url: str
    app: ASGIApp
    slack: Workspace
    twilio: Account

    async def post(self, webhook: Webhook, **headers: str) -> httpx2.Response:
        """Have a platform post something, to where we listen."""
        return await self.send(
            webhook.path, headers={**webhook.headers, **headers}, body=webhook.body
        )

    async def send(
        self,
        path: str,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterator[bytes] = b"",
    ) -> httpx2.Response:
        """Send anything; a body in pieces goes without its length."""
        content = body if isinstance(body, bytes) else _chunks(body)
        async with httpx2.AsyncClient(trust_env=False, base_url=self.url) as client:
            return await client.request(
                method, path, headers=dict(headers or {}), content=content
            )

    async def metrics(self) -> str:
        """What Prometheus reads."""
        return (await self.send("/metrics", method="GET")).text


async def _chunks(body: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in body:
        yield chunk


@asynccontextmanager
async def fronting(
    database: Database,
    *,
    public_url: str | None = ORIGIN,
    configured: Collection[Provider] = (SLACK, TWILIO),
) -> AsyncIterator[Front]:
    """Open it, with those platforms configured."""
    async with workspace() as slack, account() as twilio:
        channels: Mapping[Provider, Channel] = {
            SLACK: slack.channel,
            TWILIO: twilio.channel,
        }
        web = Web(
            kinds=KINDS,
            channels={name: channels[name] for name in configured},
            mailbox=Mailbox(database),
            outbox=Outbox(database),
            database=database,
            metrics=metrics_of(database, Limits(tokens=200_000)),
            clock=ManualClock(),
            public_url=public_url,
        )
        app = web.app()

        async def behind_proxy(scope: Scope, receive: Receive, send: Send) -> None:
            """Take the proxy's word on the scheme, as uvicorn does in `bot.serving`."""
            headers = dict(scope.get("headers", ()))
            if (scheme := headers.get(b"x-forwarded-proto")) is not None:
                scope["scheme"] = scheme.decode()
            await app(scope, receive, send)

        async with serving(behind_proxy) as url:
            yield Front(url=url, app=app, slack=slack, twilio=twilio)
