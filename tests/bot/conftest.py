"""Fixtures of the app's own tests."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.settings import Settings
from channels.registry import KINDS
from storage.database import Database
from tests.bot.chat import Chat, chatting
from tests.bot.environment import Configure, configure


@pytest.fixture
async def chat(database: Database) -> AsyncIterator[Chat]:
    """One person's chat with the bot."""
    async with chatting(database) as opened:
        yield opened


@pytest.fixture
def unconfigured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to stand in, and an environment without any variable of ours."""
    prefixes = tuple(f"{kind.provider.upper()}_" for kind in KINDS)
    ours = {name.upper() for name in Settings.model_fields}
    for name in list(os.environ):
        if name.upper() in ours or name.upper().startswith(prefixes):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def configured(
    monkeypatch: pytest.MonkeyPatch,
    unconfigured: Path,  # noqa: ARG001 - nothing else is set
) -> Configure:
    """Reads limits from environment variables."""
    return configure(monkeypatch)
