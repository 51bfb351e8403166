"""What only pages ask; all else is asked as over the admin API."""

from typing import Annotated

from pydantic import StringConstraints

from bot.admin.query import Moment, Question

Sought = Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,128}$", strip_whitespace=True)]


class PersonSought(Question):
    """Whom somebody looks for, by whatever they know."""

    user: Sought | None = None


class UsageTime(Question):
    """Which time is summed up."""

    since: Moment | None = None
    until: Moment | None = None
