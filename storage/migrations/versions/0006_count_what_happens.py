"""Count what leaves no row, keep when a turn began, find what went wrong of late."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LATE = (
    ("inbox_refused", "inbox", "settled_at", "state = 'refused'"),
    ("outbox_notice", "outbox", "created_at", "notice is not null"),
    ("chore_failed", "chore", "settled_at", "state = 'failed'"),
)


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "tally",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "hour", "label", name="tally_pkey"),
    )
    op.add_column("inbox", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    for name, table, column, where in _LATE:
        op.create_index(
            name,
            table,
            [sa.literal_column(f"{column} DESC")],
            unique=False,
            postgresql_where=sa.text(where),
        )
