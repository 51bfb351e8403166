"""A wire to the database that can be cut, frozen and mended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

from storage.database import Address, address


class Wire:
    """Passes bytes between the database and whoever connects to `address`."""

    def __init__(self, url: str) -> None:
        self._upstream = urlsplit(url)
        self._ends: set[asyncio.StreamWriter] = set()
        self._links: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._port = 0
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> Address:
        """Where the wire begins."""
        login = self._upstream.netloc.rpartition("@")[0]
        near = self._upstream._replace(netloc=f"{login}@127.0.0.1:{self._port}", query="")
        return address(near.geturl())

    async def cut(self) -> None:
        """Close every connection and take no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in self._ends:
            end.transport.abort()
        self._flowing.set()
        await asyncio.gather(*self._links)

    async def mend(self) -> None:
        """Take connections, again at the same place."""
        self._server = await asyncio.start_server(self._link, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def freeze(self) -> None:
        """Pass nothing on, without closing anything."""
        self._flowing.clear()

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self._far_end()
        ends = {writer, far_writer}
        self._ends |= ends
        async with asyncio.TaskGroup() as group:
            links = {
                group.create_task(self._pass(reader, far_writer)),
                group.create_task(self._pass(far_reader, writer)),
            }
            self._links |= links
        self._ends -= ends
        self._links -= links

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while taken := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(taken)
                await writer.drain()
        writer.close()

    async def _far_end(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = parse_qs(self._upstream.query).get("host", [None])[0]
        if folder is not None:
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        return await asyncio.open_connection(
            self._upstream.hostname or "127.0.0.1", self._upstream.port or 5432
        )


@contextlib.asynccontextmanager
async def wired(url: str) -> AsyncIterator[Wire]:
    """Lay a wire to a database; leaving takes it away."""
    wire = Wire(url)
    await wire.mend()
    try:
        yield wire
    finally:
        await wire.cut()
