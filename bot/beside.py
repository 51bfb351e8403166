"""Running something beside the main work, for exactly as long as it takes."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run `work` while the body runs; cancel it when the body is done.

    What either raises cancels the other and comes out as it was raised, not in a group. Where
    both raise, it is the one that came first.
    """
    first: Exception | None = None
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            try:
                yield
            except Exception as error:
                # The group would list it behind whatever its cancelling brings up.
                if not task.done():
                    first = error
                raise
            task.cancel()
    except ExceptionGroup as failed:
        raised = first or failed.exceptions[0]
        raise raised from raised.__cause__
