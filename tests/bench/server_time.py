"""How long the database server works on what a store asks it, without the way there."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter

from storage.database import Database
from tests.storage.explain import sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One question: what the server took to plan and run it all, and what we waited."""

    server_ms: float
    wall_ms: float


async def took(database: Database, ask: Callable[[], Awaitable[object]]) -> Took:
    """Ask once for the wall's time, and once more, statement by statement, for the server's."""
    with sent(database) as statements:
        began = perf_counter()
        await ask()
        wall_ms = (perf_counter() - began) * 1000
    server_ms = 0.0
    async with database.hot() as connection, connection.transaction():
        for statement, arguments in statements:
            explained = await connection.fetchval(
                f"explain (analyze, timing off, format json) {statement}", *arguments
            )
            (plan,) = json.loads(explained)
            server_ms += plan["Planning Time"] + plan["Execution Time"]
    return Took(server_ms=server_ms, wall_ms=wall_ms)
