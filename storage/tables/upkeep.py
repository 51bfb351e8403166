"""Housekeeping: what was asked for, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, Text, desc, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from storage.tables.row import Row, count, one_of


class ChoreRow(Row, table=True):
    """Housekeeping that was asked for: of a session's `maintain` lane, or of its turn lane.

    `draft` and `compaction` are done in the background; a `handoff` needs the turns' own claim.
    """

    id: str = Field(sa_column=Column(Text, primary_key=True))
    session_id: str = Field(
        sa_column=Column(Text, ForeignKey("session.id"), nullable=False, index=True)
    )
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    agent_id: str = Field(sa_column=Column(Text, nullable=False))
    lane: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    trigger: str = Field(sa_column=Column(Text, nullable=False))
    focus: str | None = Field(default=None, sa_column=Column(Text))
    address: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    attempts: int = count()
    state: str = Field(
        default="pending", sa_column=Column(Text, nullable=False, server_default="pending")
    )
    created_at: datetime
    settled_at: datetime | None = None

    __table_args__ = (
        one_of("lane", "turn", "maintain"),
        one_of("kind", "draft", "compaction", "handoff"),
        one_of("trigger", "threshold", "forecast", "command", "idle", "admin"),
        one_of("state", "pending", "done", "failed"),
        # What waits (take, let go, sweep); one of a kind for each agent.
        Index(
            "chore_waiting",
            "session_id",
            "agent_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        # What failed of late (metrics).
        Index("chore_failed", desc("settled_at"), postgresql_where=text("state = 'failed'")),
    )


class NotesRow(Row, table=True):
    """An agent's rolling notes, made by the model in the background; read at its handoff.

    `document` is a `context.notes.Notes` as JSON.
    """

    agent_id: str = Field(sa_column=Column(Text, primary_key=True))
    session_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    covers_to: int = Field(sa_column=Column(BigInteger, nullable=False))
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    made_at: datetime


class CompactionRow(Row, table=True):
    """One compaction, or why there was none; read by turns that begin from it and by admins.

    `summary` is a `context.compaction.Summary` as JSON.
    """

    id: str = Field(sa_column=Column(Text, primary_key=True))
    trace_id: str = Field(sa_column=Column(Text, nullable=False))
    person_id: str = Field(sa_column=Column(Text, nullable=False))
    user_id: str = Field(sa_column=Column(Text, nullable=False))
    platform: str = Field(sa_column=Column(Text, nullable=False))
    session_id: str = Field(sa_column=Column(Text, nullable=False))
    agent_id: str = Field(sa_column=Column(Text, nullable=False))
    agent_version: int = Field(sa_column=Column(Integer, nullable=False))
    trigger: str = Field(sa_column=Column(Text, nullable=False))
    focus: str | None = Field(default=None, sa_column=Column(Text))
    state: str = Field(sa_column=Column(Text, nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(Text))
    before_tokens: int = Field(sa_column=Column(BigInteger, nullable=False))
    after_tokens: int | None = Field(default=None, sa_column=Column(BigInteger))
    context_window_limit: int = Field(sa_column=Column(BigInteger, nullable=False))
    seconds: float = Field(sa_column=Column(Double, nullable=False))
    summary: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    created_at: datetime
    applied_at: datetime | None = None

    __table_args__ = (
        # `ready` waits for a turn boundary; `applied` is in a prompt, or was until the next;
        # `weak` freed too little; `stale` came too late.
        one_of("state", "ready", "applied", "weak", "stale", "skipped", "failed"),
        # One index a query: by person, user, platform, trace; newest.
        Index("compaction_person", "person_id", desc("created_at"), desc("id")),
        Index("compaction_user", "user_id", desc("created_at"), desc("id")),
        Index("compaction_platform", "platform", desc("created_at"), desc("id")),
        Index("compaction_trace", "trace_id", desc("created_at"), desc("id")),
        Index("compaction_newest", desc("created_at"), desc("id")),
        # What waits for an agent's next turn, and what has failed of late.
        Index("compaction_agent", "agent_id", desc("created_at")),
    )
