"""How commands that take long say how far they are, or at least that they go on."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter

from bot.beside import beside

_SILENT_S = 2.0


class Progress:
    """Says on standard error how far it is, once a second, after two seconds of silence."""

    def __init__(self, done: str, *, now: Callable[[], float] = perf_counter) -> None:
        """Begin to count.

        Args:
            done: What is done with lines: `read`, `written`.
            now: The time, in seconds since whenever.
        """
        self._done = done
        self._now = now
        self._next_s = now() + _SILENT_S

    def __call__(self, lines: int) -> None:
        """Tell that so many lines are done, if it is time to."""
        if self._now() < self._next_s:
            return
        self._next_s = self._now() + 1
        sys.stderr.write(f"bot: {lines:,} lines {self._done}\n")


@asynccontextmanager
async def going_on(doing: str, *, silent_s: float = _SILENT_S) -> AsyncIterator[None]:
    """Say on standard error that something which cannot tell how far it is goes on.

    Args:
        doing: What goes on.
        silent_s: How long nothing is said; then each further time takes twice as long.
    """

    async def tell() -> None:
        wait_s, waited_s = silent_s, 0.0
        while True:
            await asyncio.sleep(wait_s)
            waited_s += wait_s
            sys.stderr.write(f"bot: still {doing}, for {waited_s:.0f} s now\n")
            wait_s = waited_s

    async with beside(tell()):
        yield
