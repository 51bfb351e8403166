"""The book of model calls, outside any claim, so that a lost turn still shows its cost."""

from datetime import datetime

from context.calls import CallOutcome, ModelCall
from context.usage import Usage
from storage.database import Database

_BEGIN = """
insert into model_usage
  (call_id, person_id, session_id, agent_id, turn_id, purpose, model, outcome, started_at)
values ($1, $2, $3, $4, $5, $6, $7, 'started', $8)
on conflict (call_id) do nothing
"""

_END = """
update model_usage set outcome = $2, ended_at = $3, input_tokens = $4, cache_read_tokens = $5,
  cache_write_tokens = $6, output_tokens = $7
where call_id = $1
"""


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
