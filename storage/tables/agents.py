"""Agents, and what their model calls took."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, Text, desc, text
from sqlmodel import Field

from context.lifecycle import AgentState
from storage.tables.row import Row, count, one_of


class AgentRow(Row, table=True):
    """One agent of a trace; read at the start of every turn and by traces."""

    id: str = Field(sa_column=Column(Text, primary_key=True))
    trace_id: str = Field(sa_column=Column(Text, nullable=False))
    session_id: str = Field(
        sa_column=Column(Text, ForeignKey("session.id"), nullable=False, index=True)
    )
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    user_id: str = Field(sa_column=Column(Text, nullable=False))
    platform: str = Field(sa_column=Column(Text, nullable=False))
    provider: str = Field(sa_column=Column(Text, nullable=False))
    agent_type: str = Field(sa_column=Column(Text, nullable=False))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    parent_id: str | None = Field(default=None, sa_column=Column(Text))
    began_from: str | None = Field(default=None, sa_column=Column(Text))
    history_from: int = Field(sa_column=Column(BigInteger, nullable=False))
    occupied_tokens: int = Field(sa_column=Column(BigInteger, nullable=False))
    peak_tokens: int = Field(sa_column=Column(BigInteger, nullable=False))
    turns: int = Field(sa_column=Column(Integer, nullable=False))
    told: int = Field(sa_column=Column(Integer, nullable=False))
    compaction_id: str | None = Field(default=None, sa_column=Column(Text))
    compactions: int = count()
    weak_compactions: int = count()
    compacted_at_turn: int = count()
    compacted_to_tokens: int = count(BigInteger())
    pace_tokens: float = Field(
        default=0, sa_column=Column(Double, nullable=False, server_default=text("0"))
    )
    bytes_per_token: float = Field(
        default=3, sa_column=Column(Double, nullable=False, server_default=text("3"))
    )
    handoffs_in_a_row: int = count()
    termination_reason: str | None = Field(default=None, sa_column=Column(Text))
    started_at: datetime
    ended_at: datetime | None = None

    # The trigger `agent_step` refuses steps that `context.lifecycle` knows none of.
    __table_args__ = (
        one_of("state", *AgentState),
        # A trace's agents, oldest first; no two agents of a trace share a version.
        Index("agent_trace", "trace_id", "version", unique=True),
        # The agents at work, by state (metrics).
        Index("agent_at_work", "state", postgresql_where=text("ended_at is null")),
    )


class ModelUsageRow(Row, table=True):
    """One model call, booked before it is made; read by statistics."""

    call_id: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    session_id: str = Field(sa_column=Column(Text, nullable=False))
    agent_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    turn_id: str = Field(sa_column=Column(Text, nullable=False))
    purpose: str = Field(sa_column=Column(Text, nullable=False))
    model: str = Field(sa_column=Column(Text, nullable=False))
    outcome: str = Field(sa_column=Column(Text, nullable=False))
    input_tokens: int | None = Field(default=None, sa_column=Column(BigInteger))
    cache_read_tokens: int | None = Field(default=None, sa_column=Column(BigInteger))
    cache_write_tokens: int | None = Field(default=None, sa_column=Column(BigInteger))
    output_tokens: int | None = Field(default=None, sa_column=Column(BigInteger))
    started_at: datetime
    ended_at: datetime | None = None

    __table_args__ = (
        # The latest calls (metrics).
        Index("model_usage_newest", desc("started_at")),
    )
