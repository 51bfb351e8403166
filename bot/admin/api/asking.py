"""How every route is asked: each parameter once, in time, and never kept by a cache."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Query
from fastapi.routing import APIRoute, APIRouter
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from bot.admin.query import Question
from context.errors import QueryError, StoreUnavailable


class TooLong(StoreUnavailable):
    """A question took longer than an operator is to wait."""


class Nothing(Question):
    """Of a route that takes no parameters behind the question mark."""


NothingElse = Annotated[Nothing, Query()]


async def each_once(request: Request) -> None:
    """Refuse a parameter that is given twice: only one of the two could be meant.

    Raises:
        QueryError: One is.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if names.count(name) > 1:
            raise QueryError(name, "is given more than once")


class TimedRoute(APIRoute):
    """A route whose answer is begun in time, or not at all.

    A question that takes longer is given up, and its statement cancelled.
    """

    within = timedelta(seconds=10)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_in_time(request: Request) -> Response:
            try:
                async with asyncio.timeout(self.within.total_seconds()):
                    return await answer(request)
            except TimeoutError as error:
                raise TooLong("the admin API") from error

        return answer_in_time


def router(noun: str) -> APIRouter:
    """Make a router for what is asked about one noun."""
    return APIRouter(tags=[noun], route_class=TimedRoute)


class Uncached:
    """ASGI middleware: what is answered is about people, and no cache's business."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and mark its answer."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["cache-control"] = "no-store"
            await send(message)

        await self._app(scope, receive, marked)
