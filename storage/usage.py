"""The book of model calls, outside any claim, so that a lost turn still shows its cost."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.calls import CallOutcome, ModelCall, Purpose
from context.messages import AgentId
from context.operations import Operation, Operations
from context.usage import Usage
from storage.database import Database
from storage.tables.agents import ModelUsageRow
from storage.tables.row import NAMES

# Not for who was erased meanwhile: then the mail or the chore that asked for it is gone. The
# session is locked, so that an erasure either sees the row or has it find nothing.
_BEGIN = """
insert into model_usage
  (call_id, person_id, session_id, agent_id, turn_id, purpose, model, outcome, started_at)
select $1, $2, s.id, $4, $5::text, $6, $7, 'started', $8::timestamptz
from (
  select id from session where id = $3 and (
    exists (select from inbox where turn_id = $5::text)
    or exists (select from chore where id = $5::text))
  for key share
) s
on conflict (call_id) do nothing
"""

_END = """
update model_usage set outcome = $2, ended_at = $3, input_tokens = $4, cache_read_tokens = $5,
  cache_write_tokens = $6, output_tokens = $7
where call_id = $1
"""


async def operations(
    connection: AsyncConnection, agent_ids: Collection[AgentId]
) -> Mapping[AgentId, Operations]:
    """Sum up the answered calls of agents, in the caller's transaction."""
    statement = (
        select(NAMES.tables["model_usage"])
        .where(
            col(ModelUsageRow.agent_id).in_(agent_ids),
            col(ModelUsageRow.outcome) == CallOutcome.ANSWERED,
        )
        .order_by(col(ModelUsageRow.started_at))
    )
    known = dict.fromkeys(agent_ids, Operations())
    for row in (await connection.execute(statement)).mappings():
        agent_id = AgentId(row["agent_id"])
        known[agent_id] = known[agent_id].including(_operation(row))
    return known


def _operation(row: RowMapping) -> Operation:
    return Operation(
        purpose=Purpose(row["purpose"]),
        at=row["started_at"],
        usage=Usage(
            input_tokens=row["input_tokens"] or 0,
            cache_read_tokens=row["cache_read_tokens"] or 0,
            cache_write_tokens=row["cache_write_tokens"] or 0,
            output_tokens=row["output_tokens"] or 0,
        ),
    )


class UsageBook:
    """One row a call: `started` before it is made, completed when it is over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, call: ModelCall) -> None:
        """Book a call that is about to be made; the same call is booked once."""
        errand = call.errand
        async with self._database.hot() as connection:
            await connection.execute(
                _BEGIN,
                call.call_id,
                errand.person_id,
                errand.session_id,
                errand.agent_id,
                errand.turn_id,
                errand.purpose,
                call.model,
                call.started_at,
            )

    async def end(
        self, call_id: str, *, outcome: CallOutcome, usage: Usage | None, ended_at: datetime
    ) -> None:
        """Complete the row; without `usage` its cost stays unknown."""
        tokens = (
            (None, None, None, None)
            if usage is None
            else (
                usage.input_tokens,
                usage.cache_read_tokens,
                usage.cache_write_tokens,
                usage.output_tokens,
            )
        )
        async with self._database.hot() as connection:
            await connection.execute(_END, call_id, outcome, ended_at, *tokens)
