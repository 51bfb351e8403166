"""Wiring of the worker, apart from that of the web process.

Anthropic's library takes a second to import, which no webhook should wait for.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.addresses import database_addresses
from bot.agents.loop import Loop
from bot.app import Process, begin, channel_settings, opened, require
from bot.cleaning import Cleaning
from bot.commands import Commands
from bot.delivery import Delivery
from bot.handover import Handovers
from bot.heralds import LogHerald
from bot.leases import Leases
from bot.limits import limits_of
from bot.maintain import Maintenance
from bot.model.claude import Claude
from bot.model.connection import API_URL, connection
from bot.model.patient import Patience, PatientModel
from bot.model.windows import DEFAULT_MODEL, Windows
from bot.notetaking import NoteTaker
from bot.opening import Opening
from bot.ports import Model
from bot.serving import stop_signal
from bot.settings import Settings
from bot.tools.offered import all_tools
from bot.turn import Turns
from bot.watch import Watch
from bot.worker import Worker
from storage.chores import Chores
from storage.chronicle import Chronicle
from storage.compactions import Compactions
from storage.control import Control
from storage.database import Address
from storage.day_totals import DayTotals
from storage.lanes import Lane, Lanes
from storage.ledger import Ledger
from storage.mailbox import Mailbox
from storage.outbox import Outbox
from storage.retention import Retention
from storage.sessions import Sessions
from storage.tombstones import Tombstones
from storage.usage import UsageBook


def run_worker(settings: Settings) -> None:
    """Work through what was received until told to stop.

    Raises:
        ConfigError: A variable is missing or bad.
        StoreUnavailable: The database is out of reach at the start.
    """
    require(settings)
    begin(settings)
    asyncio.run(_worker(settings))


async def _worker(settings: Settings) -> None:
    pooled, direct = database_addresses(settings)
    async with (
        opened(
            settings, pooled, channel_settings(), callbacks_url=settings.public_url
        ) as process,
        opened_model(process) as model,
    ):
        await worker(process, model, direct=direct).run(stop_signal())


@asynccontextmanager
async def opened_model(process: Process) -> AsyncIterator[Model]:
    """Open the connection to the model; leaving closes it."""
    settings, clock = process.settings, process.clock
    key = settings.anthropic_api_key
    names = (settings.model or DEFAULT_MODEL, *settings.model_fallbacks)
    async with connection(
        api_key=key.get_secret_value() if key is not None else "",
        base_url=settings.anthropic_base_url or API_URL,
    ) as client:
        yield PatientModel(
            [Claude(client, name=name, clock=clock) for name in names],
            windows=Windows(client, clock=clock),
            call_log=UsageBook(process.database),
            clock=clock,
            sleep=clock.sleep,
            chance=random.Random(),  # noqa: S311 - spreads waits
            patience=Patience(),
        )


def worker(process: Process, model: Model, *, direct: Address) -> Worker:
    """Build the worker."""
    database, clock, channels = process.database, process.clock, process.channels
    lanes, heralds = Lanes(database), (LogHerald(),)
    limits = limits_of(process.settings)
    ledger, sessions, chores = Ledger(database), Sessions(database), Chores(database)
    compactions = Compactions(database)
    shaping = limits.shaping
    tools = all_tools(database, shaping=shaping)
    opening = Opening(sessions=sessions, model=model, tools=tools, clock=clock, limits=limits)
    handovers = Handovers(
        ledger=ledger,
        compactions=compactions,
        chores=chores,
        opening=opening,
        channels=channels,
        clock=clock,
        limits=limits,
        heralds=heralds,
    )
    turns = Turns(
        lanes=lanes,
        mailbox=Mailbox(database),
        opening=opening,
        loop=Loop(model=model, tools=tools, ledger=ledger, clock=clock),
        handovers=handovers,
        ledger=ledger,
        channels=channels,
        clock=clock,
    )
    maintenance = Maintenance(
        lanes=lanes,
        chores=chores,
        opening=opening,
        notes=NoteTaker(model=model, compactions=compactions, clock=clock, limits=limits),
        compactions=compactions,
        channels=channels,
        clock=clock,
        limits=limits,
    )
    commands = Commands(
        lanes=lanes,
        control=Control(database),
        sessions=sessions,
        chronicle=Chronicle(database),
        model=model,
        channels=channels,
        clock=clock,
        limits=limits,
        heralds=heralds,
    )
    delivery = Delivery(outbox=Outbox(database), lanes=lanes, channels=channels, clock=clock)
    return Worker(
        direct=direct,
        lanes=lanes,
        leases=Leases(lanes, clock),
        work={
            Lane.TURN: turns.drain,
            Lane.CONTROL: commands.handle,
            Lane.DELIVER: delivery.deliver,
            Lane.MAINTAIN: maintenance.tidy,
        },
        watch=Watch(
            chores=chores,
            totals=DayTotals(process.database),
            cleaning=Cleaning(
                retention=Retention(database),
                tombstones=Tombstones(database),
                keep=process.settings.kept_for,
            ),
            clock=clock,
            idle_timeout=process.settings.idle_timeout,
        ),
        clock=clock,
        concurrency=process.settings.worker_concurrency,
    )
