"""Create the tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What became of every inbound message: one row each, in exactly one state. An answer counts
# once it is with the platform, so a failed delivery is a failed message.
_MESSAGE_FATE = """
create view message_fate as
select i.id as message_id, i.session_id, i.person_id, i.lane, i.received_at, i.settled_at,
  i.turn_id, i.reason,
  case
    when i.state in ('pending', 'taken') then 'waiting'
    when i.state <> 'answered' then i.state
    when exists (
      select from outbox o
      where o.turn_id = i.turn_id and o.kind <> 'notice' and o.state = 'failed') then 'failed'
    when exists (
      select from outbox o
      where o.turn_id = i.turn_id and o.kind <> 'notice' and o.state <> 'sent') then 'waiting'
    else 'answered'
  end as fate
from inbox i
"""


def upgrade() -> None:  # noqa: PLR0915 - a statement for each table and index
    """Apply the change."""
    op.create_table(
        "agent_handoff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("agent_type", sa.Text(), nullable=False),
        sa.Column("agent_version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Text(), nullable=True),
        sa.Column("workflow_type", sa.Text(), nullable=True),
        sa.Column("current_phase", sa.Text(), nullable=True),
        sa.Column("task_status", sa.Text(), nullable=True),
        sa.Column("task_description", sa.Text(), nullable=True),
        sa.Column("termination_reason", sa.Text(), nullable=False),
        sa.Column("total_tokens", sa.BigInteger(), nullable=False),
        sa.Column("context_window_limit", sa.BigInteger(), nullable=False),
        sa.Column("completion_percentage", sa.Double(), nullable=True),
        sa.Column("probe_score", sa.Double(), nullable=True),
        sa.Column("markdown_path", sa.Text(), nullable=True),
        sa.Column("predecessor_handoff_id", sa.Text(), nullable=True),
        sa.Column("successor_handoff_id", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', left(document::text, 250000))", persisted=True),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="agent_handoff_pkey"),
    )
    op.create_index(
        "agent_handoff_agent_type",
        "agent_handoff",
        ["agent_type", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "agent_handoff_newest",
        "agent_handoff",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "agent_handoff_person",
        "agent_handoff",
        ["person_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "agent_handoff_platform",
        "agent_handoff",
        ["platform", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "agent_handoff_project",
        "agent_handoff",
        ["project_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("agent_handoff_session_id", "agent_handoff", ["session_id"], unique=False)
    op.create_index(
        "agent_handoff_trace", "agent_handoff", ["trace_id", "sequence"], unique=True
    )
    op.create_index(
        "agent_handoff_user",
        "agent_handoff",
        ["user_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "agent_handoff_words", "agent_handoff", ["words"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "model_usage",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("input_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_read_tokens", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_tokens", sa.BigInteger(), nullable=True),
        sa.Column("output_tokens", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name="model_usage_pkey"),
    )
    op.create_index("model_usage_agent_id", "model_usage", ["agent_id"], unique=False)
    op.create_index(
        "model_usage_newest",
        "model_usage",
        [sa.literal_column("started_at DESC")],
        unique=False,
    )
    op.create_index("model_usage_person_id", "model_usage", ["person_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("linked_to", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["linked_to"], ["person.id"], name="person_linked_to_fkey"),
        sa.PrimaryKeyConstraint("id", name="person_pkey"),
    )
    op.create_index("person_linked_to", "person", ["linked_to"], unique=False)
    op.create_table(
        "rotation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("handoff_id", sa.Text(), nullable=False),
        sa.Column("old_agent_id", sa.Text(), nullable=False),
        sa.Column("new_agent_id", sa.Text(), nullable=False),
        sa.Column("occupied_tokens", sa.BigInteger(), nullable=False),
        sa.Column("context_window_limit", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="rotation_pkey"),
    )
    op.create_index("rotation_person_id", "rotation", ["person_id"], unique=False)
    op.create_index("rotation_trace_id", "rotation", ["trace_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("stop", sa.Text(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", "number", name="step_pkey"),
    )
    op.create_index("step_person_id", "step", ["person_id"], unique=False)
    op.create_index("step_session_id", "step", ["session_id"], unique=False)
    op.create_table(
        "identity",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="identity_person_id_fkey"),
        sa.PrimaryKeyConstraint("platform", "user_id", name="identity_pkey"),
    )
    op.create_index("identity_person_id", "identity", ["person_id"], unique=False)
    op.create_index("identity_user_id", "identity", ["user_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column(
            "next_position", sa.BigInteger(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="session_person_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="session_pkey"),
    )
    op.create_index(
        "session_latest",
        "session",
        ["platform", "user_id", sa.literal_column("updated_at DESC")],
        unique=False,
    )
    op.create_index("session_person_id", "session", ["person_id"], unique=False)
    op.create_table(
        "agent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("agent_type", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("began_from", sa.Text(), nullable=True),
        sa.Column("history_from", sa.BigInteger(), nullable=False),
        sa.Column("occupied_tokens", sa.BigInteger(), nullable=False),
        sa.Column("peak_tokens", sa.BigInteger(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("termination_reason", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="agent_session_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="agent_pkey"),
    )
    op.create_index(
        "agent_at_work",
        "agent",
        ["state"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index("agent_person_id", "agent", ["person_id"], unique=False)
    op.create_index("agent_session_id", "agent", ["session_id"], unique=False)
    op.create_index("agent_trace", "agent", ["trace_id", "version"], unique=True)
    op.create_table(
        "content_item",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("blocks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role in ('user', 'assistant')", name="role_known"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="content_item_session_id_fkey"
        ),
        sa.PrimaryKeyConstraint("session_id", "position", name="content_item_pkey"),
    )
    op.create_index("content_item_person_id", "content_item", ["person_id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("turn_id", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("lane in ('turn', 'control')", name="lane_known"),
        sa.CheckConstraint(
            "state in ('pending', 'taken', 'answered', 'merged', 'refused', 'failed')",
            name="state_known",
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="inbox_session_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="inbox_pkey"),
    )
    op.create_index(
        "inbox_failed",
        "inbox",
        [sa.literal_column("settled_at DESC")],
        unique=False,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index("inbox_person_id", "inbox", ["person_id"], unique=False)
    op.create_index("inbox_turn", "inbox", ["turn_id"], unique=False)
    op.create_index(
        "inbox_waiting",
        "inbox",
        ["session_id", "lane", "sent_at", "position"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'taken')"),
    )
    op.create_table(
        "lane",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("awake", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name in ('turn', 'control', 'deliver')", name="name_known"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="lane_session_id_fkey"),
        sa.PrimaryKeyConstraint("session_id", "name", name="lane_pkey"),
    )
    op.create_index(
        "lane_awake", "lane", ["session_id"], unique=False, postgresql_where=sa.text("awake")
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("address", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uncertain_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("delivery", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('reply', 'notice', 'command')", name="kind_known"),
        sa.CheckConstraint(
            "state in ('pending', 'sending', 'uncertain', 'sent', 'failed')",
            name="state_known",
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="outbox_session_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="outbox_pkey"),
    )
    op.create_index(
        "outbox_failed",
        "outbox",
        [sa.literal_column("settled_at DESC")],
        unique=False,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index("outbox_person_id", "outbox", ["person_id"], unique=False)
    op.create_index("outbox_receipt", "outbox", ["receipt"], unique=False)
    op.create_index("outbox_tried", "outbox", ["session_id", "first_tried_at"], unique=False)
    op.create_index("outbox_turn", "outbox", ["turn_id"], unique=False)
    op.create_index(
        "outbox_unsettled",
        "outbox",
        ["session_id", "position"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'sending', 'uncertain')"),
    )
    op.execute(_MESSAGE_FATE)
