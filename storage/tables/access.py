"""Who may ask, who asked, and who tried in vain."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, Text, desc, text
from sqlmodel import Field

from storage.tables.row import Row, count, one_of


class AdminTokenRow(Row, table=True):
    """One admin token; read by every call of an operator.

    `digest` is the SHA-256 of the token in hex: nobody can read a token back.
    """

    id: str = Field(sa_column=Column(Text, primary_key=True))
    role: str = Field(sa_column=Column(Text, nullable=False))
    name: str | None = Field(default=None, sa_column=Column(Text))
    # Who a token belongs to (every call).
    digest: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    __table_args__ = (one_of("role", "viewer", "admin"),)


class AuditLogRow(Row, table=True):
    """One call of an operator, or several refused ones; read by admins.

    `status` is None while a change is being made, and stays so if nobody lived to say what
    came of it. `calls` is how many calls the row stands for. Once a person is erased,
    `person_id` is None, and `subject` where it named the person; the row stays.
    """

    id: str = Field(sa_column=Column(Text, primary_key=True))
    at: datetime
    who: str = Field(sa_column=Column(Text, nullable=False))
    role: str | None = Field(default=None, sa_column=Column(Text))
    via: str = Field(sa_column=Column(Text, nullable=False))
    action: str = Field(sa_column=Column(Text, nullable=False))
    subject: str | None = Field(default=None, sa_column=Column(Text))
    person_id: str | None = Field(default=None, sa_column=Column(Text))
    status: int | None = Field(default=None, sa_column=Column(Integer))
    calls: int = Field(
        default=1, sa_column=Column(Integer, nullable=False, server_default=text("1"))
    )
    from_digest: str | None = Field(default=None, sa_column=Column(Text))

    __table_args__ = (
        one_of("role", "viewer", "admin"),
        one_of("via", "api", "dashboard", "cli"),
        # One index a query: newest; by caller; by person; what came from an address.
        Index("audit_log_newest", desc("at"), desc("id")),
        Index("audit_log_who", "who", desc("at"), desc("id")),
        Index("audit_log_person", "person_id", desc("at"), desc("id")),
        Index("audit_log_from", "from_digest", desc("at")),
    )


class WrongTokenRow(Row, table=True):
    """A wrong token that somebody brought of late; read when another one is brought.

    `guess` is a keyed digest, too short to find the token by, and long enough to tell one
    from another. Rows that are too old to count are dropped by whoever adds one.
    """

    door: str = Field(sa_column=Column(Text, primary_key=True))
    from_digest: str = Field(sa_column=Column(Text, primary_key=True))
    guess: str = Field(sa_column=Column(Text, primary_key=True))
    tries: int = count()
    first_at: datetime

    __table_args__ = (one_of("door", "api", "dashboard"),)
