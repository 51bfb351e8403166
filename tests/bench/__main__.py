"""Runs every benchmark and prints the table: `python -m tests.bench`, in ten minutes or so.

Half of them go into making a million handoffs to ask about.

It ends with 0 whatever the figures are, because they depend on what else the machine does;
one that misses its target says OVER. It fails only when something does not answer as it should.
"""

import asyncio
import sys
from collections.abc import Sequence
from time import perf_counter

from bot.logs import configure
from tests.bench.accepting import accepting
from tests.bench.figures import Line, Measurement, table
from tests.bench.handing import handing
from tests.bench.history import history
from tests.bench.history_rows import Size
from tests.bench.importance import importance
from tests.bench.micro import micro, waiting
from tests.bench.month import month
from tests.bench.recalling import recalled, search_times
from tests.bench.servers import durable_postgres
from tests.bench.turning import turning
from tests.postgres import server


async def _run(durable_url: str, quick_url: str) -> str:
    """Run one after the other.

    Args:
        durable_url: A Postgres server that keeps what it acknowledges, as a deployment's does.
        quick_url: One that does not, for what measures no time.
    """
    began = perf_counter()
    benches: list[Sequence[Line]] = [
        await accepting(durable_url, starts=4, rounds=5),
        await turning(durable_url, rounds={0.0: 40, 0.5: 8}, handovers=3),
        await handing(durable_url, rounds=60),
        micro(calls=500),
        await waiting(quick_url, sessions=1_000),
        await month(quick_url, turns=1_000),
        importance(seeds=5, turns=400),
        await history(quick_url, Size()),
        await search_times(durable_url),
        recalled(),
    ]
    took = Measurement(name="all of it took", value=perf_counter() - began, unit="s")
    return table(*benches, [took])


def main() -> None:
    """Run the benchmarks."""
    configure(level="error", style="console", secret_key="bench")
    with durable_postgres() as durable_url, server() as quick_url:
        written = asyncio.run(_run(durable_url, quick_url))
    sys.stdout.write(f"{written}\n")


if __name__ == "__main__":
    main()
