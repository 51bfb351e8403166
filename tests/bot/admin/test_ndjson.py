"""What is written line by line goes to somebody who takes it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.ndjson import NdjsonResponse
from bot.emulator.servers.serving import serving

LINE = b'{"type": "message"}\n' * 5_000


class ImpatientResponse(NdjsonResponse):
    patience = timedelta(seconds=0.1)


class Endless:
    """An app that writes for ever; `ended` once it is stopped."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.app = Starlette(routes=[Route("/lines", self._answer)])

    async def _answer(self, _request: Request) -> Response:
        return ImpatientResponse(self._lines())

    async def _lines(self) -> AsyncIterator[bytes]:
        try:
            while True:
                yield LINE
                await asyncio.sleep(0)
        finally:
            self.ended.set()


@pytest.mark.slow
async def test_whoever_takes_nothing_is_given_up() -> None:
    endless = Endless()
    async with serving(endless.app) as url:
        address = ("127.0.0.1", urlsplit(url).port)
        with socket.create_connection(address) as client:
            client.sendall(b"GET /lines HTTP/1.1\r\nhost: bot.example\r\n\r\n")

            async with asyncio.timeout(10):
                await endless.ended.wait()


@pytest.mark.slow
async def test_whoever_hangs_up_ends_the_writing() -> None:
    endless = Endless()
    async with serving(endless.app) as url, httpx2.AsyncClient(trust_env=False) as client:
        async with client.stream("GET", f"{url}/lines") as answer:
            assert answer.headers["content-type"].startswith("application/x-ndjson")

        async with asyncio.timeout(10):
            await endless.ended.wait()
