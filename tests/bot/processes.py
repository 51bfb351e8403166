"""Running a process's whole life in a test: started, asked, and stopped by a signal."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep

import httpx2

_READY_WITHIN_S = 30


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def lived(run: Callable[[], None], then: Callable[[], None]) -> None:
    """Run a process until it is stopped; `then` waits for what the test is about.

    A process listens for signals, so it has this thread; `then` has one of its own.
    """
    failures: list[BaseException] = []

    def look_then_stop() -> None:
        try:
            then()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    looking = threading.Thread(target=look_then_stop)
    previous = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        looking.start()
        run()
    finally:
        looking.join()
        signal.signal(signal.SIGTERM, previous)
    if failures:
        raise failures[0]


def until_ready(url: str) -> None:
    """Return once a process says that it is ready."""
    deadline = monotonic() + _READY_WITHIN_S
    with httpx2.Client(trust_env=False) as client:
        while monotonic() < deadline:
            with suppress(httpx2.TransportError):
                if client.get(f"{url}/readyz").status_code == 200:
                    return
            sleep(0.02)
    raise AssertionError("it was not ready in time")
