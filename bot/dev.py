"""`bot dev`: everything in one process, on an embedded Postgres, with the emulator."""

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import httpx2
from pydantic import SecretStr
from starlette.routing import BaseRoute, Mount

from bot.addresses import database_addresses, embedded_folder, secret_key_file
from bot.app import (
    Process,
    begin,
    channel_settings,
    opened,
    web_app,
)
from bot.background import opened_model, worker
from bot.beside import beside
from bot.clock import SystemClock
from bot.emulator.emulator import MODEL_KEY, Emulator, Part, emulator, parts
from bot.emulator.page import EmulatorPage
from bot.emulator.servers.serving import BreakableProtocol
from bot.serving import serve, stop_signal
from bot.settings import Settings, environment
from storage.database import Address, address
from storage.embedded import embedded_postgres
from storage.migrate import migrate
from storage.outbox import Outbox
from storage.sessions import Sessions


def run_dev(settings: Settings) -> None:
    """Serve web, worker and emulator until told to stop.

    Raises:
        ConfigError: A variable is bad.
        StoreUnavailable: The database is out of reach.
    """
    began = perf_counter()
    settings.bot_data_dir.mkdir(parents=True, exist_ok=True)
    made_up = _kept_secret(secret_key_file(settings))
    settings = settings.model_copy(
        update={
            "secret_key": settings.secret_key or SecretStr(made_up),
            "admin_token": settings.admin_token or SecretStr("dev"),
            "host": settings.host or "127.0.0.1",
            "usage_line": settings.usage_line or "every",
        }
    )
    begin(settings)
    with _database(settings) as (pooled, direct):
        asyncio.run(_dev(settings, pooled, direct, secret=made_up, began=began))


async def _dev(
    settings: Settings, pooled: Address, direct: Address, *, secret: str, began: float
) -> None:
    await migrate(direct)
    host = settings.host or ""
    origin = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    played = parts(environment(), origin=origin, secret=secret)
    emulated = emulator(
        played,
        origin=origin,
        bot_url=settings.public_url or origin,
        plays_model=settings.anthropic_api_key is None and settings.anthropic_base_url is None,
        now=SystemClock().now,
    )
    if emulated.model is not None:
        model_address = f"{origin}/emulator/model"
        settings = settings.model_copy(update={"anthropic_base_url": model_address})
    settings = settings.model_copy(
        update={"anthropic_api_key": settings.anthropic_api_key or SecretStr(MODEL_KEY)}
    )
    stop = stop_signal()
    configured = channel_settings({part.provider: part.settings for part in played})
    async with (
        opened(
            settings, pooled, configured, callbacks_url=settings.public_url or origin
        ) as process,
        opened_model(process) as model,
        beside(worker(process, model, direct=direct).run(stop)),
        beside(_announce(origin, settings, played=played, began=began)),
    ):
        app = web_app(process, _routes(emulated, process))
        await serve(
            app,
            host=host,
            port=settings.port,
            stop=stop,
            protocol=BreakableProtocol,
        )


def _routes(emulated: Emulator, process: Process) -> Sequence[BaseRoute]:
    """The page, and every played API at the path that its SDK insists on."""
    routes: list[BaseRoute] = []
    if emulated.slack is not None:
        routes.append(Mount("/emulator/slack", emulated.slack.api.app))
    if emulated.model is not None:
        routes.append(Mount("/emulator/model", emulated.model.app))
    page = EmulatorPage(
        emulated=emulated,
        sessions=Sessions(process.database),
        outbox=Outbox(process.database),
        limit_tokens=process.settings.context_window_limit,
    )
    routes += page.routes()
    if emulated.twilio is not None:
        routes.append(Mount("", emulated.twilio.api.app))
    return routes


async def _announce(
    origin: str, settings: Settings, *, played: Sequence[Part], began: float
) -> None:
    """Say once that it is ready, how long that took, and what was made up."""
    async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
        ready = False
        while not ready:
            await asyncio.sleep(0.05)
            with contextlib.suppress(httpx2.TransportError):
                ready = (await client.get(f"{origin}/readyz")).status_code == 200  # noqa: PLR2004
    lines = [f"\nBaton is ready in {perf_counter() - began:.1f} s: {origin}/emulator\n"]
    for part in played:
        lines.append(f"  {part.provider}: played by the emulator; made up for it:")
        lines += [f"    {name}={value}" for name, value in part.made_up.items()]
    if settings.anthropic_base_url == f"{origin}/emulator/model":
        lines.append("  model: the offline stand-in; set ANTHROPIC_API_KEY to talk to Claude")
    if settings.admin_token is not None and settings.admin_token.get_secret_value() == "dev":
        lines.append(f"  dashboard: {origin}/admin, admin token: dev")
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[tuple[Address, Address]]:
    """Give the pooled and the direct address; start a server of our own if none is named."""
    if settings.database_url is not None:
        yield database_addresses(settings)
        return
    with embedded_postgres(embedded_folder(settings)) as url:
        yield address(url), address(url)


def _kept_secret(file: Path) -> str:
    """Read the secret that dev made up for itself, or make it up."""
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as fresh:
            fresh.write(secrets.token_hex(32))
    return file.read_text().strip()
