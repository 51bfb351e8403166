"""(d) Ours: the whole bot in this process, written to over WhatsApp, as a person would."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

from bot.emulator.servers.model import ModelApi
from storage.database import address
from storage.migrate import migrate
from tests.bench.continuity_report import Heard, Paid
from tests.bench.continuity_strategies import model_s, paid
from tests.journeys.town import Town, town
from tests.postgres import new_database

_PERSON = "+14155550100"
_PATIENCE_S = 60
_LOOK_EVERY_S = 0.001


@asynccontextmanager
async def ours(
    server_url: str,
    *,
    window_tokens: int,
    pause_s: float,
    prepare: Callable[[ModelApi], object],
) -> AsyncIterator["Ours"]:
    """Open the bot, on a database of its own.

    Args:
        server_url: A Postgres server where databases may be made.
        window_tokens: `CONTEXT_WINDOW_LIMIT`.
        pause_s: How long the person takes before they write again; housekeeping goes on.
        prepare: Sets the model server up.
    """
    async with new_database(server_url) as url:
        await migrate(address(url))
        async with town(url, limit_tokens=window_tokens) as here:
            prepare(here.model)
            yield Ours(here, pause_s)


@dataclass(slots=True)
class Ours:
    """One person's chat with the bot."""

    here: Town
    pause_s: float
    resets: int = 0
    _replies: int = 0
    _heard: int = 0

    @property
    def paid(self) -> Paid:
        """All that the model was paid for, background calls included."""
        return paid(self.here.model.bill.total())

    async def say(self, text: str) -> Heard:
        """Write a message, and wait until the reply is at the platform."""
        await asyncio.sleep(self.pause_s)
        calls, began = self._calls(), perf_counter()
        await self.here.whatsapp(_PERSON, text)
        parts = await self._reply()
        waited_s = perf_counter() - began
        self.resets = await self._resets_so_far()
        answer = "".join(parts)
        return Heard(
            text=answer,
            added_s=max(0.0, waited_s - model_s(self.here.model, answer)),
            was_looked_up=self._calls() - calls > 1,
        )

    def _calls(self) -> int:
        """How often the model was asked for a reply, or for what it takes to one."""
        return sum(asked.output_schema is None for asked in self.here.model.requests)

    async def _reply(self) -> list[str]:
        """The parts of the next reply, once they have arrived; notices are none."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                heard = len(self.here.heard_on_whatsapp(_PERSON))
                if heard > self._heard and (new := await self._new_replies()):
                    self._heard = heard
                    return new
                await asyncio.sleep(_LOOK_EVERY_S)

    async def _new_replies(self) -> list[str]:
        """What was said since the last reply, if all of it was sent."""
        replies = await self._replied()
        if not all(is_sent for _, is_sent in replies):
            return []
        new = [body for body, _ in replies[self._replies :]]
        self._replies = len(replies)
        return new

    async def _replied(self) -> list[tuple[str, bool]]:
        """Every reply there is, and whether it was sent."""
        async with self.here.database.hot() as connection:
            rows = await connection.fetch(
                "select body, state = 'sent' as is_sent from outbox where kind = 'reply' "
                "order by position"
            )
        return [(row["body"], row["is_sent"]) for row in rows]

    async def _resets_so_far(self) -> int:
        """Handoffs, and compactions that were swapped in."""
        async with self.here.database.hot() as connection:
            found = await connection.fetchval(
                "select count(*) - 1 + coalesce(sum(compactions), 0) from agent"
            )
        return max(0, int(found))
