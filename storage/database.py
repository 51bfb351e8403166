"""The connections to Postgres: their address, their pools, and what their failures mean.

Two pools share a process's connections: asyncpg's own for the few statements on the hot
path (accept, claim, deliver), SQLAlchemy's for all others.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import asyncpg
from asyncpg.exceptions import (
    AdminShutdownError,
    CannotConnectNowError,
    CrashShutdownError,
    DeadlockDetectedError,
    InterfaceError,
    InternalClientError,
    PostgresConnectionError,
    PostgresError,
    QueryCanceledError,
    TooManyConnectionsError,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from context.errors import StoreUnavailable
from storage.values import storable_json

_COMMAND_TIMEOUT_S = 30.0
_CONNECT_TIMEOUT_S = 5.0
_ACQUIRE_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 3.0

# Parameters for the client that asyncpg would pass on to the server, which refuses what it
# does not know: libpq's that asyncpg lacks (PostgreSQL 18 manual, 34.1.2; asyncpg 0.32
# connect_utils; read 2026-11), and those of poolers and other clients.
_CLIENT_ONLY = re.compile(
    r"""channel_binding | connect_timeout | fallback_application_name | gssdelegation
    | gssencmode | hostaddr | keepalives(_count|_idle|_interval)? | load_balance_hosts
    | (min|max)_protocol_version | oauth_\w+ | require_auth | requirepeer | scram_\w+
    | sslcertmode | sslcompression | sslcrldir | sslkeylogfile | sslsni | tcp_user_timeout
    | connection_limit | pgbouncer | pool_timeout | schema | socket_timeout | sslaccept
    | statement_cache_size | supa | uselibpqcompat""",
    re.VERBOSE,
)

_HOST = r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s:,\[\]]*)(?::[0-9]+)?"
_HOSTS = re.compile(rf"{_HOST}(?:,{_HOST})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a database is.

    Attributes:
        dsn: As asyncpg takes it, credentials included: never log it.
        pooled: A transaction pooler is in between, so nothing may be prepared or listened to.
    """

    dsn: str = field(repr=False)
    pooled: bool = False


def address(url: str, *, pooled: bool = False) -> Address:
    """Read a database address as hosting providers give it.

    Args:
        url: `postgres://` or `postgresql://`, with libpq parameters (`sslmode=require`).
        pooled: Whether a transaction pooler is known to answer there; `pgbouncer=true` in
            the address says so too.

    Raises:
        ValueError: Not such an address; the message holds none of it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        # What urlsplit says quotes the address, password included.
        raise ValueError("must be an address with user and password percent-encoded") from None
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("must begin with postgres:// or postgresql://")
    hosts = parts.netloc.rpartition("@")[2]
    if parts.fragment or "@" in parts.path or _HOSTS.fullmatch(hosts) is None:
        raise ValueError("must have user and password percent-encoded, and a number as port")
    given = parse_qsl(parts.query)
    kept = [(name, value) for name, value in given if not _CLIENT_ONLY.fullmatch(name)]
    pooled = pooled or ("pgbouncer", "true") in given
    query = f"?{urlencode(kept, quote_via=quote)}" if kept else ""
    dsn = f"postgresql://{parts.netloc}{parts.path}{query}"
    return Address(dsn=dsn, pooled=pooled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Both pools of one process."""

    pool: asyncpg.Pool
    engine: AsyncEngine

    @contextlib.asynccontextmanager
    async def hot(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a bare connection, for the statements on the hot path.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        with _translated():
            # asyncpg's own timeout would make a task of it, at every message.
            async with asyncio.timeout(_ACQUIRE_TIMEOUT_S):
                connection = await self.pool.acquire()
            try:
                yield connection
            finally:
                # What was done counts, or a cancellation, not what became of the connection.
                with contextlib.suppress(*_OUT_OF_REACH):
                    await self.pool.release(connection, timeout=_CLOSE_TIMEOUT_S)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection inside one transaction, committed on leaving.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        with _translated():
            async with self.engine.begin() as connection:
                yield connection


async def driver(connection: AsyncConnection) -> asyncpg.Connection:
    """Lend the bare connection under a transaction, for text statements that share it.

    Only after the transaction's first statement: before, nothing has been begun on it.
    """
    raw = await connection.get_raw_connection()
    bare = raw.driver_connection
    if not isinstance(bare, asyncpg.Connection):
        raise TypeError("the engine runs on asyncpg")
    return bare


@contextlib.asynccontextmanager
async def open_database(where: Address, *, connections: int) -> AsyncIterator[Database]:
    """Open both pools; leaving closes them.

    Args:
        where: The database.
        connections: How many this process may hold, at least 2; each pool gets half.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    half = max(1, connections // 2)
    engine = create_async_engine(
        "postgresql+asyncpg://",
        pool_size=max(1, connections - half),
        max_overflow=0,
        pool_timeout=_ACQUIRE_TIMEOUT_S,
        hide_parameters=True,
        json_serializer=storable_json,
        connect_args=_engine_arguments(where),
    )
    try:
        with _translated():
            pool = await asyncpg.create_pool(
                min_size=1, max_size=half, reset=_as_it_is, **_connect_arguments(where)
            )
        try:
            yield Database(pool=pool, engine=engine)
        finally:
            with contextlib.suppress(OSError, PostgresError):
                async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                    await pool.close()
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await engine.dispose()


@contextlib.asynccontextmanager
async def connected(where: Address) -> AsyncIterator[asyncpg.Connection]:
    """Open one bare connection, for what must not go through a pool: LISTEN, migrations.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    with _translated():
        connection = await asyncpg.connect(**_connect_arguments(where))
        try:
            yield connection
        finally:
            with contextlib.suppress(OSError, PostgresError):
                await connection.close(timeout=_CLOSE_TIMEOUT_S)


async def _as_it_is(_connection: asyncpg.Connection) -> None:
    """Take a connection back; a transaction left open on it was rolled back before.

    asyncpg would also reset settings, locks and cursors, which is a round trip at every
    message; the statements on the hot path leave none behind.
    """


def _connect_arguments(where: Address) -> dict[str, object]:
    arguments: dict[str, object] = {
        "dsn": where.dsn,
        "timeout": _CONNECT_TIMEOUT_S,
        "command_timeout": _COMMAND_TIMEOUT_S,
    }
    if where.pooled:
        arguments["statement_cache_size"] = 0
    return arguments


def _engine_arguments(where: Address) -> dict[str, object]:
    arguments = _connect_arguments(where)
    if where.pooled:
        # A pooler hands one server connection to many clients, so names would collide, and
        # nobody would drop them: the unnamed statement lives until the next one.
        arguments["prepared_statement_cache_size"] = 0
        arguments["prepared_statement_name_func"] = str
    return arguments


# Connections that are gone, refused, or not answering: the database may be back in a moment.
_OUT_OF_REACH = (
    OSError,
    TimeoutError,
    PoolTimeout,
    PostgresConnectionError,
    InterfaceError,
    CannotConnectNowError,
    TooManyConnectionsError,
    AdminShutdownError,
    CrashShutdownError,
    QueryCanceledError,
    DeadlockDetectedError,
    InternalClientError,
)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn a database out of reach into StoreUnavailable; other faults are bugs and pass."""
    try:
        yield
    except _OUT_OF_REACH as error:
        raise StoreUnavailable(type(error).__name__) from error
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig is not None else None
        if error.connection_invalidated or isinstance(cause, _OUT_OF_REACH):
            raise StoreUnavailable(type(cause).__name__) from error
        raise
