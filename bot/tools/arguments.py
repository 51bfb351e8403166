"""What is wrong with a tool's arguments, in words that the model can act on."""

from pydantic import ValidationError


def fault_of(error: ValidationError) -> str:
    """Name the first argument that cannot be used and say why, without its value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{place}: {first['msg']}"
