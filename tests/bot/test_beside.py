"""Running something beside the main work."""

import asyncio
from collections.abc import Coroutine

import pytest

from bot.beside import beside

Run = Coroutine[None, None, None]


class Failed(Exception):
    """What a test lets fail."""


class Waiting:
    """Waits to be cancelled.

    Attributes:
        has_begun: Set once it runs.
        has_ended: Whether it was seen off.
    """

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.has_ended = False

    async def run(self) -> None:
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.has_ended = True

    async def run_failing_at_its_end(self, name: str) -> None:
        try:
            await self.run()
        finally:
            raise Failed(name)

    async def fail_once_it_runs(self, name: str, *, cause: Exception | None = None) -> None:
        await self.has_begun.wait()
        raise Failed(name) from cause


async def together(work: Run, body: Run) -> None:
    async with beside(work):
        await body


async def test_the_work_runs_while_the_body_does_and_ends_with_it() -> None:
    work = Waiting()

    async with beside(work.run()):
        await work.has_begun.wait()
        assert not work.has_ended

    assert work.has_ended


async def test_what_the_body_raises_comes_out_bare_and_ends_the_work() -> None:
    work = Waiting()
    cause = ValueError("why")

    with pytest.raises(Failed, match="body") as caught:
        await together(work.run(), work.fail_once_it_runs("body", cause=cause))

    assert work.has_ended
    assert caught.value.__cause__ is cause


async def test_what_the_work_raises_comes_out_bare_and_ends_the_body() -> None:
    body = Waiting()

    with pytest.raises(Failed, match="work"):
        await together(body.fail_once_it_runs("work"), body.run())

    assert body.has_ended


async def test_work_that_ends_by_itself_leaves_the_body_alone() -> None:
    body = Waiting()

    async with beside(asyncio.sleep(0)), asyncio.TaskGroup() as group:
        waiting = group.create_task(body.run())
        await body.has_begun.wait()
        await asyncio.sleep(0)
        assert not body.has_ended
        waiting.cancel()


async def test_of_two_failures_the_bodys_comes_out_where_it_came_first() -> None:
    work = Waiting()

    with pytest.raises(Failed, match="body"):
        await together(work.run_failing_at_its_end("work"), work.fail_once_it_runs("body"))


async def test_of_two_failures_the_works_comes_out_where_it_came_first() -> None:
    body = Waiting()

    with pytest.raises(Failed, match="work"):
        await together(body.fail_once_it_runs("work"), body.run_failing_at_its_end("body"))


async def test_what_the_work_raises_at_its_end_is_not_lost() -> None:
    work = Waiting()

    async def body() -> None:
        await work.has_begun.wait()

    with pytest.raises(Failed, match="at its end"):
        await together(work.run_failing_at_its_end("at its end"), body())


async def test_cancelling_the_body_cancels_the_work_and_stays_a_cancellation() -> None:
    work, body = Waiting(), Waiting()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(together(work.run(), body.run()))
        await work.has_begun.wait()
        task.cancel()

    assert task.cancelled()
    assert work.has_ended
    assert body.has_ended


async def test_nested_ones_let_the_bare_failure_through() -> None:
    outer, body = Waiting(), Waiting()

    with pytest.raises(Failed, match="work"):
        await together(outer.run(), together(body.fail_once_it_runs("work"), body.run()))

    assert outer.has_ended
