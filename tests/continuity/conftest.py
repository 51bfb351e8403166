"""Fixtures of the proofs of continuity."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.bot.chat import Chat, chatting


@pytest.fixture
async def chat(database: Database) -> AsyncIterator[Chat]:
    """One person's chat with the bot."""
    async with chatting(database) as opened:
        yield opened
