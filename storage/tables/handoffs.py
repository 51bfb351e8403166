"""Handoffs, and those that were forced."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Computed, Double, Index, Integer, Text, desc, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field

from storage.tables.row import Row

# What a handoff is found by: what its successor is told. To index all of a document, with the
# turns that stand in the transcript anyway, takes longer than all else that committing it takes.
# A tsvector holds at most 1 MiB, hence only the beginning of a huge one.
_WORDS = "to_tsvector('simple', left(coalesce(briefing, document::text), 250000))"

_KIND = ("agent_type", "termination_reason", "platform", "active")


class AgentHandoffRow(Row, table=True):
    """One handoff; read by the successor's turns and by admins."""

    id: str = Field(sa_column=Column(Text, primary_key=True))
    trace_id: str = Field(sa_column=Column(Text, nullable=False))
    sequence: int = Field(sa_column=Column(Integer, nullable=False))
    person_id: str = Field(sa_column=Column(Text, nullable=False))
    user_id: str = Field(sa_column=Column(Text, nullable=False))
    platform: str = Field(sa_column=Column(Text, nullable=False))
    provider: str = Field(sa_column=Column(Text, nullable=False))
    session_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    agent_id: str = Field(sa_column=Column(Text, nullable=False))
    agent_type: str = Field(sa_column=Column(Text, nullable=False))
    agent_version: int = Field(sa_column=Column(Integer, nullable=False))
    project_id: str | None = Field(default=None, sa_column=Column(Text))
    workflow_type: str | None = Field(default=None, sa_column=Column(Text))
    current_phase: str | None = Field(default=None, sa_column=Column(Text))
    task_status: str | None = Field(default=None, sa_column=Column(Text))
    task_description: str | None = Field(default=None, sa_column=Column(Text))
    termination_reason: str = Field(sa_column=Column(Text, nullable=False))
    total_tokens: int = Field(sa_column=Column(BigInteger, nullable=False))
    context_window_limit: int = Field(sa_column=Column(BigInteger, nullable=False))
    completion_percentage: float | None = Field(default=None, sa_column=Column(Double))
    probe_score: float | None = Field(default=None, sa_column=Column(Double))
    markdown_path: str | None = Field(default=None, sa_column=Column(Text))
    predecessor_handoff_id: str | None = Field(default=None, sa_column=Column(Text))
    successor_handoff_id: str | None = Field(default=None, sa_column=Column(Text))
    active: bool
    created_at: datetime
    summary: str = Field(sa_column=Column(Text, nullable=False))
    # Kept uncompressed (migration 0017).
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    # What the successor is told of the document; None in rows from before it was kept.
    briefing: str | None = Field(default=None, sa_column=Column(Text))
    words: str | None = Field(
        default=None,
        sa_column=Column(TSVECTOR, Computed(_WORDS, persisted=True)),
    )

    __table_args__ = (
        # One index a query: by person, user, platform, trace, agent type, project, reason; full
        # text; newest.
        Index("agent_handoff_person", "person_id", desc("created_at"), desc("id")),
        Index("agent_handoff_user", "user_id", desc("created_at"), desc("id")),
        Index("agent_handoff_platform", "platform", desc("created_at"), desc("id")),
        Index("agent_handoff_trace", "trace_id", "sequence", unique=True),
        Index("agent_handoff_agent_type", "agent_type", desc("created_at"), desc("id")),
        Index("agent_handoff_project", "project_id", desc("created_at"), desc("id")),
        Index("agent_handoff_reason", "termination_reason", desc("created_at"), desc("id")),
        # By several of these at once, whichever: the newest of every kind are merged.
        Index("agent_handoff_kind", *_KIND, desc("created_at"), desc("id")),
        Index(
            "agent_handoff_project_kind",
            "project_id",
            *_KIND,
            desc("created_at"),
            desc("id"),
            postgresql_where=text("project_id is not null"),
        ),
        Index("agent_handoff_newest", desc("created_at"), desc("id")),
        Index("agent_handoff_words", "words", postgresql_using="gin"),
    )


class RotationRow(Row, table=True):
    """A forced rotation: which agent gave way to which, and how full it was."""

    id: str = Field(sa_column=Column(Text, primary_key=True))
    trace_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    session_id: str = Field(sa_column=Column(Text, nullable=False))
    handoff_id: str = Field(sa_column=Column(Text, nullable=False))
    user_id: str | None = Field(default=None, sa_column=Column(Text))
    platform: str | None = Field(default=None, sa_column=Column(Text))
    trigger: str | None = Field(default=None, sa_column=Column(Text))
    old_agent_id: str = Field(sa_column=Column(Text, nullable=False))
    new_agent_id: str = Field(sa_column=Column(Text, nullable=False))
    occupied_tokens: int = Field(sa_column=Column(BigInteger, nullable=False))
    context_window_limit: int = Field(sa_column=Column(BigInteger, nullable=False))
    created_at: datetime

    # A trace's and a person's are few, and picked out by the indexes above.
    __table_args__ = (
        Index("rotation_platform", "platform", desc("created_at"), desc("id")),
        Index("rotation_newest", desc("created_at"), desc("id")),
    )
