"""What the Messages API's refusals mean for us, as the errors of our port.

What an API error says is never kept: only its type, code and status.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import anthropic
import httpx2

from context.errors import ModelBusy, ModelError, ModelFault, ModelRefused, PromptTooLong

# An error inside a stream comes with the status 200; its type says what it would have been
# (Anthropic SDK 2.11, `types.shared.ErrorType`, read 2026-11).
_STATUS_BY_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}

_REFUSED = frozenset({401, 402, 403})
_BUSY = frozenset({408, 409, 429})

# Waiting does not help (Anthropic SDK 2.11, `_error_classes`, read 2026-11).
_ACCOUNT_CODES = frozenset(
    {"enforced_spend_limit_reached", "contract_spend_limit_reached", "organization_on_hold"}
)

# These two have no code, only words (Claude docs, API errors, read 2026-11).
_TOO_LONG = re.compile(r"prompt is too long(?:: (\d{1,12}) tokens > (\d{1,12}) maximum)?")
_SPEND_LIMIT = re.compile(r"reached your specified (?:\w+ )?API usage limits")

_LONGEST_WAIT_S = timedelta(days=1).total_seconds()


def model_error(error: anthropic.APIError, *, now: datetime) -> ModelError:
    """Translate an error of the SDK.

    Args:
        error: From a call that was made once, without the SDK's own retries.
        now: Against which a date in `retry-after` is read.
    """
    match error:
        case anthropic.APIStatusError():
            return _refusal(error, now)
        case anthropic.APITimeoutError():
            return ModelBusy("timeout")
        case _:
            return ModelBusy("connection")


def _refusal(error: anthropic.APIStatusError, now: datetime) -> ModelError:
    kind = error.type if isinstance(error.type, str) else None
    status = error.status_code
    if status == httpx2.codes.OK and kind:
        status = _STATUS_BY_TYPE.get(kind, status)
    reason = error.error_code or kind or f"status {status}"
    if status in _REFUSED or error.error_code in _ACCOUNT_CODES:
        return ModelRefused(reason, status=status)
    if status in _BUSY or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
        return ModelBusy(reason, retry_after=retry_after(error.response.headers, now))
    match status:
        case 200:
            return ModelFault(reason)
        case 400:
            return _bad_request(str(error.api_message), reason)
        case 413:
            return PromptTooLong(prompt_tokens=0, window_tokens=0)
        case _:
            return ModelFault(reason, status=status)


def _bad_request(said: str, reason: str) -> ModelError:
    if too_long := _TOO_LONG.search(said):
        prompt_tokens, window_tokens = (int(size or 0) for size in too_long.groups())
        return PromptTooLong(prompt_tokens=prompt_tokens, window_tokens=window_tokens)
    if _SPEND_LIMIT.search(said):
        return ModelRefused("spend_limit_reached", status=400)
    return ModelFault(reason, status=400)


def retry_after(headers: httpx2.Headers, now: datetime) -> timedelta | None:
    """How long the API asks us to wait, a day at most; None where it does not say.

    `retry-after-ms` goes before `retry-after`, which has seconds or an HTTP date
    (Anthropic SDK 2.11, `_base_client`, read 2026-11).
    """
    seconds = _number(headers.get("retry-after-ms", ""))
    if seconds is not None:
        seconds /= 1000
    else:
        asked = headers.get("retry-after", "")
        seconds = _number(asked)
        if seconds is None:
            seconds = _seconds_until(asked, now)
    if seconds is None:
        return None
    return timedelta(seconds=min(max(seconds, 0), _LONGEST_WAIT_S))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _seconds_until(text: str, now: datetime) -> float | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    # A date in no stated zone is in UTC.
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
