"""What accepting a message costs, ours against the least that it can be.

Both servers stand on one Postgres and get a message each by turns, so that whatever else the
machine does meets both alike. No worker runs: it would compete with our server and not with
the other. What workers would have done meanwhile is done between the rounds, so that every
message finds its session asleep and wakes it, which is the dearest way through. The same
server is some per cent faster or slower from one start to the next, so both are started anew
a few times.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from storage.database import address, connected
from storage.migrate import migrate
from tests.bench.bare import TABLE
from tests.bench.figures import Comparison, figures
from tests.bench.load import CONNECTIONS, Stream, paced
from tests.bench.people import PEOPLE, Everybody, on_slack, on_whatsapp
from tests.bench.servers import BASELINE, OURS, running
from tests.postgres import new_database

PER_SECOND = 50
TARGET = 1.5

_SETTLED = """
update inbox set state = 'answered' where state = 'pending';
update lane set awake = false where awake;
delete from queue.pgqueuer;
"""


class NotKept(Exception):
    """A server acknowledged messages that it did not keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Servers:
    """Where both listen, and their databases."""

    ours: int
    baseline: int
    ours_url: str
    baseline_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """The seconds that each message took."""

    ours: list[float] = field(default_factory=list)
    baseline: list[float] = field(default_factory=list)


@asynccontextmanager
async def _both(server_url: str) -> AsyncIterator[_Servers]:
    """Start both servers, each on a database of its own."""
    async with (
        new_database(server_url) as ours_url,
        new_database(server_url) as baseline_url,
    ):
        await migrate(address(ours_url))
        async with connected(address(baseline_url)) as connection:
            await connection.execute(TABLE)
        async with (
            running(OURS, ours_url) as ours,
            running(BASELINE, baseline_url) as baseline,
        ):
            yield _Servers(
                ours=ours, baseline=baseline, ours_url=ours_url, baseline_url=baseline_url
            )


async def accepting(
    server_url: str, *, starts: int, rounds: int, per_second: float = PER_SECOND
) -> list[Comparison]:
    """Compare the two with the messages of each platform.

    Args:
        server_url: A Postgres server that keeps what it acknowledges.
        starts: How often both servers are started.
        rounds: How often everybody writes to each, besides once at first that is not counted.
        per_second: How many messages each server gets.

    Raises:
        NotKept: A message was acknowledged and is not there.
    """
    everybody = {"Slack event": on_slack(), "Twilio form": on_whatsapp()}
    taken = {name: _Taken() for name in everybody}
    for _ in range(starts):
        async with _both(server_url) as servers:
            for number in range(rounds + 1):
                for name, people in everybody.items():
                    kept = taken[name] if number else _Taken()
                    await _round(servers, people, taken=kept, per_second=per_second)
            await _all_kept(servers, (rounds + 1) * len(everybody))
    return [line for name, seconds in taken.items() for line in _compared(name, seconds)]


async def _round(
    servers: _Servers, people: Everybody, *, taken: _Taken, per_second: float
) -> None:
    """Let everybody write once to each of the servers."""
    async with connected(address(servers.ours_url)) as connection:
        await connection.execute(_SETTLED)
    ours, baseline = await asyncio.to_thread(
        paced,
        [Stream(servers.ours, people()), Stream(servers.baseline, people())],
        per_second=per_second,
    )
    # The first on a connection opens it, and wakes a server that has been idle.
    taken.ours.extend(ours[CONNECTIONS:])
    taken.baseline.extend(baseline[CONNECTIONS:])


async def _all_kept(servers: _Servers, writings: int) -> None:
    sent = writings * PEOPLE
    for url, table in ((servers.ours_url, "inbox"), (servers.baseline_url, "message")):
        async with connected(address(url)) as connection:
            missing = sent - await connection.fetchval(f"select count(*) from {table}")  # noqa: S608 - ours
        if missing:
            raise NotKept(table, missing)


def _compared(name: str, taken: _Taken) -> Sequence[Comparison]:
    ours, baseline = figures(taken.ours), figures(taken.baseline)
    return (
        Comparison(
            name=f"accept a {name}, median",
            ours=ours.median_ms,
            baseline=baseline.median_ms,
            target=TARGET,
        ),
        Comparison(
            name=f"accept a {name}, p99",
            ours=ours.p99_ms,
            baseline=baseline.p99_ms,
            target=TARGET,
        ),
    )
