from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from bot.admin.access import Role
from storage.database import Database
from tests.bot.admin.pages.front import a_dashboard, signed_in


@pytest.fixture
def dashboard(database: Database) -> Starlette:
    return a_dashboard(database)


@pytest.fixture
async def admin(dashboard: Starlette, database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of somebody who may do everything."""
    async with signed_in(dashboard, database, Role.ADMIN) as browser:
        yield browser


@pytest.fixture
async def viewer(dashboard: Starlette, database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of somebody who may only look."""
    async with signed_in(dashboard, database, Role.VIEWER) as browser:
        yield browser
