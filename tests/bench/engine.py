"""The bot's engine in this process, for benches: all that a worker runs, but for its jobs.

Database, model client and model server are real. Time stands still until a bench turns it on.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from time import perf_counter

from bot.emulator.servers.bill import Bill
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.serving import serving
from bot.limits import Limits
from bot.maintain import Maintenance
from bot.model.claude import Claude
from bot.model.connection import connection
from bot.model.patient import Patience, PatientModel
from bot.model.windows import DEFAULT_MODEL, Windows
from bot.turn import Turns
from context.messages import InboundMessage, SessionId
from storage.database import Database, address, open_database
from storage.lanes import Claim, Lane, Lanes
from storage.migrate import migrate
from storage.usage import UsageBook
from tests.bot.chat import Chat
from tests.channels.slack import workspace
from tests.clock import ManualClock
from tests.postgres import new_database
from tests.storage.scenes import session_of

_KEY = "sk-ant-bench"
_LEASE = timedelta(hours=1)
_CONNECTIONS = 8


class NotFree(Exception):
    """Somebody holds a lane that a bench was to have for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What takes turns and tidies up, and what it stands on."""

    database: Database
    api: ModelApi
    clock: ManualClock
    chat: Chat
    limits: Limits
    turns: Turns
    maintenance: Maintenance

    async def claim(self, session_id: SessionId, lane: Lane = Lane.TURN) -> Claim:
        """Claim a lane that nobody holds."""
        now = self.clock.now()
        held = await Lanes(self.database).claim(session_id, lane, now=now, until=now + _LEASE)
        if not isinstance(held, Claim):
            raise NotFree(session_id, lane)
        return held

    async def answer(self, message: InboundMessage) -> float:
        """Have a message come in and be answered; give the seconds that the turn took."""
        await self.chat.receive(message)
        claim = await self.claim(session_of(message))
        began = perf_counter()
        await self.turns.drain(claim)
        return perf_counter() - began

    async def tidy(self, session_id: SessionId) -> None:
        """Do the housekeeping that a session was asked for."""
        await self.maintenance.tidy(await self.claim(session_id, Lane.MAINTAIN))


@asynccontextmanager
async def engine(
    server_url: str, *, limit_tokens: int, keep_calls: int = 1
) -> AsyncIterator[Engine]:
    """Open the engine on a database of its own.

    Args:
        server_url: A Postgres server where databases may be made.
        limit_tokens: `CONTEXT_WINDOW_LIMIT`.
        keep_calls: How many calls the model server remembers; of requests it keeps none.
    """
    async with (
        new_database(server_url) as url,
        workspace() as slack,
    ):
        await migrate(address(url))
        clock = slack.clock
        api = ModelApi(api_key=_KEY, now=clock.now, keep_bytes=0)
        api.bill = Bill(keep_calls=keep_calls)
        async with (
            open_database(address(url), connections=_CONNECTIONS) as database,
            serving(api.app) as model_url,
            connection(api_key=_KEY, base_url=model_url) as client,
        ):
            model = PatientModel(
                [Claude(client, name=DEFAULT_MODEL, clock=clock)],
                windows=Windows(client, clock=clock),
                call_log=UsageBook(database),
                clock=clock,
                sleep=clock.sleep,
                chance=Random(1),  # noqa: S311 - spreads waits, no secret
                patience=Patience(),
            )
            chat = Chat(database=database, api=api, model=model, slack=slack, clock=clock)
            limits = Limits(tokens=limit_tokens, usage_line="off")
            yield Engine(
                database=database,
                api=api,
                clock=clock,
                chat=chat,
                limits=limits,
                turns=chat.turns(limits=limits),
                maintenance=chat.maintenance(limits=limits),
            )
