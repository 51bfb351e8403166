"""Limits as a process reads them: from environment variables."""

from typing import Protocol

import pytest

from bot.limits import Limits, limits_of
from bot.settings import Settings
from tests.bot.chat import LIMIT


class Configure(Protocol):
    """Reads limits from these variables and no others."""

    def __call__(self, **variables: str) -> Limits: ...


def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Set variables for the time of a test; by default the window is small."""

    def limits(**variables: str) -> Limits:
        usual = {"CONTEXT_WINDOW_LIMIT": str(LIMIT), "USAGE_LINE": "off"}
        for name, set_to in {**usual, **variables}.items():
            monkeypatch.setenv(name, set_to)
        return limits_of(Settings())

    return limits
