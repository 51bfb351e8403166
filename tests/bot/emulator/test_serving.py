"""Serving an app on loopback inside the running loop."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp
import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.emulator.servers.faults import DropBefore, Faults
from bot.emulator.servers.serving import BreakableProtocol, serving


def answering(text: str) -> Starlette:
    async def answer(_: Request) -> Response:
        return PlainTextResponse(text)

    return Starlette(routes=[Route("/", answer, methods=["POST"])])


def dropping() -> Starlette:
    faults = Faults()

    async def drop(_: Request) -> Response:
        return faults.answer(DropBefore(), accept=Response, refuse=lambda _: Response())

    return Starlette(routes=[Route("/", drop, methods=["POST"])])


async def text(http: aiohttp.ClientSession, url: str) -> str:
    async with http.post(url) as response:
        return await response.text()


async def test_each_app_has_an_address_of_its_own() -> None:
    async with (
        serving(answering("one")) as one,
        serving(answering("two")) as two,
        aiohttp.ClientSession() as http,
    ):
        answers = [await text(http, url) for url in (one, two)]

    assert answers == ["one", "two"]
    assert one.startswith("http://127.0.0.1:")


async def test_nobody_answers_once_it_is_left() -> None:
    async with aiohttp.ClientSession() as http:
        async with serving(answering("here")) as url:
            await text(http, url)

        with pytest.raises(aiohttp.ClientConnectionError):
            await text(http, url)


async def test_the_lifespan_of_an_app_is_its_serving() -> None:
    happened = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        happened.append("started")
        yield
        happened.append("stopped")

    async with serving(Starlette(lifespan=lifespan)):
        happened.append("served")

    assert happened == ["started", "served", "stopped"]


async def test_an_app_that_does_not_start_is_not_served() -> None:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        int("no number")
        yield

    with pytest.raises(RuntimeError, match="did not start"):
        async with serving(Starlette(lifespan=lifespan)):
            pass


async def test_a_request_that_ignores_the_closing_is_cancelled() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def stay(_: Request) -> Response:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Response()

    app = Starlette(routes=[Route("/", stay, methods=["POST"])])

    async with (
        aiohttp.ClientSession() as http,
        asyncio.TaskGroup() as calls,
        serving(app, grace=timedelta(milliseconds=10)) as url,
    ):
        call = calls.create_task(outcome(http, url))
        await began.wait()

    assert ended.is_set()
    assert isinstance(call.result(), aiohttp.ServerDisconnectedError)


async def test_a_client_that_dies_while_it_asks_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    began = asyncio.Event()

    async def read(request: Request) -> Response:
        began.set()
        await request.body()
        return Response()

    async with serving(Starlette(routes=[Route("/", read, methods=["POST"])])) as url:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf")
        await began.wait()
        writer.transport.abort()

    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_connection_can_only_be_dropped_by_a_server_that_can() -> None:
    transport = httpx2.ASGITransport(dropping())

    async with httpx2.AsyncClient(transport=transport, base_url="http://app") as http:
        with pytest.raises(RuntimeError, match="BreakableProtocol"):
            await http.post("/")


@pytest.mark.slow
async def test_uvicorn_drops_connections_when_given_the_protocol() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(dropping(), http=BreakableProtocol, log_config=None)
    server = uvicorn.Server(config)

    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as serving_it:
        serving_it.create_task(server.serve([listener]))
        answer = await outcome(http, url)
        server.should_exit = True

    assert isinstance(answer, aiohttp.ServerDisconnectedError)


async def outcome(http: aiohttp.ClientSession, url: str) -> str | aiohttp.ClientError:
    try:
        return await text(http, url)
    except aiohttp.ClientError as error:
        return error
