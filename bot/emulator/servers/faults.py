"""Faults that a protocol server can be told to have, the same for every platform."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from bot.emulator.servers.serving import disconnection


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an HTTP status in the platform's own words; nothing is accepted.

    `code` is the platform's error code, where the usual one of that status will not do.
    """

    status: int
    retry_after_s: int | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class DropBefore:
    """Close the connection without an answer; nothing is accepted."""


@dataclass(frozen=True, slots=True)
class DropAfter:
    """Accept the call, then close the connection without an answer."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Accept the call and keep its answer back until released or given up."""


Fault = Refuse | DropBefore | DropAfter | Hang


@dataclass(slots=True)
class _Queued:
    fault: Fault
    method: str | None
    times: int


class Faults:
    """What goes wrong next: queued faults first, then a steady random share."""

    def __init__(self) -> None:
        self._queued: list[_Queued] = []
        self._chance: tuple[random.Random, Mapping[Fault, float]] | None = None
        self._released = asyncio.Event()

    def queue(self, fault: Fault, *, method: str | None = None, times: int = 1) -> None:
        """Have a fault at the next calls, of one method or of any."""
        self._queued.append(_Queued(fault, method, times))

    def at_random(self, chance: random.Random, shares: Mapping[Fault, float]) -> None:
        """Have faults from now on at a random share of calls; no shares end it.

        Args:
            chance: Seeded by the caller, so that a run can be repeated.
            shares: Fraction of all calls for each fault, 0 to 1, together at most 1.
        """
        if any(share < 0 for share in shares.values()) or sum(shares.values()) > 1:
            raise ValueError("shares are fractions of all calls, together at most 1")
        self._chance = (chance, dict(shares))

    def release(self) -> None:
        """Let every hanging call have its answer; later ones hang again."""
        self._released.set()
        self._released = asyncio.Event()

    def take(self, method: str) -> Fault | None:
        """The fault of this call of `method`, and no longer of the next; usually None."""
        for queued in self._queued:
            if queued.method in {None, method}:
                queued.times -= 1
                if queued.times == 0:
                    self._queued.remove(queued)
                return queued.fault
        return self._drawn()

    def _drawn(self) -> Fault | None:
        if self._chance is None:
            return None
        chance, shares = self._chance
        drawn = chance.random()
        for fault, share in shares.items():
            if drawn < share:
                return fault
            drawn -= share
        return None

    def answer(
        self,
        fault: Fault | None,
        *,
        accept: Callable[[], Response],
        refuse: Callable[[Refuse], Response],
    ) -> Response:
        """Answer a call as its fault wants it.

        Args:
            fault: From `take`.
            accept: Does what the call asks and returns the true answer. It does not await,
                so that concurrent calls never see half of it.
            refuse: Puts a refusal in the platform's words.
        """
        match fault:
            case None:
                return accept()
            case Refuse():
                return refuse(fault)
            case DropBefore():
                return _Dropped(None)
            case DropAfter():
                return _Dropped(accept())
            case Hang():
                return _Held(accept(), self._released)
            case never:
                assert_never(never)


class _Dropped(Response):
    """No answer: the connection closes; what was to follow the answer still happens."""

    def __init__(self, unheard: Response | None) -> None:
        super().__init__()
        self.background = None if unheard is None else unheard.background

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        disconnection(scope)()
        await _gone(receive)
        if self.background is not None:
            await self.background()


class _Held(Response):
    """An answer that waits for its release, unless its client leaves first."""

    def __init__(self, answer: Response, released: asyncio.Event) -> None:
        super().__init__()
        self._answer = answer
        self._released = released

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as waiting:
            released = waiting.create_task(self._released.wait())
            gone = waiting.create_task(_gone(receive))
            await asyncio.wait({released, gone}, return_when=asyncio.FIRST_COMPLETED)
            released.cancel()
            gone.cancel()
        await self._answer(scope, receive, send)


async def _gone(receive: Receive) -> None:
    """Return once the client has left."""
    message: Message = {"type": "http.request"}
    while message["type"] != "http.disconnect":
        message = await receive()
