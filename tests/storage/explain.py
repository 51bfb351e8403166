"""How Postgres would run what our code runs."""

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.engine import Connection

from storage.database import Database

_SETTING = "SELECT set_config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a statement would touch: tables read from end to end, and indexes."""

    whole_tables: set[str]
    indexes: set[str]


Statement = tuple[str, tuple[object, ...]]
"""A statement and its arguments."""


@contextlib.contextmanager
def sent(database: Database) -> Iterator[list[Statement]]:
    """Collect the statements that SQLAlchemy sends."""
    statements: list[Statement] = []

    def note(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: tuple[object, ...],
        *_: object,
    ) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@contextlib.asynccontextmanager
async def plans(database: Database) -> AsyncIterator[list[Plan]]:
    """Collect the plan of each statement that SQLAlchemy sends; there on leaving."""
    found: list[Plan] = []
    with sent(database) as statements:
        yield found
    async with database.hot() as connection, connection.transaction():
        for statement, parameters in statements:
            if statement.startswith(_SETTING):
                await connection.execute(statement, *parameters)
            plan = await connection.fetchval(f"explain (format json) {statement}", *parameters)
            found.append(_plan(json.loads(plan)[0]["Plan"]))


def _plan(root: dict[str, object]) -> Plan:
    nodes = list(_nodes(root))
    return Plan(
        whole_tables={
            str(node["Relation Name"]) for node in nodes if node["Node Type"] == "Seq Scan"
        },
        indexes={str(node["Index Name"]) for node in nodes if "Index Name" in node},
    )


def _nodes(node: dict[str, object]) -> Iterator[dict[str, object]]:
    yield node
    below = node.get("Plans", [])
    assert isinstance(below, list)
    for one in below:
        yield from _nodes(one)
