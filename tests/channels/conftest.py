"""Fixtures of the channels' tests."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.slack import Workspace, workspace


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    """A Slack workspace with the channel installed in it."""
    async with workspace() as opened:
        yield opened
