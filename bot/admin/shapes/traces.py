"""Traces: the agents of one, what their calls took, and the handoffs between them."""

from datetime import datetime

from pydantic import Field

from bot.admin.shapes.handoffs import SummaryShape
from bot.admin.shapes.sessions import SessionShape
from bot.admin.shapes.shape import Shape, Tokens
from bot.limits import Limits
from context.lifecycle import AgentState, TerminationReason
from context.operations import Operations
from storage.traces import Trace, TraceAgent


class OperationsShape(Shape):
    """How many model calls there were, how large, and what the last left of the window."""

    calls: int
    average_tokens: int
    least_tokens: Tokens
    most_tokens: Tokens
    spent_tokens: Tokens
    remaining_tokens: int
    last_at: datetime | None

    @classmethod
    def of(cls, calls: Operations, limits: Limits) -> "OperationsShape":
        """Make it of the calls of one agent."""
        return cls(
            calls=calls.count,
            average_tokens=round(calls.average_tokens),
            least_tokens=calls.least_tokens,
            most_tokens=calls.most_tokens,
            spent_tokens=calls.spent.occupied_tokens,
            remaining_tokens=calls.remaining_tokens(limits.tokens),
            last_at=None if calls.last is None else calls.last.at,
        )


class AgentShape(Shape):
    """An agent of a trace."""

    agent_id: str
    session_id: str
    agent_type: str
    agent_version: int
    state: AgentState
    parent_id: str | None
    began_from: str | None = Field(description="The handoff whose document it began with.")
    occupied_tokens: Tokens
    peak_tokens: Tokens
    turns: int
    termination_reason: TerminationReason | None
    started_at: datetime
    ended_at: datetime | None
    operations: OperationsShape

    @classmethod
    def of(cls, agent: TraceAgent, limits: Limits) -> "AgentShape":
        """Make it of what is stored."""
        return cls(
            agent_id=agent.agent_id,
            session_id=agent.session_id,
            agent_type=agent.agent_type,
            agent_version=agent.agent_version,
            state=agent.state,
            parent_id=agent.parent_id,
            began_from=agent.began_from,
            occupied_tokens=agent.occupied_tokens,
            peak_tokens=agent.peak_tokens,
            turns=agent.turns,
            termination_reason=agent.termination_reason,
            started_at=agent.started_at,
            ended_at=agent.ended_at,
            operations=OperationsShape.of(agent.operations, limits),
        )


class TraceShape(Shape):
    """One unbroken line of agents; handoffs, sessions and agents oldest first."""

    trace_id: str
    handoffs: list[SummaryShape]
    sessions: list[SessionShape]
    agents: list[AgentShape]

    @classmethod
    def of(cls, trace: Trace, limits: Limits) -> "TraceShape":
        """Make it of what is stored and what operators allow."""
        return cls(
            trace_id=trace.trace_id,
            handoffs=[SummaryShape.of(one) for one in trace.handoffs],
            sessions=[SessionShape.of(one, limits) for one in trace.sessions],
            agents=[AgentShape.of(one, limits) for one in trace.agents],
        )
