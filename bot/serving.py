"""Serving an ASGI app until told to stop, without uvicorn's own signal handling."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from bot.beside import beside

_FINISH_WITHIN_S = 5


def stop_signal() -> asyncio.Event:
    """Give the event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


class _Server(uvicorn.Server):
    """Leaves the process's signals alone: both processes stop by an event."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    stop: asyncio.Event,
    protocol: type[asyncio.Protocol] | None = None,
) -> None:
    """Serve until `stop` is set; then finish what is being answered, within seconds.

    Args:
        app: What to serve.
        host: Where to listen: an address, or a name that has one.
        port: Where to listen.
        stop: Ends it.
        protocol: Another HTTP protocol of uvicorn's, for dev's breakable connections.

    Raises:
        OSError: The port cannot be had.
    """
    server = _Server(
        uvicorn.Config(
            app,
            http=protocol or "auto",
            log_config=None,
            access_log=False,  # a query holds phone numbers
            proxy_headers=True,
            forwarded_allow_ips="*",
            timeout_graceful_shutdown=_FINISH_WITHIN_S,
        )
    )

    async def stop_server() -> None:
        await stop.wait()
        server.should_exit = True

    with contextlib.closing(_bound(host, port)) as listener:
        async with beside(stop_server()):
            await server.serve(sockets=[listener])


def _bound(host: str, port: int) -> socket.socket:
    """Take the port ourselves: uvicorn ends the process where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only where the protocol is named does asyncio send the end of an answer without delay.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
