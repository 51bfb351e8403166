"""A tool's arguments, as a model gave them: read, or refused in words that it can act on."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from context.errors import ToolFault

T = TypeVar("T", bound=BaseModel)


def read_as(form: type[T], arguments: Mapping[str, object]) -> T:
    """Read a tool's arguments, as a model gave them.

    Raises:
        ToolFault: They cannot be used; the model is told why.
    """
    try:
        return form.model_validate(arguments)
    except ValidationError as error:
        raise ToolFault(_fault(error)) from None


def _fault(error: ValidationError) -> str:
    """Name the first argument that cannot be used and say why, without its value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{place}: {first['msg']}"
