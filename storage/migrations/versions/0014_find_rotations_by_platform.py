"""Find the newest rotations of a platform."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change."""
    op.create_index(
        "rotation_platform",
        "rotation",
        ["platform", sa.text("created_at DESC"), sa.text("id DESC")],
    )
