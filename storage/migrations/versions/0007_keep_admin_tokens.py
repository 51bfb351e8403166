"""Keep admin tokens, who asked, and who tried in vain."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "admin_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role in ('viewer', 'admin')", name=op.f("admin_token_role_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("admin_token_pkey")),
        sa.UniqueConstraint("digest", name=op.f("admin_token_digest_key")),
    )
    _create_audit_log()
    op.create_table(
        "wrong_token",
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("from_digest", sa.Text(), nullable=False),
        sa.Column("guess", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("door in ('api', 'dashboard')", name=op.f("wrong_token_door_known")),
        sa.PrimaryKeyConstraint("door", "from_digest", "guess", name=op.f("wrong_token_pkey")),
    )


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("calls", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("from_digest", sa.Text(), nullable=True),
        sa.CheckConstraint("role in ('viewer', 'admin')", name=op.f("audit_log_role_known")),
        sa.CheckConstraint(
            "via in ('api', 'dashboard', 'cli')", name=op.f("audit_log_via_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_log_pkey")),
    )
    at, entry_id = sa.text("at DESC"), sa.text("id DESC")
    op.create_index("audit_log_newest", "audit_log", [at, entry_id], unique=False)
    op.create_index("audit_log_who", "audit_log", ["who", at, entry_id], unique=False)
    op.create_index("audit_log_person", "audit_log", ["person_id", at, entry_id], unique=False)
    op.create_index("audit_log_from", "audit_log", ["from_digest", at], unique=False)
