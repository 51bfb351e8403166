"""What operators look after: dead letters, and the log of who asked for what."""

from datetime import datetime

from pydantic import Field

from bot.admin.shapes.shape import Shape
from storage.audit import AuditEntry
from storage.dead_letters import DeadLetter, Direction


class DeadLetterShape(Shape):
    """A message that failed for good, without its text."""

    letter_id: str
    kind: Direction
    platform: str
    user_id: str
    session_id: str
    reason: str | None = Field(
        description="Ours for an inbound message, the platform's code for an outbound one."
    )
    failed_at: datetime

    @classmethod
    def of(cls, letter: DeadLetter) -> "DeadLetterShape":
        """Make it of what is stored."""
        return cls.model_validate(letter)


class RetriedShape(Shape):
    """A dead letter that waits again."""

    letter_id: str


class AuditShape(Shape):
    """A call that somebody made, or several of a stranger within a minute."""

    entry_id: str
    at: datetime
    who: str = Field(description="A token's id, bootstrap, operator (command line) or nobody.")
    role: str | None
    via: str = Field(description="api, dashboard or cli.")
    action: str = Field(description="A route's method and pattern, or a command.")
    subject: str | None = Field(description="What it was about; a person by an internal id.")
    status: int | None = Field(description="As HTTP counts; null at the command line.")
    calls: int
    from_digest: str | None = Field(description="Stands for the address it came from.")

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditShape":
        """Make it of what is stored."""
        return cls.model_validate(entry)
