"""A person, and what of their past was found."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from bot.admin.shapes.sessions import SessionShape
from bot.admin.shapes.shape import Listed, Shape
from bot.admin.shapes.usage import SpendShape
from bot.limits import Limits
from context.notices import Preference
from storage.people_records import LATEST_SESSIONS, Identity, PersonRecord
from storage.recall import Hit


class IdentityShape(Shape):
    """How a platform names a person."""

    platform: str
    user_id: str
    speaker: str | None = Field(description="The name they show there.")
    created_at: datetime

    @classmethod
    def of(cls, identity: Identity) -> "IdentityShape":
        """Make it of what is stored."""
        return cls.model_validate(identity)


class PreferencesShape(Shape):
    """How a person wants to be told."""

    notices: Preference
    language: str = Field(description="ISO 639-1.")


class PersonShape(Shape):
    """A person."""

    user_id: str = Field(description="The identity they were asked for by.")
    identities: list[IdentityShape] = Field(description="Oldest first.")
    preferences: PreferencesShape
    sessions: list[SessionShape] = Field(
        description=f"The latest {LATEST_SESSIONS}; `GET /sessions` has all."
    )
    spend: SpendShape
    created_at: datetime

    @classmethod
    def of(cls, person: PersonRecord, limits: Limits) -> "PersonShape":
        """Make it of what is stored and what operators allow."""
        return cls(
            user_id=person.user_id,
            identities=[IdentityShape.of(one) for one in person.identities],
            preferences=PreferencesShape.model_validate(person.preferences),
            sessions=[SessionShape.of(one, limits) for one in person.sessions],
            spend=SpendShape.of(person.spends),
            created_at=person.created_at,
        )


class HitShape(Shape):
    """A message that was found."""

    message_id: str
    session_id: str
    role: Literal["user", "assistant"]
    text: str
    score: float = Field(description="How good a hit it is beside the best, which has 1.")
    sent_at: datetime

    @classmethod
    def of(cls, hit: Hit) -> "HitShape":
        """Make it of what was found."""
        return cls.model_validate(hit)


def hits_shape(hits: tuple[Hit, ...]) -> Listed[HitShape]:
    """All hits, best first: there is one page."""
    return Listed[HitShape](items=[HitShape.of(one) for one in hits], next_cursor=None)
