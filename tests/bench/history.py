"""What the database works on each question about a million handoffs: `make bench-history`.

A throwaway server, which acknowledges before it has written (nothing here waits for that), and
its usual settings. Medians are over all questions of a kind, each asked three times in turn,
after one that does not count; the worst is the question whose own median is highest.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from statistics import median
from time import perf_counter

from bot.logs import configure
from storage.database import Database, address, open_database
from storage.day_totals import DayTotals
from storage.migrate import migrate
from tests.bench.figures import AtMost, Line, Measurement, table
from tests.bench.history_questions import Kind, kinds
from tests.bench.history_rows import ENDS_AT, Size, build
from tests.bench.server_time import Took, took
from tests.postgres import new_database, server

_ROUNDS = 3
_CONNECTIONS = 8
_WORST_CHARS = 44


async def history(server_url: str, size: Size) -> Sequence[Line]:
    """Build the history and ask away.

    Args:
        server_url: A Postgres server where databases may be made.
        size: How much there is to be.
    """
    began = perf_counter()

    def report(doing: str) -> None:
        sys.stderr.write(f"{perf_counter() - began:6.0f} s  {doing}\n")

    async with new_database(server_url) as url:
        await migrate(address(url))
        async with open_database(address(url), connections=_CONNECTIONS) as database:
            await build(database, size, report=report)
            report("totals of finished days")
            while await DayTotals(database).fold(now=ENDS_AT):
                pass
            built = Measurement(
                name=f"build {size.handoffs:,} handoffs of {size.people:,} people",
                value=perf_counter() - began,
                unit="s",
            )
            report("questions")
            return [built, *await _asked(database, await kinds(database, size))]


async def _asked(database: Database, asked: Sequence[Kind]) -> list[Line]:
    """Ask everything, kind by kind in turn; the lines of the table."""
    times: dict[int, list[list[Took]]] = {number: [] for number in range(len(asked))}
    for _ in range(_ROUNDS + 1):
        for number, kind in enumerate(asked):
            times[number].append([await took(database, one.ask) for one in kind.questions])
    return [
        line for number, kind in enumerate(asked) for line in _lines(kind, times[number][1:])
    ]


def _lines(kind: Kind, rounds: Sequence[Sequence[Took]]) -> Sequence[Line]:
    """A kind's median, its worst question, and what the client waited."""
    of_question: Mapping[str, float] = {
        f"{number} {question.name}": median(one[number].server_ms for one in rounds)
        for number, question in enumerate(kind.questions)
    }
    worst = max(of_question, key=lambda name: of_question[name])
    every = [one for asked in rounds for one in asked]
    target = AtMost(kind.target_ms)
    return (
        Measurement(
            name=f"{kind.name}, {len(kind.questions)} asked",
            value=median(one.server_ms for one in every),
            unit="ms",
            target=target,
        ),
        Measurement(
            name=f"  worst: {worst.partition(' ')[2]}"[: _WORST_CHARS + 12],
            value=of_question[worst],
            unit="ms",
            target=target,
        ),
        Measurement(
            name="  as a client waits for it, median",
            value=median(one.wall_ms for one in every),
            unit="ms",
        ),
    )


def main() -> None:
    """Run it alone."""
    configure(level="error", style="console", secret_key="bench")
    with server() as url:
        lines = asyncio.run(history(url, Size()))
    sys.stdout.write(f"{table(lines)}\n")


if __name__ == "__main__":
    main()
