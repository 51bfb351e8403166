"""List sessions and their messages, newest first."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_UPDATED = (sa.text("updated_at DESC"), sa.text("id DESC"))
_POSITION = sa.text("position DESC")


def upgrade() -> None:
    """Apply the change."""
    op.create_index("session_person", "session", ["person_id", *_UPDATED])
    op.create_index("session_platform", "session", ["platform", *_UPDATED])
    op.create_index("session_newest", "session", [*_UPDATED])
    sent_at, created_at, said_at = (
        sa.text(f"{name} DESC") for name in ("sent_at", "created_at", "said_at")
    )
    op.create_index("inbox_said", "inbox", ["session_id", sent_at, _POSITION])
    op.create_index("outbox_said", "outbox", ["session_id", created_at, _POSITION])
    op.create_index(
        "content_item_brought",
        "content_item",
        ["session_id", said_at, _POSITION],
        postgresql_where=sa.text("imported_id is not null"),
    )
