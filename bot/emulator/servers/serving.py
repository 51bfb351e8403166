"""Serves an ASGI app on loopback inside the running loop, and lets it break connections.

uvicorn's own `Server` takes the process's signals and ticks ten times a second; a server
that lives as long as one test needs neither, so this drives uvicorn's protocol itself.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.lifespan.on import LifespanOn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_DISCONNECT = "baton.disconnect"


class BreakableProtocol(H11Protocol):
    """HTTP/1.1 whose connections the app may close without an answer.

    Give it to uvicorn (`uvicorn.Config(app, http=BreakableProtocol)`) wherever a protocol
    server is mounted; without it a fault that drops the connection is an error.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.app = self._breakable(self.app)

    def _breakable(self, app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def breakable(scope: Scope, receive: Receive, send: Send) -> None:
            # uvicorn gives HTTP/1.1 no extensions of its own.
            extended = {**scope, "extensions": {_DISCONNECT: self.transport.abort}}
            # A client killed in the middle of its request is no fault of the app's.
            with suppress(ClientDisconnect):
                await app(extended, receive, send)

        return breakable


def disconnection(scope: Scope) -> Callable[[], None]:
    """The function that closes a request's connection at once, from its ASGI scope.

    Raises:
        RuntimeError: The app is not served through `BreakableProtocol`.
    """
    disconnect: Callable[[], None] | None = (scope.get("extensions") or {}).get(_DISCONNECT)
    if disconnect is None:
        raise RuntimeError("connections can only be dropped under BreakableProtocol")
    return disconnect


@asynccontextmanager
async def serving(
    app: ASGIApp, *, grace: timedelta = timedelta(seconds=5)
) -> AsyncIterator[str]:
    """Serve an app, its lifespan included, and yield its base URL, without a final slash.

    Leaving closes every connection at once. Requests under way learn that their client has
    gone; those that take no notice are cancelled.

    Args:
        app: Must speak the lifespan protocol, as Starlette does.
        grace: How long a request may take no notice.

    Raises:
        RuntimeError: The app's lifespan did not start.
    """
    config = Config(app, log_config=None, ws="none", lifespan="on")
    config.load()
    lifespan, state = LifespanOn(config), ServerState()

    def connection() -> BreakableProtocol:
        protocol = BreakableProtocol(config, state, lifespan.state)
        protocol.access_log = False  # a query holds phone numbers
        return protocol

    await lifespan.startup()
    if lifespan.should_exit:
        raise RuntimeError("the app did not start")
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio does so only for sockets that it made itself; without, an answer in two writes
    # waits 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = await asyncio.get_running_loop().create_server(connection, sock=listener)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.close()
        await _finish(state, grace)
        await lifespan.shutdown()


async def _finish(state: ServerState, grace: timedelta) -> None:
    """Close all connections and see every request off."""
    for connection in list(state.connections):
        connection.transport.abort()
    if not state.tasks:
        return
    _, late = await asyncio.wait(set(state.tasks), timeout=grace.total_seconds())
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
