"""Keep compactions, rolling notes, facts and housekeeping, and what agents measure."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compaction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("agent_version", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("focus", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("before_tokens", sa.BigInteger(), nullable=False),
        sa.Column("after_tokens", sa.BigInteger(), nullable=True),
        sa.Column("context_window_limit", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("summary", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('ready', 'applied', 'weak', 'stale', 'skipped', 'failed')",
            name=op.f("compaction_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("compaction_pkey")),
    )
    op.create_index(
        "compaction_agent",
        "compaction",
        ["agent_id", sa.literal_column("created_at DESC")],
        unique=False,
    )
    op.create_index(
        "compaction_newest",
        "compaction",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "compaction_person",
        "compaction",
        ["person_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "compaction_platform",
        "compaction",
        ["platform", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "compaction_trace",
        "compaction",
        ["trace_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "compaction_user",
        "compaction",
        ["user_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "notes",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("covers_to", sa.BigInteger(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("notes_pkey")),
    )
    op.create_index(op.f("notes_person_id"), "notes", ["person_id"], unique=False)
    op.create_index(op.f("notes_session_id"), "notes", ["session_id"], unique=False)
    op.create_table(
        "chore",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("focus", sa.Text(), nullable=True),
        sa.Column("address", postgresql.JSONB(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('draft', 'compaction', 'handoff')", name=op.f("chore_kind_known")
        ),
        sa.CheckConstraint("lane in ('turn', 'maintain')", name=op.f("chore_lane_known")),
        sa.CheckConstraint(
            "state in ('pending', 'done', 'failed')", name=op.f("chore_state_known")
        ),
        sa.CheckConstraint(
            "trigger in ('threshold', 'forecast', 'command', 'idle', 'admin')",
            name=op.f("chore_trigger_known"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("chore_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("chore_pkey")),
    )
    op.create_index(op.f("chore_person_id"), "chore", ["person_id"], unique=False)
    op.create_index(
        "chore_waiting",
        "chore",
        ["session_id", "agent_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "fact",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("source_message_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fact", postgresql.JSONB(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fact_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "session_id", "trace_id", "kind", "digest", name=op.f("fact_pkey")
        ),
    )
    op.create_index(op.f("fact_person_id"), "fact", ["person_id"], unique=False)
    op.add_column("agent", sa.Column("compaction_id", sa.Text(), nullable=True))
    op.add_column(
        "agent",
        sa.Column("compactions", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "agent",
        sa.Column(
            "weak_compactions", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
    )
    op.add_column(
        "agent",
        sa.Column(
            "compacted_at_turn", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
    )
    op.add_column(
        "agent",
        sa.Column(
            "compacted_to_tokens", sa.BigInteger(), server_default=sa.text("0"), nullable=False
        ),
    )
    op.add_column(
        "agent",
        sa.Column("pace_tokens", sa.Double(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "agent",
        sa.Column("bytes_per_token", sa.Double(), server_default=sa.text("3"), nullable=False),
    )
    op.add_column(
        "agent",
        sa.Column(
            "handoffs_in_a_row", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
    )
    op.add_column(
        "person", sa.Column("notices", sa.Text(), server_default="all", nullable=False)
    )
    op.add_column("person", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("rotation", sa.Column("user_id", sa.Text(), nullable=True))
    op.add_column("rotation", sa.Column("platform", sa.Text(), nullable=True))
    op.add_column("rotation", sa.Column("trigger", sa.Text(), nullable=True))
    op.create_index(
        "rotation_newest",
        "rotation",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.drop_constraint(op.f("lane_name_known"), "lane", type_="check")
    op.create_check_constraint(
        op.f("lane_name_known"), "lane", "name in ('turn', 'control', 'deliver', 'maintain')"
    )
    op.create_check_constraint(
        op.f("person_notices_known"), "person", "notices in ('all', 'critical', 'off')"
    )
