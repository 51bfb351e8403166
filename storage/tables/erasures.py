"""What is left of erased people: digests under our key, and files that are to go."""

from datetime import datetime

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field

from storage.tables.row import Row, one_of


class ErasureRow(Row, table=True):
    """An erased identity, or a message of one; read whenever a message comes in.

    Neither is there in clear: `digest` is an HMAC under the service's key.
    """

    digest: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    receipt_id: str = Field(sa_column=Column(Text, nullable=False))
    erased_at: datetime

    __table_args__ = (
        one_of("kind", "identity", "message"),
        # Messages that no platform sends again any more (worker).
        Index("erasure_message", "erased_at", postgresql_where=text("kind = 'message'")),
    )


class ErasedFileRow(Row, table=True):
    """A handoff's file that may lie on any host; each worker removes it from its own."""

    path: str = Field(sa_column=Column(Text, primary_key=True))
    erased_at: datetime

    __table_args__ = (
        # What was erased of late (worker).
        Index("erased_file_newest", "erased_at"),
    )
