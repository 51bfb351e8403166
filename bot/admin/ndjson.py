"""Everything held of a person as an answer over HTTP: NDJSON, one JSON object a line."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from pydantic_core import to_json
from starlette.responses import StreamingResponse

from context.messages import UserId
from storage.export import Export, Line


class NdjsonResponse(StreamingResponse):
    """One JSON object a line, as many as there are."""

    media_type: str | None = "application/x-ndjson"


async def exported(export: Export, user_id: UserId) -> NdjsonResponse | None:
    """Begin to give everything held of a person; None if nobody is known by that identity.

    Raises:
        StoreUnavailable: The database is out of reach.
    """
    lines = export.lines(user_id)
    # Whether there is anybody, and a database, is known before the answer is begun.
    first = await anext(lines, None)
    return None if first is None else NdjsonResponse(_written(first, lines))


async def _written(first: Line, rest: AsyncGenerator[Line, None]) -> AsyncIterator[bytes]:
    """Write lines as they are read; whoever hangs up ends the reading."""
    async with aclosing(rest) as lines:
        yield _ndjson(first)
        async for line in lines:
            yield _ndjson(line)


def _ndjson(line: Line) -> bytes:
    return to_json(dict(line)) + b"\n"
