"""What all tables share: one metadata, names by rule, and columns that recur."""

import re
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, text
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel
from typing_extensions import override

NAMES = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


class Row(SQLModel):
    """What every table shares: metadata of our own, and its class's name without `Row`."""

    metadata: ClassVar[MetaData] = NAMES

    @declared_attr.directive
    @override
    def __tablename__(cls) -> str:  # type: ignore[mutable-override]  # noqa: N805 - as SQLModel does
        """Name the table: `ContentItemRow` → `content_item`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def one_of(column: str, *values: str) -> CheckConstraint:
    """Keep a text column to its words; a new word is a new migration."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({words})", name=f"{column}_known")


def count(kind: TypeEngine[int] | None = None) -> Any:  # noqa: ANN401 - SQLModel's
    """Make a column for a number that begins at 0."""
    return Field(
        default=0, sa_column=Column(kind or Integer(), nullable=False, server_default=text("0"))
    )
