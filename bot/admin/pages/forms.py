"""What an address asks of a page, read by the same rules as the admin API's questions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from bot.admin.query import Id, Question, User
from context.errors import QueryError

Q = TypeVar("Q", bound=Question)

# What a field for date and time sends (HTML, valid local date and time string); ours are UTC.
_LOCAL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?")
# Says what was done before; no part of the question.
_BESIDE = frozenset({"done"})
_ID = TypeAdapter[str](Id)
_USER = TypeAdapter[str](User)


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in a form's fields: as it was sent, or nothing."""

    given: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """What stands in one field."""
        return self.given.get(name, "")


def filled(question: type[Q], request: Request) -> Q:
    """Read what a form asked for; a field that was left empty does not count.

    Raises:
        QueryError: One is wrong, unknown, or given twice.
    """
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in _BESIDE or not value.strip():
            continue
        if name in given:
            raise QueryError(name, "is given more than once")
        given[name] = _in_utc(value)
    try:
        return question.model_validate(given)
    except ValidationError as error:
        raise _fault(error) from None


def named(request: Request, parameter: str) -> str:
    """Read an id out of an address.

    Raises:
        QueryError: It has not the form of one.
    """
    return _read(_ID, request.path_params[parameter], parameter)


def named_user(request: Request) -> str:
    """Read an identity, or the digest of one, out of an address; as for `named`."""
    return _read(_USER, request.path_params["user_id"], "user_id")


def _read(kind: TypeAdapter[str], value: str, parameter: str) -> str:
    try:
        return kind.validate_python(value)
    except ValidationError:
        raise QueryError(parameter, "has not the form of one") from None


def _in_utc(value: str) -> str:
    if (match := _LOCAL.fullmatch(value)) is None:
        return value
    return f"{match[1]}{match[2] or ':00'}Z"


def _fault(error: ValidationError) -> QueryError:
    """Name the first field that is wrong, and not what it held."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "extra_forbidden":
        return QueryError(str(first["loc"][0]), "is not a parameter of this page")
    return QueryError(str(first["loc"][0]), first["msg"].removeprefix("Value error, "))
