"""The tables, as SQLModel classes; rows never leave this package.

Every table carries the person, so that one person's rows can be found, moved and erased.
Order within a session comes from an identity column; every id is minted by us.
"""

import re
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Text,
    desc,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel
from typing_extensions import override

NAMES = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


class Row(SQLModel):
    """What every table shares: metadata of our own, and its class's name without `Row`."""

    metadata: ClassVar[MetaData] = NAMES

    @declared_attr.directive
    @override
    def __tablename__(cls) -> str:  # type: ignore[mutable-override]  # noqa: N805 - as SQLModel does
        """Name the table: `ContentItemRow` → `content_item`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def _one_of(column: str, *values: str) -> CheckConstraint:
    """Keep a text column to its words; a new word is a new migration."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({words})", name=f"{column}_known")


def _count(kind: TypeEngine[int] | None = None) -> Any:  # noqa: ANN401 - SQLModel's
    return Field(
        default=0, sa_column=Column(kind or Integer(), nullable=False, server_default=text("0"))
    )


class PersonRow(Row, table=True):
    """A person; read wherever an identity is resolved."""

    id: str = Field(sa_column=Column(Text, primary_key=True))
    linked_to: str | None = Field(
        default=None, sa_column=Column(Text, ForeignKey("person.id"), index=True)
    )
    notices: str = Field(
        default="all", sa_column=Column(Text, nullable=False, server_default="all")
    )
    language: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime

    __table_args__ = (_one_of("notices", "all", "critical", "off"),)


class IdentityRow(Row, table=True):
    """How a platform names a person; read on first contact and by every route by user."""

    platform: str = Field(sa_column=Column(Text, primary_key=True))
    user_id: str = Field(sa_column=Column(Text, primary_key=True, index=True))
    person_id: str = Field(
        sa_column=Column(Text, ForeignKey("person.id"), nullable=False, index=True)
    )
    speaker: str | None = Field(default=None, sa_column=Column(Text))
    greeted_at: datetime | None = None
    created_at: datetime


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
    )


class LaneRow(Row, table=True):
    """One kind of work of one session; read by whoever claims it and by the sweep."""

    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), primary_key=True))
    name: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: str = Field(sa_column=Column(Text, nullable=False))
    awake: bool
    epoch: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0"))
    )
    leased_until: datetime | None = None

    __table_args__ = (
        _one_of("name", "turn", "control", "deliver", "maintain"),
        # Lanes that should have a job (sweep).
        Index("lane_awake", "session_id", postgresql_where=text("awake")),
    )


