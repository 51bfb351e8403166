"""What Slack's refusals and silences mean for us; nothing of the SDK's gets past here.

Words from the error tables of Slack's method pages (read 2026-11).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from channels.slack_payloads import PROVIDER
from context.errors import DeliveryError, DeliveryUncertain

_SHORTLY = timedelta(seconds=2)
_LONGEST = timedelta(days=1)

_NOT_NOW = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
# "It's possible some aspect of the operation succeeded before the error was raised."
_PERHAPS = frozenset({"fatal_error", "internal_error"})


@contextmanager
def posting() -> Iterator[None]:
    """Around a call that must not be made twice, and the reading of its answer.

    Raises:
        DeliveryError: Refused, or never sent.
        DeliveryUncertain: Perhaps taken.
    """
    try:
        yield
    except SlackApiError as error:
        raise _meaning(error) from error
    except (
        aiohttp.ClientConnectorError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.InvalidURL,
    ) as error:
        raise DeliveryError(
            PROVIDER, "no connection", code="no_connection", retry_after=_SHORTLY
        ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise DeliveryUncertain(PROVIDER, f"no answer: {type(error).__name__}") from error
    except (ValueError, AttributeError, SlackClientError) as error:
        # The SDK takes it for granted that an answer is a JSON object in UTF-8.
        raise DeliveryUncertain(PROVIDER, "unreadable answer") from error


@contextmanager
def asking() -> Iterator[None]:
    """Around a call that changes nothing and may be made again, and the reading of its answer.

    Raises:
        DeliveryError: Refused, or no usable answer.
    """
    try:
        with posting():
            yield
    except DeliveryUncertain as error:
        raise DeliveryError(
            PROVIDER, error.reason, code="no_answer", retry_after=_SHORTLY
        ) from error


def refusal(
    status: int, word: str | None, headers: Mapping[str, str]
) -> DeliveryError | DeliveryUncertain:
    """What an answer means that is not a yes.

    Args:
        status: HTTP status.
        word: Slack's word for the error, where it said one.
        headers: Of the answer; `Retry-After` asks for patience, in seconds.
    """
    code = word or f"http_{status}"
    reason = f"refused: {code}"
    not_now = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
    if status in not_now or word in _NOT_NOW:
        return DeliveryError(PROVIDER, reason, code=code, retry_after=_patience(headers))
    is_refused = status < HTTPStatus.INTERNAL_SERVER_ERROR and (
        word is not None or status >= HTTPStatus.BAD_REQUEST
    )
    if word in _PERHAPS or not is_refused:
        return DeliveryUncertain(PROVIDER, reason)
    return DeliveryError(PROVIDER, reason, code=code, retry_after=None)


def _meaning(error: SlackApiError) -> DeliveryError | DeliveryUncertain:
    response = error.response
    if not isinstance(response, AsyncSlackResponse):
        return DeliveryUncertain(PROVIDER, "unreadable answer")
    word = response.data.get("error") if isinstance(response.data, dict) else None
    return refusal(
        response.status_code, word if isinstance(word, str) else None, response.headers
    )


def _patience(headers: Mapping[str, str]) -> timedelta:
    seconds = headers.get("Retry-After", "")
    if not (seconds.isascii() and seconds.isdecimal()):
        return _SHORTLY
    return timedelta(seconds=min(int(seconds[:9]), _LONGEST.total_seconds()))
