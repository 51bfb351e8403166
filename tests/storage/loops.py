"""Loops over the queue, as worker processes run them, and what they call."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

from context.errors import StoreUnavailable
from context.messages import SessionId
from storage.database import Address, connected
from storage.queue import Handler, run_queue

SOON = timedelta(milliseconds=200)
"""How long a handler may go on once its loop is told to stop."""


class Worker:
    """One loop over the queue, as a worker process would run it."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.error: BaseException | None = None
        self.backend_pid = 0
        self._ended = asyncio.Event()

    async def run(self, where: Address, handlers: Mapping[str, Handler]) -> None:
        try:
            async with connected(where) as connection:
                self.backend_pid = connection.get_server_pid()
                await run_queue(
                    connection, handlers, concurrency=10, finish_within=SOON, stop=self.stop
                )
        except StoreUnavailable as error:
            self.error = error
        finally:
            self._ended.set()

    async def ended(self) -> None:
        async with asyncio.timeout(5):
            await self._ended.wait()


@contextlib.asynccontextmanager
async def working(where: Address, handlers: Mapping[str, Handler]) -> AsyncIterator[Worker]:
    """Run a worker's loop beside the test; leaving stops it."""
    worker = Worker()
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(where, handlers))
        try:
            yield worker
        finally:
            worker.stop.set()


class Bell:
    """A handler that notes for whom it rang and answers what it was told to."""

    def __init__(self, *answers: timedelta | None) -> None:
        self.heard: list[SessionId] = []
        self._answers = list(answers)
        self._rang = asyncio.Event()

    async def __call__(self, session_id: SessionId) -> timedelta | None:
        self.heard.append(session_id)
        self._rang.set()
        return self._answers.pop(0) if self._answers else None

    async def ring(self, times: int = 1) -> None:
        """Wait until it rang so often."""
        async with asyncio.timeout(10):
            while len(self.heard) < times:
                self._rang.clear()
                await self._rang.wait()


class Stuck:
    """A handler that goes on until it is cancelled."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.cancelled = False

    async def __call__(self, _session_id: SessionId) -> timedelta | None:
        self.began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return None
