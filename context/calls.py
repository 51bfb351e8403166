"""A model call as it is booked: on whose behalf, of which model, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from context.messages import AgentId, PersonId, SessionId, TurnId


class Purpose(StrEnum):
    """What a model call is for."""

    REPLY = "reply"
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """On whose behalf a model is called; every call is booked to it."""

    person_id: PersonId
    session_id: SessionId
    agent_id: AgentId
    turn_id: TurnId
    purpose: Purpose


class CallOutcome(StrEnum):
    """How a model call ended; a row still STARTED was cut off, its cost unknown."""

    STARTED = "started"
    ANSWERED = "answered"
    BUSY = "busy"
    REFUSED = "refused"
    TOO_LONG = "too_long"
    FAULT = "fault"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One call to a model, booked before it is made."""

    call_id: str
    errand: Errand
    model: str
    started_at: datetime
