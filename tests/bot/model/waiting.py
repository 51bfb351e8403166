"""Waiting for what happens on the other side of a connection."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object]) -> None:
    """Return once the condition holds; fail after five seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - a server's state has no event to wait for
            await asyncio.sleep(0.001)
