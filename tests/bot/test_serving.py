"""Serving until told to stop, and stopping within seconds whatever is under way."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.serving import serve, stop_signal

IPV6 = ["::1"] if Path("/proc/net/if_inet6").exists() else []
"""Not every machine has addresses of the newer kind."""

pytestmark = pytest.mark.slow  # uvicorn looks ten times a second whether to stop


class Shop:
    """An app that says what it was asked, and can be left hanging.

    Attributes:
        is_asked: Set once somebody waits at `/hang`.
        was_cut_off: Whether that somebody was given up.
    """

    def __init__(self) -> None:
        self.is_asked = asyncio.Event()
        self.answers = asyncio.Event()
        self.was_cut_off = False
        self.app = Starlette(routes=[Route("/", self._echo), Route("/hang", self._hang)])

    async def _echo(self, request: Request) -> Response:
        return PlainTextResponse(str(request.url))

    async def _hang(self, _request: Request) -> Response:
        self.is_asked.set()
        try:
            await self.answers.wait()
        except asyncio.CancelledError:
            self.was_cut_off = True
            raise
        return PlainTextResponse("late, but there")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@asynccontextmanager
async def served(
    app: ASGIApp, stop: asyncio.Event, *, host: str = "127.0.0.1"
) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve an app, and give a client of it once it answers; leaving waits for its end."""
    port = free_port()
    origin = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    async with (
        asyncio.TaskGroup() as group,
        httpx2.AsyncClient(trust_env=False, base_url=origin, timeout=20) as client,
    ):
        group.create_task(serve(app, host=host, port=port, stop=stop))
        async with asyncio.timeout(5):
            while True:
                with suppress(httpx2.TransportError):
                    await client.get("/")
                    break
                await asyncio.sleep(0.01)
        yield client


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_it_serves_until_it_is_told_to_stop(shop: Shop) -> None:
    stop = asyncio.Event()

    async with served(shop.app, stop) as client:
        answer = await client.get("/")
        stop.set()

    assert answer.text == f"{client.base_url}/"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((client.base_url.host, client.base_url.port or 0))


@pytest.mark.parametrize("host", ["localhost", *IPV6])
async def test_it_listens_at_names_and_at_either_kind_of_address(shop: Shop, host: str) -> None:
    stop = asyncio.Event()

    async with served(shop.app, stop, host=host) as client:
        answer = await client.get("/")
        stop.set()

    assert answer.status_code == 200


async def test_the_scheme_is_the_one_that_the_proxy_was_asked_by(shop: Shop) -> None:
    stop = asyncio.Event()

    async with served(shop.app, stop) as client:
        headers = {"x-forwarded-proto": "https", "host": "bot.example"}
        answer = await client.get("/?a=1", headers=headers)
        stop.set()

    assert answer.text == "https://bot.example/?a=1"


async def test_a_request_under_way_may_finish(shop: Shop) -> None:
    stop = asyncio.Event()

    async with served(shop.app, stop) as client, asyncio.TaskGroup() as group:
        asking = group.create_task(client.get("/hang"))
        await shop.is_asked.wait()
        stop.set()
        shop.answers.set()

    assert asking.result().text == "late, but there"


async def test_a_request_that_hangs_does_not_hold_up_the_end(shop: Shop) -> None:
    stop = asyncio.Event()

    async def hang(client: httpx2.AsyncClient) -> None:
        with suppress(httpx2.TransportError):
            await client.get("/hang")

    async with served(shop.app, stop) as client, asyncio.TaskGroup() as group:
        group.create_task(hang(client))
        await shop.is_asked.wait()
        began = monotonic()
        stop.set()

    assert shop.was_cut_off
    assert monotonic() - began < 8


async def test_a_port_that_is_taken_is_an_error_and_not_the_end(shop: Shop) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(OSError, match="in use"),
    ):
        await serve(
            shop.app, host="127.0.0.1", port=other.getsockname()[1], stop=asyncio.Event()
        )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_process(number: signal.Signals) -> None:
    stop = stop_signal()
    try:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(5):
            await stop.wait()
    finally:
        for handled in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(handled)

    assert stop.is_set()
