"""Ends work at any place where it waits, as a process ends that dies there."""

import asyncio
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any

Work = Coroutine[Any, Any, None]


async def cut(work: Work, *, at: int) -> bool:
    """Do some work up to one of its waits, and cancel it there.

    Args:
        work: What is to be done.
        at: Which wait, from 1: of the database, of the model, or of the loop.

    Returns:
        Whether it was cut; not if it came to its end before.
    """
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_stepped(work, at))
    return task.cancelled()


async def _stepped(work: Work, at: int) -> None:
    await _up_to(work, at)


@coroutine
def _up_to(work: Work, at: int) -> Generator[object, object, None]:
    """Wait for whatever the work waits for; its task is cancelled at one of these waits."""
    task = asyncio.current_task()
    assert task is not None
    waits = 0
    hurt: BaseException | None = None
    while True:
        try:
            awaited = work.send(None) if hurt is None else work.throw(hurt)
        except StopIteration:
            return
        waits += 1
        if waits == at:
            task.cancel()
        hurt = None
        try:
            yield awaited
        except BaseException as error:  # noqa: BLE001 - it is the work's to handle
            hurt = error
