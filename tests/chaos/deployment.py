"""The bot as it is deployed: web and worker processes over one Postgres, under supervision."""

import asyncio
import contextlib
import random
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic

import aiohttp
import psutil
from asyncpg import Record
from asyncpg.exceptions import InterfaceError, PostgresError

import bot
from bot.settings import SHUTDOWN_WITHIN
from context.errors import StoreUnavailable
from storage.database import address, connected
from storage.embedded import embedded_postgres
from tests.chaos.moments import until

# As the Procfile has it; wherever a process is started, it runs the code under test.
_COMMAND = (sys.executable, "-m", "bot")
_CODE = Path(bot.__file__).parents[1]

# Below those that the system gives to outgoing connections, so that nobody takes the port
# of a web process while it is dead.
_PORTS = range(20_000, 32_000)


class Cluster:
    """A Postgres of the test's own, with fsync on; what it said is committed stays so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._holds = ExitStack()
        self.url = ""

    async def start(self) -> None:
        """Start it, or start it again."""
        server = embedded_postgres(self._folder)
        self.url = await asyncio.to_thread(self._holds.enter_context, server)

    async def kill(self) -> None:
        """Kill it with all its children, and return when they are dead."""
        pid_file = self._folder / "postmaster.pid"
        postmaster = psutil.Process(int(pid_file.read_text().splitlines()[0]))
        family = [postmaster, *postmaster.children()]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        await until(lambda: _are_dead(family))

    async def stop(self) -> None:
        """Stop it for good."""
        await asyncio.to_thread(self._holds.close)

    async def rows(self, statement: str, *arguments: object) -> list[Record]:
        """Read something.

        Raises:
            StoreUnavailable: It is dead, or was killed meanwhile.
        """
        async with connected(address(self.url)) as connection:
            try:
                return await connection.fetch(statement, *arguments)
            except (OSError, PostgresError, InterfaceError) as error:
                raise StoreUnavailable(type(error).__name__) from error


async def _are_dead(family: Sequence[psutil.Process]) -> bool:
    return not any(map(_is_alive, family))


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """The end of a process that nobody had killed."""

    name: str
    code: int
    after_s: float


@dataclass(slots=True, kw_only=True)
class Program:
    """One process of the bot that is started again whenever it ends.

    Attributes:
        exits: How it ended without being killed or asked to.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    exits: list[Exit] = field(default_factory=list)
    _process: Process | None = None
    _is_stopping: bool = False

    @property
    def log(self) -> Path:
        """Where everything that it prints goes."""
        return self.folder / f"{self.name}.log"

    async def run(self) -> None:
        """Keep it running until it is asked to stop."""
        while not self._is_stopping:
            began = monotonic()
            with self.log.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *self.arguments,
                    env=self.environment,
                    cwd=self.folder,
                    stdin=DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            self._process = process
            try:
                code = await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            if code != -signal.SIGKILL and not self._is_stopping:
                self.exits.append(Exit(name=self.name, code=code, after_s=monotonic() - began))

    def kill(self) -> None:
        """Kill it; it is started again at once."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> None:
        """Ask it to stop; what does not, or not well, counts as an exit of its own."""
        self._is_stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        began = monotonic()
        process.terminate()
        try:
            async with asyncio.timeout(SHUTDOWN_WITHIN.total_seconds()):
                code = await process.wait()
        except TimeoutError:
            process.kill()
            code = -signal.SIGKILL
        if code != 0:
            self.exits.append(Exit(name=self.name, code=code, after_s=monotonic() - began))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything that can be killed."""

    cluster: Cluster
    webs: Mapping[str, Program]
    workers: tuple[Program, ...]

    @property
    def programs(self) -> tuple[Program, ...]:
        """All processes of the bot."""
        return (*self.webs.values(), *self.workers)

    async def is_ready(self, origin: str) -> bool:
        """Whether the web process at an address is there and reaches the database."""
        limit = aiohttp.ClientTimeout(total=1)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.get(f"{origin}/readyz") as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    async def has_ready(self) -> bool:
        """Whether any of the web processes is ready."""
        return any([await self.is_ready(origin) for origin in self.webs])

    async def until_ready(self, *origins: str) -> None:
        """Wait for web processes; for all of them if none is named."""
        for origin in origins or self.webs:
            await until(partial(self.is_ready, origin))


@asynccontextmanager
async def deployed(
    folder: Path,
    *,
    ports: tuple[int, ...],
    workers: int,
    variables: Mapping[str, str],
) -> AsyncIterator[Deployment]:
    """Start everything, and stop it at the end, gently if nothing went wrong.

    Args:
        folder: For logs.
        ports: Where web processes listen, one each.
        workers: How many.
        variables: What the bot is told besides its database.
    """
    with tempfile.TemporaryDirectory(prefix="baton-") as data:
        cluster = Cluster(Path(data) / "postgres")
        await cluster.start()
        try:
            settled = {
                **variables,
                "DATABASE_URL": cluster.url,
                "SECRET_KEY": "chaos",
                "HOME": str(folder),
                "HOST": "127.0.0.1",
                "LOG_FORMAT": "json",
                "PYTHONPATH": str(_CODE),
            }
            await _migrate(folder, settled)
            deployment = Deployment(
                cluster=cluster,
                webs={
                    f"http://127.0.0.1:{port}": _program(
                        f"web {number}", folder, {**settled, "PORT": str(port)}
                    )
                    for number, port in enumerate(ports, start=1)
                },
                workers=tuple(
                    _program(f"worker {number}", folder, settled)
                    for number in range(1, workers + 1)
                ),
            )
            async with asyncio.TaskGroup() as running:
                runs = [running.create_task(one.run()) for one in deployment.programs]
                try:
                    await deployment.until_ready()
                    yield deployment
                    await asyncio.gather(*(one.stop() for one in deployment.programs))
                finally:
                    for run in runs:
                        run.cancel()
        finally:
            await cluster.stop()


async def _migrate(folder: Path, environment: Mapping[str, str]) -> None:
    migration = await asyncio.create_subprocess_exec(
        *_COMMAND, "migrate", env=environment, cwd=folder, stdout=DEVNULL
    )
    assert await migration.wait() == 0


def _program(name: str, folder: Path, environment: Mapping[str, str]) -> Program:
    kind, _, _ = name.partition(" ")
    return Program(
        name=name,
        arguments=(*_COMMAND, kind),
        environment=environment,
        folder=folder,
    )


def free_ports(count: int, chance: random.Random) -> tuple[int, ...]:
    """Find ports on which nobody listens."""
    found: list[int] = []
    while len(found) < count:
        port = chance.choice(_PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    return tuple(found)
