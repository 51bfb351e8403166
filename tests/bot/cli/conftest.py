"""The command line, run in this process and in a folder of its own."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from bot.cli.program import run
from bot.settings import Settings
from channels.registry import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


class Bot(Protocol):
    """Runs a command line."""

    async def __call__(self, *arguments: str) -> Outcome: ...


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without a `.env`, and an environment without a variable of ours."""
    monkeypatch.chdir(tmp_path)
    ours = {name.upper() for name in Settings.model_fields}
    ours |= {f"{kind.provider.upper()}_" for kind in KINDS}
    for name in os.environ:
        if name in ours or name.startswith(tuple(one for one in ours if one.endswith("_"))):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def bot(capsys: pytest.CaptureFixture[str]) -> Bot:
    """The command, in a thread of its own, as it runs an event loop of its own."""

    async def call(*arguments: str) -> Outcome:
        code = await asyncio.to_thread(run, arguments)
        told = capsys.readouterr()
        return Outcome(code=code, out=told.out, err=told.err)

    return call


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """The configuration names this test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
