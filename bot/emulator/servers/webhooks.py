"""What a platform posts to the bot: built and signed as a value, delivered separately.

Tests take the value apart, spoil it, deliver it twice, or hand it to a channel without HTTP.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

import aiohttp
from yarl import URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A signed POST, before it is sent.

    Attributes:
        url: The public address it was signed for, query included.
        headers: As sent; names in the platform's own case.
        body: The exact bytes that were signed.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The address without origin and query."""
        return urlsplit(self.url).path


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What the bot answered to a webhook."""

    status: int
    headers: Mapping[str, str]
    body: str


class Undelivered(Exception):
    """The bot gave no answer; a platform may deliver again.

    Attributes:
        reason: In Slack's words for its retry header.
    """

    def __init__(self, reason: Literal["http_timeout", "connection_failed"]) -> None:
        super().__init__(reason)
        self.reason = reason


async def deliver(
    webhook: Webhook, *, within: timedelta, origin: str | None = None
) -> Delivered:
    """Post a webhook once and return the bot's answer, whatever its status.

    Args:
        webhook: What to post.
        within: Longest wait for the whole answer.
        origin: Where the bot really listens (`scheme://host:port`), if it is not where
            the signed address points.

    Raises:
        Undelivered: No answer in time, or no connection.
    """
    # As signed, to the byte: nothing may quote the query again.
    url = URL(webhook.url, encoded=True)
    if origin is not None:
        url = URL(origin).join(url.relative())
    limit = aiohttp.ClientTimeout(total=within.total_seconds())
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.post(
                url,
                data=io.BytesIO(webhook.body),
                headers=webhook.headers,
                allow_redirects=False,
            ) as response,
        ):
            body = await response.text(errors="replace")
            return Delivered(status=response.status, headers=dict(response.headers), body=body)
    except TimeoutError as error:
        raise Undelivered("http_timeout") from error
    except (aiohttp.ClientError, OSError) as error:
        raise Undelivered("connection_failed") from error
