"""Counts of what leaves no row of its own, by the hour, from every web process.

A redelivered message changes nothing, so that it came can only be counted; and how long it
took to accept one is known only to the process that did. The row of an hour is shared by all
processes. Reading a window costs as much after years; a year of hours is a few thousand rows.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import func, select
from sqlmodel import col

from storage.database import Database
from storage.tables.tallies import TallyRow

_ADD = """
insert into tally as t (name, hour, label, count)
select name, $4, label, number
from unnest($1::text[], $2::text[], $3::bigint[]) as counted (name, label, number)
on conflict (name, hour, label) do update set count = t.count + excluded.count
"""


class Counted(StrEnum):
    """What is counted; a label says which."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    ACCEPTED_WITHIN = "accepted_within"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that is counted.

    Attributes:
        counted: What it is.
        label: The provider; of a time, the bound in seconds that it stayed within, or `inf`.
    """

    counted: Counted
    label: str


class Tally:
    """The counts, in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, counts: Mapping[Kind, int], *, now: datetime) -> None:
        """Add to the counts of this hour.

        Raises:
            StoreUnavailable: The database is out of reach; nothing is added.
        """
        # In one order, so that two processes never wait for each other in a circle.
        kinds = sorted(counts, key=lambda kind: (kind.counted, kind.label))
        async with self._database.hot() as connection:
            await connection.execute(
                _ADD,
                [kind.counted for kind in kinds],
                [kind.label for kind in kinds],
                [counts[kind] for kind in kinds],
                now.replace(minute=0, second=0, microsecond=0),
            )

    async def since(self, at: datetime) -> Mapping[Kind, int]:
        """Sum up from the hour on that holds `at`.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        statement = (
            select(col(TallyRow.name), col(TallyRow.label), func.sum(col(TallyRow.count)))
            .where(
                # The key begins with the name, so that all hours of one stand together.
                col(TallyRow.name).in_(list(Counted)),
                col(TallyRow.hour) >= at.replace(minute=0, second=0, microsecond=0),
            )
            .group_by(col(TallyRow.name), col(TallyRow.label))
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return Counter(
            {Kind(Counted(name), label): int(number) for name, label, number in rows}
        )


def total(counts: Mapping[Kind, int], counted: Counted) -> int:
    """How often it happened, whatever the label."""
    return sum(number for kind, number in counts.items() if kind.counted is counted)


def accepted_within(counts: Mapping[Kind, int], share: float) -> float | None:
    """Seconds within which that share of the messages was accepted; None without any.

    Args:
        counts: With the times among them.
        share: Over 0, up to 1.

    Returns:
        Between two bounds as if the times were spread evenly; over the last bound, that bound.
    """
    within = sorted(
        (float(kind.label), number)
        for kind, number in counts.items()
        if kind.counted is Counted.ACCEPTED_WITHIN and number > 0
    )
    wanted = share * sum(number for _, number in within)
    seen = 0
    for (below, _), (bound, number) in pairwise([(0.0, 0), *within]):
        if seen + number >= wanted:
            into = (wanted - seen) / number
            return below if bound == float("inf") else below + (bound - below) * into
        seen += number
    return None
