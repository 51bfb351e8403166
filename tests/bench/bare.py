"""The baseline: the least that accepting a message can be.

A Starlette app on an asyncpg pool that checks the signature, inserts one row, and says so.
`python -m tests.bench.bare` serves it as our web process is served, on its environment.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from urllib.parse import parse_qsl

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import SystemClock
from bot.serving import serve, stop_signal

TABLE = "create table message (id text primary key, body jsonb not null)"

# As many as the web process has for accepting.
_MOST_CONNECTIONS = 5
_KEEP = "insert into message (id, body) values ($1, $2::jsonb) on conflict (id) do nothing"
_FRESH_S = 300


class Bare:
    """The routes of the baseline."""

    def __init__(self, pool: asyncpg.Pool, environment: Mapping[str, str]) -> None:
        self._pool = pool
        self._clock = SystemClock()
        self._slack_secret = environment["SLACK_SIGNING_SECRET"].encode()
        self._twilio_token = environment["TWILIO_AUTH_TOKEN"].encode()
        self._public_url = environment["PUBLIC_URL"]

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/webhooks/slack/events", self._slack, methods=["POST"]),
                Route("/webhooks/twilio/whatsapp", self._twilio, methods=["POST"]),
                Route("/readyz", self._ready),
            ]
        )

    async def _slack(self, request: Request) -> Response:
        body = await request.body()
        timestamp = request.headers["x-slack-request-timestamp"]
        signed = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new(self._slack_secret, signed, hashlib.sha256).hexdigest()
        is_fresh = abs(self._clock.now().timestamp() - int(timestamp)) < _FRESH_S
        given = request.headers["x-slack-signature"]
        if not (is_fresh and hmac.compare_digest(f"v0={digest}", given)):
            return Response(status_code=401)
        await self._pool.execute(_KEEP, json.loads(body)["event_id"], body.decode())
        return Response()

    async def _twilio(self, request: Request) -> Response:
        fields = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        signed = self._public_url + request.url.path
        signed += "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.new(self._twilio_token, signed.encode(), hashlib.sha1).digest()
        given = request.headers["x-twilio-signature"]
        if not hmac.compare_digest(base64.b64encode(digest).decode(), given):
            return Response(status_code=403)
        await self._pool.execute(_KEEP, fields["MessageSid"], json.dumps(fields))
        return Response("<Response/>", media_type="text/xml")

    async def _ready(self, _request: Request) -> Response:
        await self._pool.fetchval("select 1")
        return Response()


async def _serve(environment: Mapping[str, str]) -> None:
    async with asyncpg.create_pool(
        environment["DATABASE_URL"], min_size=1, max_size=_MOST_CONNECTIONS
    ) as pool:
        await serve(
            Bare(pool, environment).app(),
            host=environment["HOST"],
            port=int(environment["PORT"]),
            stop=stop_signal(),
        )


if __name__ == "__main__":
    asyncio.run(_serve(os.environ))
