"""What waits, fails and works in the whole service, for metrics: one statement, indexes only.

What happens and is over is counted by `storage/recent_figures.py`, for the last hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Select,
    SQLColumnExpression,
    Text,
    cast,
    column,
    extract,
    func,
    literal,
    null,
    select,
    table,
    union,
    union_all,
)
from sqlmodel import col

from context.lifecycle import AgentState
from storage.database import Database
from storage.lanes import Lane
from storage.tables.agents import AgentRow
from storage.tables.mail import InboxRow, OutboxRow
from storage.tables.upkeep import ChoreRow

OVERDUE_AFTER = timedelta(seconds=60)
"""A message that still waits after this long is overdue."""

_WAITING = ("pending", "taken")
_UNSETTLED = ("pending", "sending", "uncertain")

_IS_WAITING = col(InboxRow.state).in_(_WAITING)
_IS_UNSETTLED = col(OutboxRow.state).in_(_UNSETTLED)

_MESSAGE_FATE = table(
    "message_fate", column("message_id"), column("fate"), column("received_at")
)

_Part = Select[str, str | None, int]
"""Rows of one figure: its name, a label, a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The service at one moment; every label that can occur is there, at 0 if need be.

    Attributes:
        messages_overdue: Inbound messages that waited too long for their answer.
        waiting: Lane → what waits in it; in `deliver` those are messages to send,
            in `maintain` chores.
        queue_age: How long the oldest of all that has waited.
        outbox: State → messages to send that are not sent.
        dead_letters: `inbound` or `outbound` → what failed for good.
        agents: State → agents that have not ended.
    """

    messages_overdue: int
    waiting: Mapping[str, int]
    queue_age: timedelta
    outbox: Mapping[str, int]
    dead_letters: Mapping[str, int]
    agents: Mapping[str, int]


class FiguresReader:
    """Reads the figures from Postgres, in one round trip."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, *, now: datetime) -> Figures:
        """Read all figures as they are now.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        statement = union_all(*_backlog(now), _agents())
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for figure, label, number in rows:
            found[figure][label or ""] = number
        outbound = found["outbox"]
        failed = outbound.get("failed", 0)
        to_deliver = sum(outbound.values()) - failed
        return Figures(
            messages_overdue=found["overdue"][""],
            waiting=_filled(Lane, {**found["waiting"], Lane.DELIVER.value: to_deliver}),
            queue_age=timedelta(milliseconds=found["queue_age_ms"][""]),
            outbox=_filled((*_UNSETTLED, "failed"), outbound),
            dead_letters={"inbound": found["failed_inbound"][""], "outbound": failed},
            agents=_filled(
                (state for state in AgentState if state.is_operational), found["agents"]
            ),
        )


def _filled(labels: Iterable[str], found: Mapping[str, int]) -> dict[str, int]:
    return {**{str(label): 0 for label in labels}, **found}


def _part(
    figure: str, label: SQLColumnExpression[str] | None, number: SQLColumnExpression[int]
) -> _Part:
    return select(
        literal(figure, Text),
        cast(null() if label is None else label, Text),
        cast(number, BigInteger),
    )


def overdue(now: datetime) -> Select[int]:
    """Count the inbound messages that have waited too long for their answer."""
    # The view judges; which rows it could be about is found by index.
    could_wait = union(
        select(col(InboxRow.id)).where(_IS_WAITING),
        select(col(InboxRow.id))
        .join(OutboxRow, col(OutboxRow.turn_id) == col(InboxRow.turn_id))
        .where(_IS_UNSETTLED),
    )
    return (
        select(func.count())
        .select_from(_MESSAGE_FATE)
        .where(
            _MESSAGE_FATE.c.fate == "waiting",
            _MESSAGE_FATE.c.received_at <= now - OVERDUE_AFTER,
            _MESSAGE_FATE.c.message_id.in_(could_wait),
        )
    )


def _backlog(now: datetime) -> list[_Part]:
    """What waits, how long, and what failed: all from the partial indexes on state."""
    oldest = func.least(
        select(func.min(col(InboxRow.received_at))).where(_IS_WAITING).scalar_subquery(),
        select(func.min(col(OutboxRow.created_at))).where(_IS_UNSETTLED).scalar_subquery(),
    )
    age_ms = extract("epoch", literal(now) - oldest) * 1000
    return [
        _part("overdue", None, overdue(now).scalar_subquery()),
        _part("waiting", col(InboxRow.lane), func.count())
        .where(_IS_WAITING)
        .group_by(col(InboxRow.lane)),
        _part("waiting", literal(Lane.MAINTAIN.value, Text), func.count())
        .select_from(ChoreRow)
        .where(col(ChoreRow.state) == "pending", col(ChoreRow.lane) == Lane.MAINTAIN.value),
        _part("queue_age_ms", None, func.greatest(func.coalesce(age_ms, 0), 0)),
        _part("outbox", col(OutboxRow.state), func.count())
        .where(_IS_UNSETTLED)
        .group_by(col(OutboxRow.state)),
        _part("outbox", literal("failed", Text), func.count())
        .select_from(OutboxRow)
        .where(col(OutboxRow.state) == "failed"),
        _part("failed_inbound", None, func.count())
        .select_from(InboxRow)
        .where(col(InboxRow.state) == "failed"),
    ]


def _agents() -> _Part:
    return (
        _part("agents", col(AgentRow.state), func.count())
        .where(col(AgentRow.ended_at).is_(None))
        .group_by(col(AgentRow.state))
    )
