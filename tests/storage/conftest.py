import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.database import Address, connected
from storage.interrupts import INTERRUPTS


class Interrupts:
    """What is notified about turns that lost their claim, in order."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[object] = asyncio.Queue()

    def hear(
        self, _connection: object, _pid: object, _channel: object, payload: object
    ) -> None:
        self._heard.put_nowait(payload)

    async def next(self) -> object:
        """Wait for the next one's session."""
        async with asyncio.timeout(5):
            return await self._heard.get()


@pytest.fixture
async def interrupts(address: Address) -> AsyncIterator[Interrupts]:
    """Whoever listens for interrupted turns."""
    heard = Interrupts()
    async with connected(address) as connection:
        await connection.add_listener(INTERRUPTS, heard.hear)
        yield heard
        await connection.remove_listener(INTERRUPTS, heard.hear)
