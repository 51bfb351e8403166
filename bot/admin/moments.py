"""Moments, as operators write them."""

import re
from datetime import UTC, datetime

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def moment(text: str) -> datetime:
    """Read a time as RFC 3339 writes it, in any zone; give it in UTC.

    Raises:
        ValueError: It is no such time.
    """
    if _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise ValueError("must be a time as in 2026-01-31T09:30:00Z")
