"""A page as a route: answered in time, or not at all."""

import asyncio
from datetime import timedelta
from typing import ClassVar

from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from bot.admin.api.asking import TooLong


class Page(Route):
    """A page that somebody looks at; what takes longer than they wait is given up.

    Files and changes are plain routes: they may take their time.
    """

    within: ClassVar[timedelta] = timedelta(seconds=10)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self.within.total_seconds()):
                await super().handle(scope, receive, send)
        except TimeoutError as error:
            raise TooLong("the dashboard") from error
