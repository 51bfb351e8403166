"""Runs every benchmark and prints the table: `python -m tests.bench`, under two minutes.

It ends with 0 whatever the figures are, because they depend on what else the machine does;
one over its target says OVER. It fails only when something does not answer as it should.
"""

import asyncio
import sys

from tests.bench.accepting import accepting, both
from tests.bench.figures import table
from tests.bench.servers import durable_postgres

_ROUNDS = 12


async def _run(server_url: str) -> str:
    async with both(server_url) as servers:
        comparisons = await accepting(servers, rounds=_ROUNDS)
    return table(comparisons, [])


def main() -> None:
    """Run the benchmarks."""
    with durable_postgres() as server_url:
        written = asyncio.run(_run(server_url))
    sys.stdout.write(f"{written}\n")


if __name__ == "__main__":
    main()
