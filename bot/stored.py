"""Reading back what was stored as JSON, by this version or an earlier one."""

from collections.abc import Mapping
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

log = structlog.get_logger()

_Stored = TypeVar("_Stored", bound=BaseModel)


def read_back(kind: type[_Stored], stored: Mapping[str, object] | None) -> _Stored | None:
    """Read a stored value; None where there is none, or where it cannot be read.

    A conversation goes on without it: the transcript and the facts are whole.
    """
    if stored is None:
        return None
    try:
        return kind.model_validate(stored)
    except ValidationError as error:
        log.error("stored.unreadable", kind=kind.__name__, faults=error.error_count())  # noqa: TRY400 - the faults quote words
        return None
