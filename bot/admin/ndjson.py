"""Everything held of a person as an answer over HTTP: NDJSON, one JSON object a line."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

import structlog
from pydantic_core import to_json
from starlette.responses import StreamingResponse
from starlette.types import Message, Send
from typing_extensions import override

from context.messages import UserId
from storage.export import Export, Line

log = structlog.get_logger()


class NdjsonResponse(StreamingResponse):
    """One JSON object a line, as many as there are.

    Whoever takes none of it for half a minute is given up, without the end that a whole answer
    has: while lines are read for them, they hold a connection to the database, and its past.
    """

    media_type: str | None = "application/x-ndjson"
    patience = timedelta(seconds=30)

    @override
    async def stream_response(self, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self.patience.total_seconds()):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            log.warning("admin.lines_not_taken")
        finally:
            if isinstance(self.body_iterator, AsyncGenerator):
                await self.body_iterator.aclose()


async def exported(export: Export, user_id: UserId) -> NdjsonResponse | None:
    """Begin to give everything held of a person; None if nobody is known by that identity.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    lines = export.lines(user_id)
    # Whether there is anybody, and a database, is known before the answer is begun.
    first = await anext(lines, None)
    return None if first is None else NdjsonResponse(_written(first, lines))


async def _written(
    first: Line, rest: AsyncGenerator[Line, None]
) -> AsyncGenerator[bytes, None]:
    """Write lines as they are read; whoever hangs up ends the reading."""
    async with aclosing(rest) as lines:
        yield _ndjson(first)
        async for line in lines:
            yield _ndjson(line)


def _ndjson(line: Line) -> bytes:
    return to_json(dict(line)) + b"\n"
