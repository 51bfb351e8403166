"""The categories of a handoff document that are no lists, and what each says of itself."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from context.entries import Part, PendingCall, Preference, Text
from context.lifecycle import TerminationReason
from context.messages import AgentId, MessageId, Platform, Provider, SessionId, TraceId
from context.session import Agent
from context.usage import Usage


class Trigger(StrEnum):
    """What made an agent hand over."""

    CRITICAL_THRESHOLD = "critical_threshold"
    ROTATION_THRESHOLD = "rotation_threshold"
    PROMPT_TOO_LONG = "prompt_too_long"
    WINDOW_EXCEEDED = "window_exceeded"
    PROMPT_REFUSED = "prompt_refused"
    COMMAND = "command"
    IDLE = "idle"
    ADMIN = "admin"


class OriginalRequest(Part):
    """What the person first asked for; of long text the middle is left out."""

    text: Text = ""
    message_id: MessageId | None = None
    restated_goal: Text | None = None
    standing_instructions: tuple[Text, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The request, what it means, and what is to be observed always."""
        goal = (f"goal: {self.restated_goal}",) if self.restated_goal else ()
        always = (f"always: {text}" for text in self.standing_instructions)
        return (*((self.text,) if self.text else ()), *goal, *always)


class AgentInfo(Part):
    """Which agent ends here."""

    agent_id: AgentId
    agent_type: str
    version: int
    parent_id: AgentId | None
    trace_id: TraceId
    session_id: SessionId
    platform: Platform
    provider: Provider
    started_at: datetime
    ended_at: datetime

    @classmethod
    def of(cls, agent: Agent, *, ended_at: datetime) -> Self:
        """Say who an agent was."""
        return cls(
            agent_id=agent.agent_id,
            agent_type=agent.agent_type,
            version=agent.version,
            parent_id=agent.parent_id,
            trace_id=agent.trace_id,
            session_id=agent.session_id,
            platform=agent.platform,
            provider=agent.provider,
            started_at=agent.started_at,
            ended_at=ended_at,
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """Who, where, and when."""
        return (
            f"{self.agent_type} agent {self.version} of trace {self.trace_id} ({self.agent_id})",
            f"on {self.platform} through {self.provider}, session {self.session_id}",
            f"from {self.started_at:%Y-%m-%d %H:%M} to {self.ended_at:%Y-%m-%d %H:%M} UTC",
        )


class Termination(Part):
    """Why it ends, and how full its window was, in percent."""

    code: TerminationReason
    percent: float
    trigger: Trigger | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """Why, and how full."""
        trigger = f", {self.trigger}" if self.trigger else ""
        return (f"{self.code} at {self.percent:g} %{trigger}",)


class TokenUsage(Part):
    """What its window held, how often it was compacted, and what its calls used together."""

    limit_tokens: int
    occupied_tokens: int
    peak_tokens: int
    turns: int
    compactions: int = 0
    spent: Usage | None = None

    @classmethod
    def of(cls, agent: Agent, *, limit_tokens: int, spent: Usage | None) -> Self:
        """Say what an agent held of what it could, and what its calls used together."""
        return cls(
            limit_tokens=limit_tokens,
            occupied_tokens=agent.occupied_tokens,
            peak_tokens=agent.peak_tokens,
            turns=agent.turns,
            compactions=agent.compactions,
            spent=spent,
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """The figures."""
        held = (
            f"{self.occupied_tokens:,}/{self.limit_tokens:,} tokens, "
            f"at most {self.peak_tokens:,}, in {self.turns:,} turns"
        )
        if self.compactions:
            held += f"; compactions: {self.compactions:,}"
        return (held,) if self.spent is None else (held, f"spent {_spent(self.spent)}")


def _spent(usage: Usage) -> str:
    return (
        f"{usage.input_tokens:,} tokens in, {usage.cache_write_tokens:,} into the cache, "
        f"{usage.cache_read_tokens:,} from it, {usage.output_tokens:,} out"
    )


class UserProfile(Part):
    """What is known of the person."""

    name: Text | None = None
    language: Text | None = None
    timezone: Text | None = None
    preferences: tuple[Preference, ...] = ()
    constraints: tuple[Preference, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What is known, the plain data first."""
        data = (("name", self.name), ("language", self.language), ("timezone", self.timezone))
        return (
            *(f"{label}: {value}" for label, value in data if value),
            *(f"prefers: {one.line}" for one in self.preferences),
            *(f"must have: {one.line}" for one in self.constraints),
        )


class ToolState(Part):
    """What tools were doing."""

    pending_calls: tuple[PendingCall, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The calls to check before anything is done again."""
        return tuple(call.line for call in self.pending_calls)
