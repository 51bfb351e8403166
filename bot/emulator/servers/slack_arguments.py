"""The arguments of a Slack Web API call, whichever way they came, and Slack's refusals."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from pydantic import JsonValue, TypeAdapter, ValidationError
from starlette.requests import Request

_ANYTHING: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class SlackRefusal(Exception):
    """Slack's `ok: false`.

    Attributes:
        error: Slack's word for it, as in the error tables of its method pages.
    """

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Arguments:
    """One call's arguments; structured ones may be JSON or text that holds JSON.

    Slack takes structures as URL-encoded JSON in forms and as they are in JSON bodies
    (https://docs.slack.dev/apis/web-api/, read 2026-11).
    """

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self.values = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """A piece of text; empty if it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str | int | float):
            raise SlackRefusal("invalid_array_arg")
        return str(value)

    def is_set(self, name: str) -> bool:
        """Whether a switch is on: JSON's true, or `true` or `1` in a form or query."""
        return str(self.values.get(name)).lower() in {"true", "1"}

    def count(self, name: str, *, default: int) -> int:
        """A whole number from 1 to 1,000.

        Raises:
            SlackRefusal: `invalid_limit`.
        """
        text = self.text(name) or str(default)
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 1000:  # noqa: PLR2004 - Slack's own bound for limits
            raise SlackRefusal("invalid_limit")
        return int(text)

    def structure(self, name: str, *, refusal: str) -> JsonValue:
        """A structured argument, or None if it is missing.

        Raises:
            SlackRefusal: With the given word, when it is text but not JSON.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return _ANYTHING.validate_json(value)
        except ValidationError as error:
            raise SlackRefusal(refusal) from error


async def arguments(request: Request) -> Arguments:
    """Read a call's arguments from its query and its JSON or form body.

    Raises:
        SlackRefusal: The body is not what its content type says.
    """
    values: dict[str, JsonValue] = dict(request.query_params)
    body = await request.body()
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    match content_type:
        case "application/json":
            values |= _json(body)
        case "application/x-www-form-urlencoded":
            values |= _form(body)
        case _ if body:
            raise SlackRefusal("invalid_post_type" if content_type else "missing_post_type")
    return Arguments(values)


def _json(body: bytes) -> dict[str, JsonValue]:
    try:
        return _OBJECT.validate_json(body)
    except ValidationError as error:
        raise SlackRefusal("invalid_json") from error


def _form(body: bytes) -> dict[str, JsonValue]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError as error:
        raise SlackRefusal("invalid_form_data") from error
