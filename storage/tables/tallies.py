"""What is counted and leaves no row of its own."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlmodel import Field

from storage.tables.row import Row


class TallyRow(Row, table=True):
    """How often something happened in an hour; read by statistics. Of nobody in particular."""

    name: str = Field(sa_column=Column(Text, primary_key=True))
    hour: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    label: str = Field(sa_column=Column(Text, primary_key=True))
    count: int = Field(sa_column=Column(BigInteger, nullable=False))
