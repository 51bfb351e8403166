"""What was said, what it is found by, and what of it must not be lost."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Text, desc, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from storage.tables.row import Row, one_of


class ContentItemRow(Row, table=True):
    """The transcript, as raw content blocks, only ever added to; read by every turn.

    What was imported lies below position 0, so that it comes before all that was said here and
    is in no agent's prompt; only there `imported_id`, `speaker` and `trace_id` may be set.
    """

    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), primary_key=True))
    position: int = Field(sa_column=Column(BigInteger, primary_key=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    agent_id: str = Field(sa_column=Column(Text, nullable=False))
    turn_id: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    blocks: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    message_ids: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    imported_id: str | None = Field(default=None, sa_column=Column(Text))
    speaker: str | None = Field(default=None, sa_column=Column(Text))
    trace_id: str | None = Field(default=None, sa_column=Column(Text))
    said_at: datetime

    __table_args__ = (
        one_of("role", "user", "assistant"),
        # Whether a message was imported before (import).
        Index(
            "content_item_imported",
            "person_id",
            "imported_id",
            unique=True,
            postgresql_where=text("imported_id is not null"),
        ),
        # What was imported into a session, newest first (its messages).
        Index(
            "content_item_brought",
            "session_id",
            desc("said_at"),
            desc("position"),
            postgresql_where=text("imported_id is not null"),
        ),
    )


class PassageRow(Row, table=True):
    """The index of the transcript: what each passage of it is found by; read by recall.

    `terms` holds a number for each term, as often as it stands there. The number is made of
    the person too, so one look into the index finds one person's passages and nobody else's.
    """

    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), primary_key=True))
    position: int = Field(sa_column=Column(BigInteger, primary_key=True))
    part: int = Field(sa_column=Column(Integer, primary_key=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    speaker: str | None = Field(default=None, sa_column=Column(Text))
    length: int = Field(sa_column=Column(Integer, nullable=False))
    terms: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))

    __table_args__ = (
        one_of("role", "user", "assistant"),
        # Who said how much, in order, from the index alone.
        Index(
            "passage_outline",
            "person_id",
            "session_id",
            "position",
            "part",
            postgresql_include=["role", "speaker", "length"],
        ),
        # Where terms stand. Without a list of what is still to be sorted in, which every
        # search would have to read.
        Index(
            "passage_terms",
            "terms",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )


class StepRow(Row, table=True):
    """One committed step of a turn: a model response and its tool results."""

    turn_id: str = Field(sa_column=Column(Text, primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True))
    session_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    agent_id: str = Field(sa_column=Column(Text, nullable=False))
    stop: str = Field(sa_column=Column(Text, nullable=False))
    committed_at: datetime


class FactRow(Row, table=True):
    """The fact ledger: what was said word for word and must not be lost.

    `fact` is a `context.facts.Fact` as JSON.
    """

    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), primary_key=True))
    trace_id: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    digest: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    turn_id: str = Field(sa_column=Column(Text, nullable=False))
    source_message_ids: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    origin: str = Field(sa_column=Column(Text, nullable=False))
    fact: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    said_at: datetime


class ToolOutputRow(Row, table=True):
    """All of what a tool gave back, where the transcript has only a part; read by `read_result`."""

    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), primary_key=True))
    call_id: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    text: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime
