"""Find the newest handoffs by several columns at once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | Sequence[str] | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KIND = ("agent_type", "termination_reason", "platform", "active")
_NEWEST = (sa.text("created_at DESC"), sa.text("id DESC"))


def upgrade() -> None:
    """Apply the change."""
    op.create_index("agent_handoff_reason", "agent_handoff", ["termination_reason", *_NEWEST])
    op.create_index("agent_handoff_kind", "agent_handoff", [*_KIND, *_NEWEST])
    op.create_index(
        "agent_handoff_project_kind",
        "agent_handoff",
        ["project_id", *_KIND, *_NEWEST],
        postgresql_where=sa.text("project_id is not null"),
    )
