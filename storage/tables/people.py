"""People and how platforms name them."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field

from storage.tables.row import Row, one_of


class PersonRow(Row, table=True):
    """A person; read wherever an identity is resolved."""

    id: str = Field(sa_column=Column(Text, primary_key=True))
    linked_to: str | None = Field(
        default=None, sa_column=Column(Text, ForeignKey("person.id"), index=True)
    )
    notices: str = Field(
        default="all", sa_column=Column(Text, nullable=False, server_default="all")
    )
    language: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime

    __table_args__ = (one_of("notices", "all", "critical", "off"),)


class IdentityRow(Row, table=True):
    """How a platform names a person; read on first contact and by every route by user."""

    platform: str = Field(sa_column=Column(Text, primary_key=True))
    user_id: str = Field(sa_column=Column(Text, primary_key=True, index=True))
    person_id: str = Field(
        sa_column=Column(Text, ForeignKey("person.id"), nullable=False, index=True)
    )
    speaker: str | None = Field(default=None, sa_column=Column(Text))
    greeted_at: datetime | None = None
    created_at: datetime
