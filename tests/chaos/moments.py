"""What happens on the wire, counted, so that others can wait for it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import StrEnum

from starlette.types import ASGIApp, Receive, Scope, Send

_LOOK_EVERY_S = 0.1


class Moment(StrEnum):
    """What is counted."""

    WEBHOOK = "a message comes in"
    MODEL_CALL = "the model is asked"
    ANSWERED = "the model answers a message"
    SEND = "an answer goes out"


class Moments:
    """Counts, and those who wait for them."""

    def __init__(self) -> None:
        self._counts: Counter[Moment] = Counter()
        self._awaited: list[tuple[Moment, int, asyncio.Event]] = []

    def happened(self, moment: Moment, *, times: int = 1) -> None:
        """Count what has happened."""
        self._counts[moment] += times
        for awaited, count, event in self._awaited:
            if awaited is moment and count <= self._counts[moment]:
                event.set()

    async def reached(self, moment: Moment, count: int) -> None:
        """Wait until something has happened so often in all."""
        if count <= self._counts[moment]:
            return
        entry = (moment, count, asyncio.Event())
        self._awaited.append(entry)
        try:
            await entry[2].wait()
        finally:
            self._awaited.remove(entry)

    async def next(self, moment: Moment) -> None:
        """Wait until something happens once more."""
        await self.reached(moment, self._counts[moment] + 1)


def noticing(app: ASGIApp, notice: Callable[[str], None]) -> ASGIApp:
    """Let a request's method and path be noticed when it arrives, before it is answered."""

    async def noticed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            notice(f"{scope['method']} {scope['path']}")
        await app(scope, receive, send)

    return noticed


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what happens in other processes; the test as a whole has a deadline."""
    while not await is_so():  # noqa: ASYNC110 - no event of ours comes of it
        await asyncio.sleep(_LOOK_EVERY_S)
