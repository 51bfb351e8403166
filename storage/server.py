"""What an operator should know of a database server before anything runs on it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import uuid4

from asyncpg.exceptions import (
    InvalidAuthorizationSpecificationError,
    InvalidCatalogNameError,
    PostgresError,
)

from context.errors import ConfigError
from storage.database import Address, Database, connected


class VectorExtension(StrEnum):
    """Whether a server has pgvector."""

    INSTALLED = "installed"
    AVAILABLE = "available"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Postgres server; `version` as it says it, `18.1` or longer."""

    version: str
    vector: VectorExtension


async def ensure_admitted(where: Address, *, variable: str) -> None:
    """Make sure that a server lets us in.

    Args:
        where: The address to try.
        variable: Where it was configured.

    Raises:
        ConfigError: The server does not; says why without user, password or name.
        StoreUnavailable: Nobody answers there.
    """
    try:
        async with connected(where):
            pass
    except InvalidAuthorizationSpecificationError as error:
        fault = "names a user or a password that the server does not take"
        raise ConfigError({variable: fault}) from error
    except InvalidCatalogNameError as error:
        fault = "names a database that the server does not have"
        raise ConfigError({variable: fault}) from error


async def server(database: Database) -> Server:
    """Read what a server says of itself.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    async with database.hot() as connection:
        version = await connection.fetchval("show server_version")
        vector = await connection.fetchval(
            "select case when installed_version is null then 'available' else 'installed' end"
            " from pg_available_extensions where name = 'vector'"
        )
    return Server(version=version, vector=VectorExtension(vector or VectorExtension.ABSENT))


async def hears(direct: Address, database: Database, *, within: timedelta) -> bool:
    """Try whether a notice sent through the pool arrives at a direct connection.

    Behind a transaction pooler it does not, since the server forgets who listened.

    Args:
        direct: Where the worker would listen.
        database: Where notices are sent.
        within: Longest wait for it.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    channel, heard = f"baton_doctor_{uuid4().hex}", asyncio.Event()
    async with connected(direct) as connection:
        try:
            await connection.add_listener(channel, lambda *_: heard.set())
            async with database.hot() as sender:
                await sender.execute("select pg_notify($1, '')", channel)
            async with asyncio.timeout(within.total_seconds()):
                await heard.wait()
        except (PostgresError, TimeoutError):
            return False
    return True
