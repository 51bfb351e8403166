"""The web process: webhooks in, health and metrics out.

A webhook is judged in the order that the interface promises: method, size, configured,
signature, form, and stored before it is acknowledged.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from time import perf_counter

import structlog
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot import spans
from bot.metrics import Metrics
from bot.ports import Clock
from bot.spans import Fact, Place
from bot.tallying import Tallying
from channels.port import Channel, ChannelKind, DeliveryReport, Received, WebhookRequest
from context.errors import PayloadError, SignatureError, StoreUnavailable
from context.messages import Provider
from storage.database import Database
from storage.mailbox import Mailbox
from storage.migrate import pending_revision
from storage.outbox import Outbox
from storage.tally import Tally

MOST_BODY_BYTES = 4 * 1024 * 1024
# Slack gives up after 3 s (Events API, read 2026-11); what is not stored by then is refused.
_STORE_WITHIN_S = 2.5
_READY_WITHIN_S = 2.0
_ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")

log = structlog.get_logger()


class _Kept(Response):
    """The acknowledgement of what was stored.

    Args:
        received: What the platform sent.
        new: How many of its messages were not there before.
        seconds: From the whole request being there to its messages being stored.
    """

    def __init__(self, received: Received, *, new: int, seconds: float) -> None:
        reply = received.reply
        super().__init__(reply.body, reply.status, media_type=reply.content_type)
        self.received = received
        self.new = new
        self.seconds = seconds


class Web:
    """The routes that platforms and operators call."""

    def __init__(
        self,
        *,
        kinds: Sequence[ChannelKind],
        channels: Mapping[Provider, Channel],
        mailbox: Mailbox,
        outbox: Outbox,
        database: Database,
        metrics: Metrics,
        clock: Clock,
        public_url: str | None,
    ) -> None:
        self._kinds = kinds
        self._channels = channels
        self._mailbox = mailbox
        self._outbox = outbox
        self._database = database
        self._metrics = metrics
        self._tallying = Tallying(Tally(database), clock)
        self._clock = clock
        self._public_url = public_url

    def app(self, more: Sequence[BaseRoute] = ()) -> Starlette:
        """Build the ASGI app, with further routes after ours."""
        webhooks = [
            Route(path, self._taker(kind, methods), methods=_ALL_METHODS)
            for kind in self._kinds
            for path, methods in kind.webhooks.items()
        ]
        return Starlette(
            routes=[
                *webhooks,
                Route("/healthz", self._alive),
                Route("/readyz", self._ready),
                Route("/metrics", self._figures),
                *more,
            ]
        )

    def _taker(
        self, kind: ChannelKind, methods: tuple[str, ...]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def take(request: Request) -> Response:
            began = perf_counter()
            try:
                response = await self._take(kind, methods, request)
            except ClientDisconnect:
                response = Response(status_code=400)  # nobody is left to hear it
            except Exception:
                log.exception("webhook.broke", provider=kind.provider)
                response = _not_stored()
            seconds = perf_counter() - began
            # The platform need not wait for our bookkeeping, which takes as long as verifying.
            response.background = BackgroundTask(
                self._book, kind.provider, request, response, seconds=seconds
            )
            return response

        return take

    async def _take(
        self, kind: ChannelKind, methods: tuple[str, ...], request: Request
    ) -> Response:
        if request.method not in methods:
            return PlainTextResponse("method not allowed\n", 405, {"allow": ", ".join(methods)})
        if (body := await _body(request)) is None:
            return PlainTextResponse("body too large\n", 413)
        if (channel := self._channels.get(kind.provider)) is None:
            return PlainTextResponse(f"{kind.provider} is not configured\n", 503)
        return await self._keep(kind, channel, self._request(request, body))

    async def _keep(
        self, kind: ChannelKind, channel: Channel, request: WebhookRequest
    ) -> Response:
        """Keep what a platform sent, then say so; a lost acknowledgement is a redelivery."""
        began = perf_counter()
        try:
            received = await channel.receive(request)
            new = await self._store(received)
        except SignatureError as error:
            log.warning("channel.refused", provider=kind.provider, reason=error.reason)
            return PlainTextResponse("bad signature\n", error.status)
        except PayloadError as error:
            log.warning("channel.malformed", provider=kind.provider, reason=error.reason)
            return PlainTextResponse("malformed request\n", 400)
        except (StoreUnavailable, TimeoutError):
            log.error("inbox.unavailable", provider=kind.provider)  # noqa: TRY400 - no bug
            return _not_stored()
        return _Kept(received, new=new, seconds=perf_counter() - began)

    async def _store(self, received: Received) -> int:
        """Keep all of it, within Slack's patience; say how many messages were new."""
        new = 0
        async with asyncio.timeout(_STORE_WITHIN_S):
            if received.messages:
                new = await self._mailbox.put(received.messages, now=self._clock.now())
            for report in received.reports:
                await self._report(report)
        return new

    async def _book(
        self, provider: Provider, request: Request, response: Response, *, seconds: float
    ) -> None:
        status = response.status_code
        self._metrics.webhook(provider, status=status, seconds=seconds)
        facts: Mapping[str, Fact] = {
            spans.METHOD: request.method,
            spans.ROUTE: request.scope["path"],  # the paths of webhooks are our own words
            spans.STATUS: status,
        }
        if isinstance(response, _Kept):
            await self._book_messages(provider, response, facts)
        elif status >= HTTPStatus.BAD_REQUEST:
            spans.took("refuse", {**facts, spans.ERROR: str(status)}, seconds=seconds)

    async def _book_messages(
        self, provider: Provider, kept: _Kept, facts: Mapping[str, Fact]
    ) -> None:
        new, redelivered = kept.new, len(kept.received.messages) - kept.new
        counts = {"baton.messages.new": new, "baton.messages.redelivered": redelivered}
        # The turn points at where its messages were accepted first.
        at = Place("message", kept.received.messages[0].message_id) if new else None
        spans.took("accept", {**facts, **counts}, seconds=kept.seconds, at=at)
        if new or redelivered:
            self._metrics.accepted(provider, new=new, redelivered=redelivered)
            log.info("inbox.stored", provider=provider, new=new, redelivered=redelivered)
            await self._tallying.accepted(
                provider, new=new, redelivered=redelivered, seconds=kept.seconds
            )

    async def _report(self, report: DeliveryReport) -> None:
        await self._outbox.report(
            receipt=report.receipt,
            outbox_id=report.outbox_id,
            status=report.status,
            code=report.code,
            now=self._clock.now(),
        )

    def _request(self, request: Request, body: bytes) -> WebhookRequest:
        query = request.scope["query_string"].decode("latin-1")
        origin = self._public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"
        headers: dict[str, str] = {}
        for name, value in request.headers.items():
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return WebhookRequest(
            method=request.method,
            path=request.scope["path"],
            url=f"{origin}{request.scope['path']}" + (f"?{query}" if query else ""),
            headers=headers,
            body=body,
        )

    async def _alive(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, _request: Request) -> Response:
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                pending = await pending_revision(self._database)
        except (StoreUnavailable, TimeoutError):
            return PlainTextResponse("the database is out of reach\n", 503)
        if pending is not None:
            return PlainTextResponse("the database is not migrated: run `bot migrate`\n", 503)
        return PlainTextResponse("ok\n")

    async def _figures(self, _request: Request) -> Response:
        text = await self._metrics.text(now=self._clock.now())
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _not_stored() -> Response:
    """Have the platform send it again."""
    return PlainTextResponse("not stored, send again\n", 503)


async def _body(request: Request) -> bytes | None:
    """Read the body; None once it is over the limit, without reading the rest."""
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) > MOST_BODY_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            return None
    return bytes(body)
