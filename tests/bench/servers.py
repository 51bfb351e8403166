"""The servers that are measured, each a process of its own, and the database under them."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import perf_counter

import httpx2

import bot
from storage.embedded import embedded_postgres
from tests.bot.processes import free_port

OURS = ("-m", "bot", "web")
BASELINE = ("-m", "tests.bench.bare")

PUBLIC_URL = "https://bot.example"
SLACK_SECRET = "slack-secret"
TWILIO_TOKEN = "twilio-token"
ACCOUNT = "AC" + "0" * 32
OUR_NUMBER = "+14155238886"

_CODE = Path(bot.__file__).parents[1]
_START_WITHIN_S = 30
_STOP_WITHIN_S = 10


class NotStarted(Exception):
    """A server did not come up; the message is the end of what it wrote."""


@contextmanager
def durable_postgres() -> Iterator[str]:
    """Give the address of a server that keeps what it acknowledges, as a deployment's does.

    `TEST_DATABASE_URL` names another one, where databases may be made.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="baton-") as folder,
        embedded_postgres(Path(folder) / "postgres") as url,
    ):
        yield url


@asynccontextmanager
async def running(program: tuple[str, ...], database_url: str) -> AsyncIterator[int]:
    """Run a server; give the port it answers on once it is ready.

    Raises:
        NotStarted: It ended, or took too long.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="baton-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as written:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *program,
                cwd=folder,  # where no .env lies
                env=environment(database_url, port),
                stdout=written,
                stderr=written,
            )
        try:
            await _ready(process, port, log)
            yield port
        finally:
            await _stop(process)


def environment(database_url: str, port: int) -> Mapping[str, str]:
    """What a deployment gives its web process, and nothing that happens to be set here."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(_CODE),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": PUBLIC_URL,
        "DATABASE_URL": database_url,
        "SECRET_KEY": "key",
        "ANTHROPIC_API_KEY": "sk-ant-none",
        "SLACK_SIGNING_SECRET": SLACK_SECRET,
        "SLACK_BOT_TOKEN": "xoxb-none",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "TWILIO_WHATSAPP_FROM": OUR_NUMBER,
    }


async def _ready(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    deadline = perf_counter() + _START_WITHIN_S
    async with httpx2.AsyncClient(trust_env=False, timeout=2) as client:
        while process.returncode is None and perf_counter() < deadline:
            with suppress(httpx2.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            await asyncio.sleep(0.05)
    raise NotStarted(_end_of(log))


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-2000:]


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
