"""What is counted once and kept, so that totals cost the same after years."""

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, Column, Date, Numeric, Text
from sqlmodel import Field

from storage.tables.row import Row


class DayTotalRow(Row, table=True):
    """What a figure of a finished day comes to; read by statistics. Of nobody in particular.

    A day that has the figure `folded` is counted whole; its other rows are those above 0.
    """

    day: date = Field(sa_column=Column(Date, primary_key=True))
    figure: str = Field(sa_column=Column(Text, primary_key=True))
    label: str = Field(sa_column=Column(Text, primary_key=True))
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    total: Decimal = Field(sa_column=Column(Numeric, nullable=False))
