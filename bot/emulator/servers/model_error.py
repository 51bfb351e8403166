"""How the Messages API says no.

    {"type": "error",
     "error": {"type": "rate_limit_error", "message": "…",
               "details": {"error_code": "enforced_spend_limit_reached"}},
     "request_id": "req_…"}

Types by status: Anthropic SDK 2.11, `types.shared.ErrorType` and `_error_classes`; the
request's id also stands in the header `request-id` (read 2026-11).
"""

import secrets

from pydantic import JsonValue
from starlette.responses import JSONResponse

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class ApiError(Exception):
    """What the server answers instead of a message.

    Attributes:
        status: HTTP status; the error's type follows from it.
        message: A sentence for people.
        error_code: Names the cause where the type does not say enough.
        retry_after_s: When to ask again, in seconds.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        error_code: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.error_code = error_code
        self.retry_after_s = retry_after_s


def request_id() -> str:
    """Mint the id of one request."""
    return f"req_{secrets.token_hex(12)}"


def error_body(error: ApiError) -> dict[str, JsonValue]:
    """The error as it stands in a body or in a stream's `error` event."""
    facts: dict[str, JsonValue] = {
        "type": _TYPES.get(error.status, "api_error"),
        "message": error.message,
    }
    if error.error_code is not None:
        facts["details"] = {"error_code": error.error_code}
    return {"type": "error", "error": facts}


def error_response(error: ApiError) -> JSONResponse:
    """Answer a request with an error."""
    headers = {"request-id": request_id()}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    body = {**error_body(error), "request_id": headers["request-id"]}
    return JSONResponse(body, status_code=error.status, headers=headers)
