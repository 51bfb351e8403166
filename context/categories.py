"""The categories of a handoff document that are no lists, and what each says of itself."""

from datetime import datetime
from enum import StrEnum

from context.entries import Part, PendingCall, Preference, Text
from context.lifecycle import TerminationReason
from context.messages import AgentId, MessageId, Platform, Provider, SessionId, TraceId


class Trigger(StrEnum):
    """What made an agent hand over."""

    CRITICAL_THRESHOLD = "critical_threshold"
    ROTATION_THRESHOLD = "rotation_threshold"
    PROMPT_TOO_LONG = "prompt_too_long"
    WINDOW_EXCEEDED = "window_exceeded"
    COMMAND = "command"


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
    """What its window held."""

    limit_tokens: int
    occupied_tokens: int
    peak_tokens: int
    turns: int

    @property
    def lines(self) -> tuple[str, ...]:
        """The figures."""
        return (
            f"{self.occupied_tokens:,}/{self.limit_tokens:,} tokens, "
            f"at most {self.peak_tokens:,}, in {self.turns:,} turns",
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
