"""Keep what messages are found by, and where imported ones came from."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.passages import indexed, text_of

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BATCH = 500

_STORED = sa.text("""
select session_id, position, person_id, role, blocks from content_item
where (session_id, position) > (:session_id, :position)
order by session_id, position limit :batch
""")

_KEEP = sa.text("""
insert into passage (session_id, position, part, person_id, role, length, terms)
values (:session_id, :position, :part, :person_id, :role, :length, :terms)
""").bindparams(sa.bindparam("terms", type_=postgresql.ARRAY(sa.BigInteger())))


def upgrade() -> None:
    """Apply the change."""
    op.add_column("content_item", sa.Column("imported_id", sa.Text(), nullable=True))
    op.add_column("content_item", sa.Column("speaker", sa.Text(), nullable=True))
    op.add_column("content_item", sa.Column("trace_id", sa.Text(), nullable=True))
    op.create_index(
        "content_item_imported",
        "content_item",
        ["person_id", "imported_id"],
        unique=True,
        postgresql_where=sa.text("imported_id is not null"),
    )
    op.create_table(
        "passage",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.CheckConstraint("role in ('user', 'assistant')", name=op.f("passage_role_known")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("passage_session_id_fkey")
        ),
        sa.PrimaryKeyConstraint("session_id", "position", "part", name=op.f("passage_pkey")),
    )
    op.create_index(
        "passage_outline",
        "passage",
        ["person_id", "session_id", "position", "part"],
        unique=False,
        postgresql_include=["role", "speaker", "length"],
    )
    op.create_index(
        "passage_terms",
        "passage",
        ["terms"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    _index_transcripts(op.get_bind())


def _index_transcripts(connection: sa.Connection) -> None:
    """Index what was said before there was an index, a batch at a time."""
    after = {"session_id": "", "position": 0}
    while rows := connection.execute(_STORED, {**after, "batch": _BATCH}).mappings().all():
        after = {"session_id": rows[-1]["session_id"], "position": rows[-1]["position"]}
        passages = [
            {
                "session_id": row["session_id"],
                "position": row["position"],
                "part": part,
                "person_id": row["person_id"],
                "role": row["role"],
                "length": len(terms),
                "terms": terms,
            }
            for row in rows
            if (text := text_of(row["blocks"]["blocks"])).strip()
            for part, terms in enumerate(
                indexed(row["person_id"], text, is_answer=row["role"] == "assistant")
            )
        ]
        if passages:
            connection.execute(_KEEP, passages)
