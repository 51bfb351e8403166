"""A real Postgres for tests: one throwaway server a run, one database a test.

`TEST_DATABASE_URL` names another server instead, whose user may create databases.
"""

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from storage.database import address, connected
from storage.embedded import embedded_postgres


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Give the address of a server where databases may be made; an own one goes with us."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="baton-") as folder,
        embedded_postgres(Path(folder) / "postgres", durable=False) as url,
    ):
        yield url


@contextlib.asynccontextmanager
async def new_database(server_url: str, *, template: str | None = None) -> AsyncIterator[str]:
    """Make a database, cloned if a template's address is given; give its address; drop it."""
    name = f"baton_{uuid4().hex}"
    copied = f' template "{database_name(template)}"' if template is not None else ""
    async with connected(address(server_url)) as admin:
        await admin.execute(f'create database "{name}"{copied}')
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        async with connected(address(server_url)) as admin:
            await admin.execute(f'drop database "{name}" with (force)')


def database_name(url: str) -> str:
    """Read the database's name from its address."""
    return urlsplit(url).path.removeprefix("/")
