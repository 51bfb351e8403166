"""Tells requests from Slack from all others, by their raw bytes.

Slack signs `v0:timestamp:body` (Verifying requests from Slack, read 2026-11). The SDK's own
verifier decodes the body first and fails on one that is not UTF-8; it raises on a timestamp
that is no number and on a signature that is not ASCII.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from channels.port import WebhookRequest
from channels.slack_payloads import PROVIDER
from context.errors import SignatureError

# Older requests may be replays.
_FRESH = timedelta(minutes=5)
_MAX_DIGITS = 12
_REFUSED = 401


def verify(request: WebhookRequest, *, secrets: Sequence[bytes], now: datetime) -> None:
    """Let a request pass that one of the secrets signed within the last five minutes.

    Raises:
        SignatureError: It is not from Slack, or stale.
    """
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    is_number = timestamp.isascii() and timestamp.isdecimal()
    if not is_number or len(timestamp) > _MAX_DIGITS:
        raise SignatureError(PROVIDER, "no timestamp", status=_REFUSED)
    if abs(now.timestamp() - int(timestamp)) > _FRESH.total_seconds():
        raise SignatureError(PROVIDER, "stale timestamp", status=_REFUSED)
    given = request.headers.get("x-slack-signature", "").encode(errors="replace")
    signed = b"v0:" + timestamp.encode() + b":" + request.body
    # All of them, always: the time taken must not tell which one matched.
    matches = [hmac.compare_digest(_signature(secret, signed), given) for secret in secrets]
    if not any(matches):
        raise SignatureError(PROVIDER, "wrong signature", status=_REFUSED)


def _signature(secret: bytes, signed: bytes) -> bytes:
    return b"v0=" + hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()
