"""Keep what successors are told, and find handoffs by that."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = "to_tsvector('simple', left(coalesce(briefing, document::text), 250000))"


def upgrade() -> None:
    """Apply the change; the index goes with its column."""
    op.add_column("agent_handoff", sa.Column("briefing", sa.Text(), nullable=True))
    op.drop_column("agent_handoff", "words")
    op.add_column(
        "agent_handoff",
        sa.Column(
            "words", postgresql.TSVECTOR(), sa.Computed(_WORDS, persisted=True), nullable=True
        ),
    )
    op.create_index(
        "agent_handoff_words", "agent_handoff", ["words"], unique=False, postgresql_using="gin"
    )
