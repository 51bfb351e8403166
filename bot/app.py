"""Wiring: settings become objects, and objects the web process; `bot.background` the other."""

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.addresses import database_addresses
from bot.admin.api.app import admin_routes
from bot.admin.entrance import Entrance
from bot.admin.pages.desk import Desk
from bot.admin.pages.site import dashboard_routes
from bot.admin.pages.view import View
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.records import Records
from bot.clock import SystemClock
from bot.erasing import Erasing
from bot.limits import Limits, limits_of
from bot.logs import configure
from bot.metrics import metrics_of
from bot.serving import serve, stop_signal
from bot.settings import NOT_BUILT_YET, Settings, environment, read, required
from bot.tracing_settings import TracingSettings
from bot.web import Web
from channels.port import Channel, ChannelSettings
from channels.registry import KINDS
from context.errors import StoreUnavailable
from context.messages import Provider
from storage.database import Address, Database, open_database
from storage.mailbox import Mailbox
from storage.outbox import Outbox
from storage.people import People
from storage.tombstones import Digests

_AWAIT_DATABASE = timedelta(seconds=10)
_ASK_AGAIN_AFTER = timedelta(seconds=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What both processes of a deployment share."""

    settings: Settings
    clock: SystemClock
    database: Database
    channels: Mapping[Provider, Channel]


def process_settings() -> Settings:
    """Read the configuration of a process.

    Raises:
        ConfigError: Names every bad variable, the channels' too.
    """
    return read(Settings, TracingSettings, *(kind.settings for kind in KINDS))


def run_web(settings: Settings) -> None:
    """Serve webhooks and the admin API until told to stop.

    Raises:
        ConfigError: A variable is missing or bad.
        StoreUnavailable: The database is out of reach at the start.
    """
    require(settings)
    begin(settings)
    asyncio.run(_web(settings))


def begin(settings: Settings) -> None:
    """Set this process's logging up; name the variables that are set but that nobody reads."""
    # All that was imported stays: to look through it for garbage would halt us for 0.1 s.
    gc.freeze()
    key = settings.secret_key.get_secret_value() if settings.secret_key else ""
    configure(level=settings.log_level, style=settings.log_format, secret_key=key)
    if ignored := sorted(NOT_BUILT_YET & environment().keys()):
        log.warning("variables.not_read_yet", names=ignored)


async def _web(settings: Settings) -> None:
    pooled, _ = database_addresses(settings)
    callbacks_url = settings.public_url
    async with opened(
        settings, pooled, channel_settings(), callbacks_url=callbacks_url
    ) as process:
        host = settings.host or "0.0.0.0"  # noqa: S104 - a deployment's web process is public
        await serve(web_app(process), host=host, port=settings.port, stop=stop_signal())


@asynccontextmanager
async def opened(
    settings: Settings,
    where: Address,
    configured: Mapping[Provider, ChannelSettings],
    *,
    callbacks_url: str | None,
) -> AsyncIterator[Process]:
    """Open the database and every channel that is configured; leaving closes them.

    Args:
        settings: The configuration.
        where: The database, for pools.
        configured: Each channel's own variables.
        callbacks_url: The address at which platforms reach the web process.

    Raises:
        StoreUnavailable: The database stays out of reach.
    """
    clock = SystemClock()
    tracing = read(TracingSettings)
    async with AsyncExitStack() as stack:
        if tracing.endpoint is not None:
            await stack.enter_async_context(_traced(settings, tracing, clock))
        database = await _open_in_time(
            stack, where, connections=settings.db_pool_size, clock=clock
        )
        channels: dict[Provider, Channel] = {}
        for provider, variables in configured.items():
            if missing := variables.missing():
                log.warning("channel.not_configured", provider=provider, missing=missing)
                continue
            channels[provider] = await stack.enter_async_context(
                variables.open(public_url=callbacks_url, now=clock.now)
            )
        yield Process(settings=settings, clock=clock, database=database, channels=channels)


def _traced(
    settings: Settings, tracing: TracingSettings, clock: SystemClock
) -> AbstractAsyncContextManager[None]:
    """Begin to send traces; only whoever does so pays for the library."""
    from bot.tracing import traced  # noqa: PLC0415 - takes half a second, seldom needed

    key = settings.secret_key
    return traced(tracing, secret_key=key.get_secret_value() if key else "", now=clock.now)


async def _open_in_time(
    stack: AsyncExitStack, where: Address, *, connections: int, clock: SystemClock
) -> Database:
    """Open the database; one that is only just starting again is waited for.

    A process that ended instead would be held back by its platform for ever longer.
    """
    give_up_at = clock.now() + _AWAIT_DATABASE
    while True:
        try:
            return await stack.enter_async_context(
                open_database(where, connections=connections)
            )
        except StoreUnavailable as error:
            if clock.now() >= give_up_at:
                raise
            log.warning("database.awaited", reason=str(error))
        await clock.sleep(_ASK_AGAIN_AFTER)


def web_app(process: Process, more: Sequence[BaseRoute] = ()) -> Starlette:
    """Build the web process's ASGI app, with further routes after ours."""
    key = process.settings.secret_key
    limits = limits_of(process.settings)
    web = Web(
        kinds=KINDS,
        channels=process.channels,
        mailbox=Mailbox(
            process.database, digests=Digests(key.get_secret_value().encode()) if key else None
        ),
        outbox=Outbox(process.database),
        database=process.database,
        metrics=metrics_of(process.database, limits),
        clock=process.clock,
        public_url=process.settings.public_url,
    )
    return web.app([*_operators_routes(process, limits), *more])


def _operators_routes(process: Process, limits: Limits) -> list[BaseRoute]:
    """Build what operators call: the API, and the dashboard around its address."""
    token, key = process.settings.admin_token, process.settings.secret_key
    secret_key = key.get_secret_value() if key else None
    pseudonyms = Pseudonyms(People(process.database), secret_key=secret_key)
    entrance = Entrance.of(
        process.database,
        bootstrap=token.get_secret_value() if token else None,
        secret_key=secret_key,
        pseudonyms=pseudonyms,
        clock=process.clock,
    )
    desk = Desk(
        records=Records.of(process.database),
        pseudonyms=pseudonyms,
        limits=limits,
        clock=process.clock,
        # Nobody serves without a key: `require` sees to it, and dev makes one.
        erasing=Erasing(process.database, secret_key=secret_key or ""),
        view=View(),
    )
    api = admin_routes(
        desk.records,
        pseudonyms=pseudonyms,
        limits=limits,
        clock=process.clock,
        entrance=entrance,
        erasing=desk.erasing,
    )
    return [*api, *dashboard_routes(desk, entrance)]


def channel_settings(
    made_up: Mapping[Provider, Mapping[str, str]] | None = None,
) -> Mapping[Provider, ChannelSettings]:
    """Read every channel's variables.

    Args:
        made_up: Values of fields, which go before the environment.

    Raises:
        ConfigError: Names every bad variable.
    """
    given = made_up or {}
    readings = {
        kind.provider: partial(kind.settings, **given.get(kind.provider, {})) for kind in KINDS
    }
    everybody = readings.values()
    return {provider: read(reading, *everybody) for provider, reading in readings.items()}


def require(settings: Settings) -> None:
    """Refuse to start a deployed process without what it needs.

    Raises:
        ConfigError: Names all that is missing.
    """
    required(
        {
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": settings.secret_key,
            "ANTHROPIC_API_KEY": settings.anthropic_api_key,
        }
    )
