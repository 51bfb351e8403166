"""What happened to an agent, for whoever wants to be told: warned, critical, handed off, ended.

Events are values and come from comparing an agent with what became of it, so that telling of
them is somebody else's file and none is told that did not happen.
"""

from dataclasses import dataclass

from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId, PersonId, Platform, SessionId, TraceId, UserId
from context.policy import occupancy
from context.session import Agent, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose event it is, and how full its window was.

    Attributes:
        turns: How many turns it had answered.
    """

    agent_id: AgentId
    trace_id: TraceId
    session_id: SessionId
    person_id: PersonId
    user_id: UserId
    platform: Platform
    agent_type: str
    version: int
    turns: int
    occupied_tokens: int
    limit_tokens: int

    @property
    def occupancy(self) -> float:
        """Share of the limit that was taken."""
        return occupancy(self.occupied_tokens, self.limit_tokens)


@dataclass(frozen=True, slots=True)
class Warned:
    """Its window passed the warning threshold."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Critical:
    """Its window is full, and it gives way."""

    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff:
    """Another agent goes on.

    Attributes:
        handoff_id: The document that the successor began from.
    """

    subject: Subject
    handoff_id: str | None
    successor_id: AgentId
    successor_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminated:
    """It ended, with a successor or without.

    Attributes:
        state: What it ended as.
        reason: Why; None where nobody said.
    """

    subject: Subject
    state: AgentState
    reason: TerminationReason | None


LifecycleEvent = Warned | Critical | HandedOff | Terminated


def events_of(
    before: Agent,
    after: Agent,
    *,
    limit_tokens: int,
    successor: Agent | None = None,
    reason: TerminationReason | None = None,
) -> tuple[LifecycleEvent, ...]:
    """Tell what happened to an agent, in the order in which it did.

    A jump past both levels is told as critical alone, as it is to the person. An agent that
    had ended before has no more events.

    Args:
        before: The agent as it was.
        after: What became of the same agent.
        limit_tokens: Tokens it may hold.
        successor: Who goes on, if it handed over.
        reason: Why it ended, if it did.
    """
    if not before.state.is_operational:
        return ()
    subject = _subject(after, limit_tokens=limit_tokens)
    events: list[LifecycleEvent] = []
    if after.told > before.told:
        events.append(Critical(subject) if after.told is Level.CRITICAL else Warned(subject))
    if successor is not None:
        events.append(
            HandedOff(
                subject=subject,
                handoff_id=successor.began_from,
                successor_id=successor.agent_id,
                successor_version=successor.version,
            )
        )
    if not after.state.is_operational:
        events.append(Terminated(subject=subject, state=after.state, reason=reason))
    return tuple(events)


def ended(
    agent: Agent | None, *, limit_tokens: int, reason: TerminationReason
) -> tuple[LifecycleEvent, ...]:
    """Tell of an agent that ended between turns and has no successor; nothing if none did."""
    if agent is None:
        return ()
    subject = _subject(agent, limit_tokens=limit_tokens)
    return (Terminated(subject=subject, state=agent.state, reason=reason),)


def _subject(agent: Agent, *, limit_tokens: int) -> Subject:
    return Subject(
        agent_id=agent.agent_id,
        trace_id=agent.trace_id,
        session_id=agent.session_id,
        person_id=agent.person_id,
        user_id=agent.user_id,
        platform=agent.platform,
        agent_type=agent.agent_type,
        version=agent.version,
        turns=agent.turns,
        occupied_tokens=agent.occupied_tokens,
        limit_tokens=limit_tokens,
    )
