"""A row of one person in every table there is, with their mark in each text and JSON column.

It is made from the tables themselves, so a table that is added later has its row as well.
"""

import json
import re
from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import ARRAY, CheckConstraint, Column, Table
from sqlalchemy.dialects.postgresql import JSONB

from storage.database import Database
from storage.erasure import OUTLIVES
from storage.tables.row import NAMES
from tests.builders import NOON
from tests.storage.scenes import rows

# What an operator's deed and a file's place say, which is of nobody; and whom one is linked to.
_FIXED: Mapping[str, Mapping[str, object]] = {
    "audit_log": {
        "who": "bootstrap",
        "action": "users export",
        "from_digest": "0123456789abcdef",
    },
    "agent_handoff": {"markdown_path": "/handoffs/1.md"},
    "person": {"linked_to": None},
}

_WORDS = re.compile(r"^(\w+) in \('([^']+)'")


def tables_of_people() -> list[Table]:
    """Every table with a person in it, those that others refer to first."""
    return [
        table
        for table in NAMES.sorted_tables
        if table.name == "person" or "person_id" in table.c
    ]


async def plant(database: Database, mark: str, *, linked_to: str | None = None) -> str:
    """Store a row of somebody in every table that carries a person; give their identity.

    Args:
        database: Where to.
        mark: What stands in every column that can hold it.
        linked_to: The mark of the person that this one is linked to.
    """
    async with database.transaction() as connection:
        for table in tables_of_people():
            row = _row(table, mark)
            if table.name == "person" and linked_to is not None:
                row["linked_to"] = f"{linked_to} person.id"
            await connection.execute(table.insert().values(row))
    return f"{mark} identity.user_id"


async def found(database: Database, mark: str) -> set[str]:
    """Name the tables that hold a mark anywhere, in the queue's schema too."""
    names = await rows(
        database,
        "select format('%I.%I', table_schema, table_name) as name from information_schema.tables"
        " where table_schema in ('public', 'queue') and table_type = 'BASE TABLE'",
    )
    return {
        str(one["name"])
        for one in names
        if await rows(
            database,
            f"select 1 from {one['name']} t where strpos(t::text, $1) > 0 limit 1",  # noqa: S608 - ours
            mark,
        )
    }


async def held(database: Database, mark: str) -> Mapping[str, list[str]]:
    """Read all that is held of somebody, table by table, as text."""
    return {
        table.name: [
            json.dumps(row, default=str)
            for row in await rows(
                database,
                f"select * from {table.name} t where strpos(t::text, $1) > 0 order by 1, 2",  # noqa: S608 - ours
                mark,
            )
        ]
        for table in tables_of_people()
    }


def _row(table: Table, mark: str) -> dict[str, object]:
    told = {
        **_known_words(table),
        **{
            column.name: f"{mark} {key.target_fullname}"
            for column in table.c
            for key in column.foreign_keys
        },
        "person_id": f"{mark} person.id",
        **_FIXED.get(table.name, {}),
    }
    if table.name == OUTLIVES:
        told["id"] = uuid4().hex
    return {
        column.name: told.get(column.name, _value(column, mark))
        for column in table.c
        if column.computed is None and column.identity is None
    }


def _value(column: Column[object], mark: str) -> object:
    numbers = isinstance(column.type, ARRAY) and column.type.item_type.python_type is int
    if isinstance(column.type, JSONB):
        return {"mark": [mark]}
    by_type: Mapping[type, object] = {
        str: f"{mark} {column.table.name}.{column.name}",
        list: [1] if numbers else [mark],
        bool: True,
        int: 1,
        float: 1.5,
    }
    return by_type.get(column.type.python_type, NOON)


def _known_words(table: Table) -> dict[str, str]:
    """The first of the words that a column is kept to."""
    checks = (one for one in table.constraints if isinstance(one, CheckConstraint))
    found = (_WORDS.match(str(one.sqltext)) for one in checks)
    return {one[1]: one[2] for one in found if one is not None}
