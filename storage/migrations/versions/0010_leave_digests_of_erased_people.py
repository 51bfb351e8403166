"""Leave digests of erased people."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change; lanes that are there go on from where their epochs are."""
    op.create_table(
        "erasure",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('identity', 'message')", name=op.f("erasure_kind_known")),
        sa.PrimaryKeyConstraint("digest", name=op.f("erasure_pkey")),
    )
    op.create_index(
        "erasure_message",
        "erasure",
        ["erased_at"],
        unique=False,
        postgresql_where=sa.text("kind = 'message'"),
    )
    op.create_table(
        "erased_file",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("erased_file_pkey")),
    )
    op.create_index("erased_file_newest", "erased_file", ["erased_at"], unique=False)
    op.alter_column(
        "lane", "epoch", server_default=sa.text("(extract(epoch from now()) * 1000000)::bigint")
    )
