"""A book of model calls in memory, which can be slow or out of reach."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from context.calls import CallOutcome, Errand, ModelCall, Purpose
from context.errors import StoreUnavailable
from context.messages import AgentId, PersonId, SessionId, TurnId
from context.usage import Usage

ERRAND = Errand(
    person_id=PersonId("person-1"),
    session_id=SessionId("session-1"),
    agent_id=AgentId("agent-1"),
    turn_id=TurnId("turn-1"),
    purpose=Purpose.REPLY,
)


@dataclass(slots=True)
class Row:
    """One call as it is booked."""

    call: ModelCall
    outcome: CallOutcome = CallOutcome.STARTED
    usage: Usage | None = None
    ended_at: datetime | None = None


class Book:
    """Keeps its rows in the order of their beginnings.

    Attributes:
        is_asked: Set once a row is to be completed.
        is_open: Cleared, completing a row waits for it.
        refused: What fails, of `begin` and `end`.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.is_asked = asyncio.Event()
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.refused: set[str] = set()

    async def begin(self, call: ModelCall) -> None:
        if "begin" in self.refused:
            raise StoreUnavailable
        self.rows.append(Row(call))

    async def end(
        self, call_id: str, *, outcome: CallOutcome, usage: Usage | None, ended_at: datetime
    ) -> None:
        self.is_asked.set()
        await self.is_open.wait()
        if "end" in self.refused:
            raise StoreUnavailable
        (row,) = (row for row in self.rows if row.call.call_id == call_id)
        row.outcome, row.usage, row.ended_at = outcome, usage, ended_at

    @property
    def outcomes(self) -> list[tuple[str, CallOutcome]]:
        """Which model was called, and how it ended."""
        return [(row.call.model, row.outcome) for row in self.rows]
