"""Sessions, with the room left in their windows, and their messages."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from bot.admin.shapes.shape import Shape, Tokens
from bot.limits import Limits
from context.lifecycle import AgentState
from context.policy import occupancy
from storage.sessions_list import SessionRecord
from storage.transcript_pages import MessageKind, SessionMessage


class SessionShape(Shape):
    """A session, its current agent, and how full that one's window is of what is allowed."""

    session_id: str
    user_id: str
    platform: str
    provider: str
    conversation: str
    trace_id: str | None = Field(description="Null, like all about an agent, before a turn.")
    agent_id: str | None
    agent_type: str | None
    agent_version: int | None
    state: AgentState | None
    occupied_tokens: Tokens | None
    context_window_limit: int
    occupancy: float | None = Field(description="The share of the limit; 1 is full.")
    turns_left: int | None = Field(description="Until the next agent, at this person's pace.")
    spent_tokens: Tokens = Field(description="Paid for so far, by all agents of the session.")
    turns: int | None
    updated_at: datetime

    @classmethod
    def of(cls, session: SessionRecord, limits: Limits) -> "SessionShape":
        """Make it of what is stored and what operators allow."""
        return cls(
            session_id=session.session_id,
            user_id=session.user_id,
            platform=session.platform,
            provider=session.provider,
            conversation=session.conversation,
            trace_id=session.trace_id,
            agent_id=session.agent_id,
            agent_type=session.agent_type,
            agent_version=session.agent_version,
            state=session.state,
            occupied_tokens=session.occupied_tokens,
            context_window_limit=limits.tokens,
            occupancy=_occupancy(session, limits),
            turns_left=_turns_left(session, limits),
            spent_tokens=session.spent_tokens,
            turns=session.turns,
            updated_at=session.updated_at,
        )


def _occupancy(session: SessionRecord, limits: Limits) -> float | None:
    if session.occupied_tokens is None:
        return None
    return round(occupancy(session.occupied_tokens, limits.tokens), 4)


def _turns_left(session: SessionRecord, limits: Limits) -> int | None:
    if session.occupied_tokens is None or session.pace_tokens is None:
        return None
    return limits.turns_left(
        session.user_id,
        occupied_tokens=session.occupied_tokens,
        limit_tokens=limits.tokens,
        pace_tokens=session.pace_tokens,
    )


class MessageShape(Shape):
    """One message of a session, as its person saw it."""

    message_id: str
    kind: MessageKind = Field(description="A command's answer is a command too.")
    notice: str | None = Field(
        description="Of a notice: warning, critical, compaction, handoff or usage."
    )
    role: Literal["user", "assistant"]
    text: str
    sent_at: datetime
    agent_version: int | None
    delivery: str | None = Field(
        description="How far one to the person came: pending, sending, uncertain, sent, failed,"
        " or as the platform says (queued, delivered, read); null of one from them."
    )

    @classmethod
    def of(cls, message: SessionMessage) -> "MessageShape":
        """Make it of what is stored."""
        return cls.model_validate(message)
