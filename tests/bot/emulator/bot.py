"""A stand-in for the bot's web process: it keeps what it is sent and answers."""

import asyncio
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it arrived."""

    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Bot:
    """Answers every POST with `status`, after `gate` has opened."""

    status: int = 200
    received: list[Received] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _arrival: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def app(self) -> Starlette:
        """The app to serve."""
        return Starlette(routes=[Route("/{path:path}", self._take, methods=["POST"])])

    async def has_received(self, count: int) -> None:
        """Wait until so many requests have come, five seconds at most."""
        async with asyncio.timeout(5), self._arrival:
            await self._arrival.wait_for(lambda: len(self.received) >= count)

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        received = Received(
            path=request.url.path,
            query=request.url.query,
            headers=dict(request.headers),
            body=body,
        )
        async with self._arrival:
            self.received.append(received)
            self._arrival.notify_all()
        await self.gate.wait()
        return PlainTextResponse("taken", self.status)