class InboxRow(Row, table=True):
    """What came in; read by turns, by the control lane and by `message_fate`.

    `body` is a `context.messages.InboundMessage` as JSON.
    """

    id: str = Field(sa_column=Column(Text, primary_key=True))
    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), nullable=False))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    lane: str = Field(sa_column=Column(Text, nullable=False))
    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = Field(
        default="pending", sa_column=Column(Text, nullable=False, server_default="pending")
    )
    reason: str | None = Field(default=None, sa_column=Column(Text))
    turn_id: str | None = Field(default=None, sa_column=Column(Text))
    attempts: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default=text("0"))
    )
    sent_at: datetime
    received_at: datetime
    settled_at: datetime | None = None

    __table_args__ = (
        _one_of("lane", "turn", "control"),
        _one_of("state", "pending", "taken", "answered", "merged", "refused", "failed"),
        # The session's waiting mail, in order (take, let go, sweep), and what is overdue.
        Index(
            "inbox_waiting",
            "session_id",
            "lane",
            "sent_at",
            "position",
            postgresql_where=text("state in ('pending', 'taken')"),
        ),
        # Dead letters, newest first.
        Index("inbox_failed", desc("settled_at"), postgresql_where=text("state = 'failed'")),
        Index("inbox_turn", "turn_id"),
    )


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
        _one_of("role", "user", "assistant"),
        # Whether a message was imported before (import).
        Index(
            "content_item_imported",
            "person_id",
            "imported_id",
            unique=True,
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
        _one_of("role", "user", "assistant"),
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
    compactions: int = _count()
    weak_compactions: int = _count()
    compacted_at_turn: int = _count()
    compacted_to_tokens: int = _count(BigInteger())
    pace_tokens: float = Field(
        default=0, sa_column=Column(Double, nullable=False, server_default=text("0"))
    )
    bytes_per_token: float = Field(
        default=3, sa_column=Column(Double, nullable=False, server_default=text("3"))
    )
    handoffs_in_a_row: int = _count()
    termination_reason: str | None = Field(default=None, sa_column=Column(Text))
    started_at: datetime
    ended_at: datetime | None = None

    __table_args__ = (
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


# What a handoff is found by: what its successor is told. To index all of a document, with the
# turns that stand in the transcript anyway, takes longer than all else that committing it takes.
# A tsvector holds at most 1 MiB, hence only the beginning of a huge one.
_WORDS = "to_tsvector('simple', left(coalesce(briefing, document::text), 250000))"


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
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    # What the successor is told of the document; None in rows from before it was kept.
    briefing: str | None = Field(default=None, sa_column=Column(Text))
    words: str | None = Field(
        default=None,
        sa_column=Column(TSVECTOR, Computed(_WORDS, persisted=True)),
    )

    __table_args__ = (
        # One index a query: by person, user, platform, trace, agent type, project; full text;
        # newest.
        Index("agent_handoff_person", "person_id", desc("created_at"), desc("id")),
        Index("agent_handoff_user", "user_id", desc("created_at"), desc("id")),
        Index("agent_handoff_platform", "platform", desc("created_at"), desc("id")),
        Index("agent_handoff_trace", "trace_id", "sequence", unique=True),
        Index("agent_handoff_agent_type", "agent_type", desc("created_at"), desc("id")),
        Index("agent_handoff_project", "project_id", desc("created_at"), desc("id")),
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

    # They are few: what is asked for besides is picked out of the newest.
    __table_args__ = (Index("rotation_newest", desc("created_at"), desc("id")),)


class ChoreRow(Row, table=True):
    """Housekeeping that was asked for: of a session's `maintain` lane, or of its turn lane.

    `draft` and `compaction` are done in the background; a `handoff` needs the turns' own claim.
    """

    id: str = Field(sa_column=Column(Text, primary_key=True))
    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), nullable=False))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    agent_id: str = Field(sa_column=Column(Text, nullable=False))
    lane: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    trigger: str = Field(sa_column=Column(Text, nullable=False))
    focus: str | None = Field(default=None, sa_column=Column(Text))
    address: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    attempts: int = _count()
    state: str = Field(
        default="pending", sa_column=Column(Text, nullable=False, server_default="pending")
    )
    created_at: datetime
    settled_at: datetime | None = None

    __table_args__ = (
        _one_of("lane", "turn", "maintain"),
        _one_of("kind", "draft", "compaction", "handoff"),
        _one_of("trigger", "threshold", "forecast", "command", "idle", "admin"),
        _one_of("state", "pending", "done", "failed"),
        # What waits (take, let go, sweep); one of a kind for each agent.
        Index(
            "chore_waiting",
            "session_id",
            "agent_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
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
        _one_of("state", "ready", "applied", "weak", "stale", "skipped", "failed"),
        # One index a query: by person, user, platform, trace; newest.
        Index("compaction_person", "person_id", desc("created_at"), desc("id")),
        Index("compaction_user", "user_id", desc("created_at"), desc("id")),
        Index("compaction_platform", "platform", desc("created_at"), desc("id")),
        Index("compaction_trace", "trace_id", desc("created_at"), desc("id")),
        Index("compaction_newest", desc("created_at"), desc("id")),
        # What waits for an agent's next turn, and what has failed of late.
        Index("compaction_agent", "agent_id", desc("created_at")),
    )


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


class OutboxRow(Row, table=True):
    """What is to be said and what became of it; read by delivery.

    `address` is a `context.messages.Address` as JSON, `buttons` a list of `Button`s; `body` is
    one platform message.
    """

    id: str = Field(sa_column=Column(Text, primary_key=True))
    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id"), nullable=False))
    person_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    turn_id: str | None = Field(default=None, sa_column=Column(Text))
    agent_id: str | None = Field(default=None, sa_column=Column(Text))
    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    notice: str | None = Field(default=None, sa_column=Column(Text))
    address: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    buttons: list[dict[str, str]] = Field(
        default_factory=list,
        sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    )
    state: str = Field(
        default="pending", sa_column=Column(Text, nullable=False, server_default="pending")
    )
    attempts: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default=text("0"))
    )
    epoch: int | None = Field(default=None, sa_column=Column(BigInteger))
    not_before: datetime | None = None
    first_tried_at: datetime | None = None
    uncertain_at: datetime | None = None
    receipt: str | None = Field(default=None, sa_column=Column(Text))
    code: str | None = Field(default=None, sa_column=Column(Text))
    delivery: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime
    settled_at: datetime | None = None

    __table_args__ = (
        _one_of("kind", "reply", "notice", "command"),
        _one_of("state", "pending", "sending", "uncertain", "sent", "failed"),
        # What a session still has to say, in order (deliver, let go, sweep).
        Index(
            "outbox_unsettled",
            "session_id",
            "position",
            postgresql_where=text("state in ('pending', 'sending', 'uncertain')"),
        ),
        # What a session was already sent (settling what is uncertain).
        Index("outbox_tried", "session_id", "first_tried_at"),
        # Delivery statuses come by receipt.
        Index("outbox_receipt", "receipt"),
        # What became of a turn's answer (message_fate).
        Index("outbox_turn", "turn_id"),
        # Delivery dead letters, newest first.
        Index("outbox_failed", desc("settled_at"), postgresql_where=text("state = 'failed'")),
    )
