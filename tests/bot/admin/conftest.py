from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from storage.database import Database
from tests.bot.admin.app import admin
from tests.bot.admin.tokens import TOKEN, authorized


@pytest.fixture
def app(database: Database) -> Starlette:
    return admin(database, token=TOKEN)


@pytest.fixture
async def api(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that may ask."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url="http://bot.example/admin/api/v1",
        headers=authorized(f"Bearer {TOKEN}"),
    ) as client:
        yield client
