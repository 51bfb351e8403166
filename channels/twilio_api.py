"""Twilio's REST API through its SDK, whose gaps this closes.

The SDK's async client has no timeout of its own, drops `Retry-After`, logs addresses with
phone numbers in them, has no base URL, and takes region and edge from the environment, which
mangles the address of a protocol server (twilio 9.13, read 2026-11). Its retries stay off:
creating a message twice sends it twice.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from aiohttp import encode_basic_auth
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from typing_extensions import override

from context.errors import DeliveryError, DeliveryUncertain
from context.messages import Provider

PROVIDER = Provider("twilio")

_SHORTLY = timedelta(seconds=2)
_LONGEST = timedelta(days=1)
# Twilio: one message in six seconds to the same person, sustained (63018, read 2026-11).
_PATIENCE = {"20429": _SHORTLY, "63018": timedelta(seconds=6)}


class TwilioRefused(TwilioException):
    """An answer that is no success.

    Attributes:
        status: HTTP status.
        code: Twilio's error code, or the status where it gave none.
        retry_after: How long it asked us to wait, if it did.
    """

    def __init__(self, *, status: int, code: str, retry_after: timedelta | None) -> None:
        self.status = status
        self.code = code
        self.retry_after = retry_after
        super().__init__(f"status {status}, code {code}")


class TwilioUnreadable(TwilioException):
    """A success whose body is no JSON object."""


class TwilioHttp(AsyncTwilioHttpClient):
    """The SDK's HTTP client, with an address to choose, a timeout, and refusals kept whole.

    It must be made inside the running loop, and closed.

    Args:
        api_url: `scheme://host[:port]` for every call; Twilio's own hosts if None.
        within: The longest that a call may take, its answer included.
    """

    def __init__(self, *, api_url: str | None, within: timedelta) -> None:
        super().__init__()
        self._origin = None if api_url is None else urlsplit(api_url)
        self._within = within

    @override
    async def request(  # type: ignore[override] # the SDK's own async client is no subtype
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make a call.

        Raises:
            TwilioRefused: The answer is no success.
            TwilioUnreadable: It is one, but not readable.
        """
        response = await super().request(
            method,
            self._redirected(url),
            params=params,
            data=data,
            headers={**(headers or {}), **_authorization(auth)},
            timeout=timeout or self._within.total_seconds(),
            allow_redirects=allow_redirects,
        )
        answer = _json_object(response.text)
        if not response.ok:
            raise TwilioRefused(
                status=response.status_code,
                code=str(answer.get("code") or response.status_code),
                retry_after=_retry_after(response.headers or {}),
            )
        if not answer:
            raise TwilioUnreadable("unreadable answer")
        return response

    @override
    def log_request(self, kwargs: object) -> None:
        """Log nothing: the address of a list of messages holds phone numbers."""

    @override
    def log_response(self, status_code: int, response: object) -> None:
        """Log nothing: what fails is raised."""

    def _redirected(self, url: str) -> str:
        if self._origin is None:
            return url
        scheme, netloc = self._origin.scheme, self._origin.netloc
        return urlsplit(url)._replace(scheme=scheme, netloc=netloc).geturl()


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    """Sign in by a header: the SDK would use a class that is deprecated in aiohttp."""
    return {} if auth is None else {"Authorization": encode_basic_auth(*auth)}


def _json_object(text: str) -> dict[str, object]:
    """Read an answer; an empty mapping is no answer."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    seconds = headers.get("Retry-After", "")
    if not (seconds.isascii() and seconds.isdecimal()):
        return None
    return timedelta(seconds=min(int(seconds[:9]), _LONGEST.total_seconds()))


@asynccontextmanager
async def connected(
    account_sid: str, auth_token: str, *, api_url: str | None, within: timedelta
) -> AsyncIterator[Client]:
    """Open one HTTP session for all calls, and close it at the end."""
    async with TwilioHttp(api_url=api_url, within=within) as http:
        # Anything but an empty mapping keeps the SDK from the process's environment.
        environment = {"TWILIO_ACCOUNT_SID": account_sid}
        yield Client(account_sid, auth_token, http_client=http, environment=environment)


@contextmanager
def posting() -> Iterator[None]:
    """Around a call that must not be made twice.

    Raises:
        DeliveryError: Refused, or never sent.
        DeliveryUncertain: Perhaps taken.
    """
    try:
        yield
    except TwilioRefused as error:
        raise _meaning(error) from error
    except aiohttp.ClientConnectorError as error:
        raise DeliveryError(
            PROVIDER, "no connection", code="no_connection", retry_after=_SHORTLY
        ) from error
    except (TwilioException, aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
        raise DeliveryUncertain(PROVIDER, f"no answer: {type(error).__name__}") from error


@contextmanager
def asking() -> Iterator[None]:
    """Around a call that changes nothing and may be made again.

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


def _meaning(error: TwilioRefused) -> DeliveryError | DeliveryUncertain:
    """Tell later from never from perhaps (Twilio: Error dictionary, read 2026-11)."""
    reason = f"refused: {error.code}"
    if error.status == HTTPStatus.TOO_MANY_REQUESTS or error.code in _PATIENCE:
        wait = error.retry_after or _PATIENCE.get(error.code, _SHORTLY)
        return DeliveryError(PROVIDER, reason, code=error.code, retry_after=wait)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeliveryUncertain(PROVIDER, reason)
    return DeliveryError(PROVIDER, reason, code=error.code, retry_after=None)
