"""PgQueuer, behind one file: jobs that say "this session has work in this lane".

A job carries nothing else, so that losing one (the sweep makes another) and doubling one
(the claim lets one through) are harmless. PgQueuer's own rules that shape this file were
read in its 1.6.0 source, 2026-11: its loop ends when the connection does, its shutdown waits
for jobs without limit, it logs a handler's exceptions word for word, and it never prunes
its log.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

from context.errors import StoreUnavailable
from context.messages import SessionId

Handler = Callable[[SessionId], Awaitable[timedelta | None]]
"""Does a session's work in one lane; a timedelta asks to be called again after it."""

# An idle worker notices a dead worker's job within this, and polls at this pace where
# nothing can be listened to.
_POLL = timedelta(milliseconds=500)
_HEARTBEAT_TIMEOUT = timedelta(seconds=4)
_BATCH = 5

# PgQueuer's trigger calls every loop of every worker at each insert, of no job too, and at
# each end of one: ten looks for one job. Ours calls for jobs alone; a loop that is at
# capacity looks by itself (its `min_dequeue_poll_interval`). In the form of its events.
ANNOUNCE = """
alter table queue.pgqueuer disable trigger tg_pgqueuer_changed;
create or replace function queue.announce() returns trigger language plpgsql as $$
begin
  perform pg_notify('baton_queue', json_build_object(
    'type', 'table_changed_event', 'channel', 'baton_queue', 'operation', 'insert',
    'sent_at', now(), 'table', 'pgqueuer')::text);
  return null;
end $$;
create or replace trigger announce after insert on queue.pgqueuer
  for each row execute function queue.announce();
"""
"""Run it after whatever makes or changes PgQueuer's own objects."""


def queue_settings() -> DBSettings:
    """Name every object, so that no stray variable (CHANNEL, TRIGGER …) can rename one."""
    return DBSettings(
        prefix="",
        db_schema="queue",
        channel=Channel("baton_queue"),
        function="fn_pgqueuer_changed",
        statistics_table="pgqueuer_statistics",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        trigger="tg_pgqueuer_changed",
        schedules_table="pgqueuer_schedules",
        durability=Durability.durable,
        widen_id=True,
    )


def queries(connection: asyncpg.Connection) -> Queries:
    """Bind PgQueuer's own statements to a connection, with our names."""
    settings = queue_settings()
    return Queries(
        driver=AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )


async def run_queue(
    connection: asyncpg.Connection,
    handlers: Mapping[str, Handler],
    *,
    concurrency: int,
    finish_within: timedelta,
    stop: asyncio.Event,
) -> None:
    """Work through jobs until told to stop.

    On stopping, running handlers get a moment to finish; those that do not are cancelled and
    their jobs given back, so that another worker starts them at once.

    Args:
        connection: For this loop alone, direct (not through a transaction pooler).
        handlers: Lane → what to do for a session; they must not raise.
        concurrency: Jobs at once; at least twice PgQueuer's batch.
        finish_within: How long running handlers may go on after `stop`.
        stop: Set to end.

    Raises:
        StoreUnavailable: The connection is gone; running handlers were cancelled.
    """
    manager = QueueManager(queries(connection), channel=queue_settings().channel)
    running = _Running()
    for lane, handler in handlers.items():
        manager.entrypoint(lane, accepts_context=False)(_entrypoint(handler, running))
    # PgQueuer waits for its jobs before it leaves, whatever the reason.
    connection.add_termination_listener(lambda _: running.cancel())
    cancelled = _times_cancelled()
    try:
        # Side by side, so that cancelling us cancels both: one waits for what the other ends.
        async with asyncio.TaskGroup() as group:
            ending = group.create_task(
                _end(manager, running, stop=stop, finish_within=finish_within)
            )
            minding = group.create_task(_mind(connection, running))
            await asyncio.wait({group.create_task(_run(manager, concurrency=concurrency))})
            ending.cancel()
            minding.cancel()
    except ExceptionGroup as failed:
        if _times_cancelled() > cancelled:
            # Before Python 3.13 an error in a task group outweighs a cancellation.
            raise asyncio.CancelledError from failed
        if connection.is_closed():
            raise StoreUnavailable("the queue's connection is gone") from failed
        raise


class _Running:
    """The handlers at work in one loop, and whether it is ending."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[timedelta | None]] = set()
        self.is_ending = False

    def cancel(self) -> None:
        self.is_ending = True
        for task in self.tasks:
            task.cancel()


async def _run(manager: QueueManager, *, concurrency: int) -> None:
    await manager.run(
        dequeue_timeout=_POLL,
        batch_size=_BATCH,
        max_concurrent_tasks=max(concurrency, 2 * _BATCH),
        heartbeat_timeout=_HEARTBEAT_TIMEOUT,
        log_aggregation_interval=timedelta(0),
    )


async def _end(
    manager: QueueManager, running: _Running, *, stop: asyncio.Event, finish_within: timedelta
) -> None:
    """Once told to, end the manager; let what is running finish, but not for long."""
    try:
        await stop.wait()
        running.is_ending = True
        manager.shutdown.set()
        if running.tasks:
            await asyncio.wait(running.tasks, timeout=finish_within.total_seconds())
    finally:
        running.cancel()


async def _mind(connection: asyncpg.Connection, running: _Running) -> None:
    """Cancel what runs for as long as the connection is gone.

    Its listener says so at once. All the same a loop was seen to go on after its connection
    was cut (asyncpg 0.32, on a loaded machine, 2026-11): PgQueuer waits for its jobs for as
    long as they take, so whether the connection is there is looked at, too.
    """
    while True:
        await asyncio.sleep(_POLL.total_seconds())
        if connection.is_closed():
            running.cancel()


def _times_cancelled() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def _entrypoint(handler: Handler, running: _Running) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        if running.is_ending:
            raise RetryRequested(timedelta(0))
        session = SessionId((job.payload or b"").decode())
        # A task of its own, so that cancelling it on shutdown does not cancel PgQueuer's
        # bookkeeping, which gives the job back.
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_awaited(handler(session)))
            running.tasks.add(task)
            task.add_done_callback(running.tasks.discard)
        again = timedelta(0) if task.cancelled() else task.result()
        if again is not None:
            raise RetryRequested(again)

    return run


async def _awaited(work: Awaitable[timedelta | None]) -> timedelta | None:
    return await work
