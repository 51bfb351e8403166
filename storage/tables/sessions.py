"""Conversations, and the claims on their work."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Text, desc, text
from sqlmodel import Field

from storage.tables.row import Row, one_of

FIRST_EPOCH = "(extract(epoch from now()) * 1000000)::bigint"
"""Where a lane's epochs begin: at the moment it was made, so after all that was claimed
before."""


class SessionRow(Row, table=True):
    """A person in one conversation; read at the start of every turn."""

    id: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: str = Field(
        sa_column=Column(Text, ForeignKey("person.id"), nullable=False, index=True)
    )
    user_id: str = Field(sa_column=Column(Text, nullable=False))
    platform: str = Field(sa_column=Column(Text, nullable=False))
    provider: str = Field(sa_column=Column(Text, nullable=False))
    conversation: str = Field(sa_column=Column(Text, nullable=False))
    shared: bool
    agent_id: str | None = Field(default=None, sa_column=Column(Text))
    next_position: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0"))
    )
    created_at: datetime
    updated_at: datetime

    __table_args__ = (
        # The latest session of a person in a place (slash commands), and lists of a user.
        Index("session_latest", "platform", "user_id", desc("updated_at")),
        # Lists of sessions, last busy first: of a person, of a platform, of all.
        Index("session_person", "person_id", desc("updated_at"), desc("id")),
        Index("session_platform", "platform", desc("updated_at"), desc("id")),
        Index("session_newest", desc("updated_at"), desc("id")),
        # Lists of sessions by their agent's state, where few are in it.
        Index("session_agent", "agent_id"),
    )


class LaneRow(Row, table=True):
    """One kind of work of one session; read by whoever claims it and by the sweep.

    Epochs do not begin at 0: a claim from before its person was erased must not hold for the
    lane of the same name that the person's next message makes.
    """

    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), primary_key=True))
    name: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False))
    awake: bool
    epoch: int = Field(
        sa_column=Column(BigInteger, nullable=False, server_default=text(FIRST_EPOCH))
    )
    leased_until: datetime | None = None

    __table_args__ = (
        one_of("name", "turn", "control", "deliver", "maintain"),
        # Lanes that should have a job (sweep).
        Index("lane_awake", "session_id", postgresql_where=text("awake")),
    )
