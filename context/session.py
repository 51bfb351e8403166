"""A session's current agent, as a value: who it is and how full its window was."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from functools import reduce

from context.lifecycle import AgentState, after
from context.messages import AgentId, PersonId, Platform, Provider, SessionId, TraceId, UserId
from context.usage import BYTES_PER_TOKEN


class Level(IntEnum):
    """What a person was last told about the window; ordered."""

    NONE = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent of a trace, with one context window.

    Attributes:
        version: Which agent of its trace this is, from 1.
        history_from: Position of the first transcript item its prompt holds verbatim.
        occupied_tokens: Tokens its window held after the last model call; 0 before any.
        turns: How many turns it has answered.
        told: The level its person was last told.
        began_from: The handoff document it began from.
        compaction_id: The compaction whose summary its prompt holds, if any.
        compactions: How many its window has been through.
        weak_compactions: How many of the latest ones in a row freed too little.
        compacted_at_turn: Its turns when the latest compaction was swapped in.
        compacted_to_tokens: What its window held right after that.
        pace_tokens: What a turn adds, smoothed over this agent's turns; 0 before it is known.
        handoffs_in_a_row: How many before the one that made it were without a turn between.
        bytes_per_token: Measured for this session; the first guess before that.
    """

    agent_id: AgentId
    trace_id: TraceId
    session_id: SessionId
    person_id: PersonId
    user_id: UserId
    platform: Platform
    provider: Provider
    agent_type: str = "chat"
    version: int = 1
    state: AgentState = AgentState.INITIALIZING
    parent_id: AgentId | None = None
    began_from: str | None = None
    history_from: int = 0
    occupied_tokens: int = 0
    peak_tokens: int = 0
    turns: int = 0
    told: Level = field(default=Level.NONE)
    compaction_id: str | None = None
    compactions: int = 0
    weak_compactions: int = 0
    compacted_at_turn: int = 0
    compacted_to_tokens: int = 0
    pace_tokens: float = 0.0
    bytes_per_token: float = BYTES_PER_TOKEN
    handoffs_in_a_row: int = 0
    started_at: datetime

    def entering(self, *states: AgentState) -> "Agent":
        """Take one legal step after another; the only way in which an agent's state changes.

        Raises:
            IllegalTransition: One of them is none.
        """
        return replace(self, state=reduce(after, states, self.state))
