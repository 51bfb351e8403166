"""Fixtures that every test may use."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from hypothesis import settings

from storage.database import Address, Database, address, open_database
from storage.migrate import migrate
from tests.postgres import new_database, server

# A loaded machine is no defect: what may take how long is measured elsewhere.
settings.register_profile("baton", deadline=None)
settings.load_profile("baton")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Undo what a process does to logging: the next test's output is another's file."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    levels = {
        one: one.level
        for one in root.manager.loggerDict.values()
        if isinstance(one, logging.Logger)
    }
    yield
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)
    for one, before in levels.items():
        one.setLevel(before)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests and fixtures on asyncio; `anyio_mode` makes them all use this."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of the run's Postgres."""
    with server() as url:
        yield url


@pytest.fixture(scope="session")
def template_url(postgres: str) -> Iterator[str]:
    """A migrated database with nothing in it and nobody connected, to clone."""
    # A runner of its own: a session's async fixture would tie all tests to one event loop.
    with asyncio.Runner() as runner:
        database = new_database(postgres)
        url = runner.run(database.__aenter__())
        runner.run(migrate(address(url)))
        yield url
        runner.run(database.__aexit__(None, None, None))


@pytest.fixture
async def database_url(postgres: str, template_url: str) -> AsyncIterator[str]:
    """The address of a migrated database for this test alone."""
    async with new_database(postgres, template=template_url) as url:
        yield url


@pytest.fixture(name="address")
def database_address(database_url: str) -> Address:
    """The same address, read."""
    return address(database_url)


@pytest.fixture
async def database(address: Address) -> AsyncIterator[Database]:
    """An open, migrated database for this test alone."""
    async with open_database(address, connections=8) as opened:
        yield opened
