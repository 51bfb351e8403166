"""What came in, and what is to be said."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    desc,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from storage.tables.row import Row, one_of


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
    # When the turn began that has it now, or had it last; None in rows from before it was kept.
    taken_at: datetime | None = None
    settled_at: datetime | None = None

    __table_args__ = (
        one_of("lane", "turn", "control"),
        one_of("state", "pending", "taken", "answered", "merged", "refused", "failed"),
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
        # What was refused of late (metrics).
        Index("inbox_refused", desc("settled_at"), postgresql_where=text("state = 'refused'")),
        Index("inbox_turn", "turn_id"),
        # What a session was sent, newest first (its messages).
        Index("inbox_said", "session_id", desc("sent_at"), desc("position")),
    )


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
        one_of("kind", "reply", "notice", "command"),
        one_of("state", "pending", "sending", "uncertain", "sent", "failed"),
        # What a session still has to say, in order (deliver, let go, sweep).
        Index(
            "outbox_unsettled",
            "session_id",
            "position",
            postgresql_where=text("state in ('pending', 'sending', 'uncertain')"),
        ),
        # What a session was told, newest first (its messages).
        Index("outbox_said", "session_id", desc("created_at"), desc("position")),
        # What a session was already sent (settling what is uncertain).
        Index("outbox_tried", "session_id", "first_tried_at"),
        # Delivery statuses come by receipt.
        Index("outbox_receipt", "receipt"),
        # What became of a turn's answer (message_fate).
        Index("outbox_turn", "turn_id"),
        # Delivery dead letters, newest first.
        Index("outbox_failed", desc("settled_at"), postgresql_where=text("state = 'failed'")),
        # Notices of late (metrics).
        Index("outbox_notice", desc("created_at"), postgresql_where=text("notice is not null")),
    )
