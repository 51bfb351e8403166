"""What Slack posts to an app's request URLs: wrapped in its envelope and signed."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from pydantic import JsonValue

from bot.emulator.servers.instants import Instants
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.webhooks import Delivered, Webhook, deliver

# Slack waits 3 s (https://docs.slack.dev/apis/events-api/, read 2026-11).
_PATIENCE = timedelta(seconds=3)
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"

RetryReason = Literal[
    "http_timeout",
    "http_error",
    "connection_failed",
    "ssl_error",
    "too_many_redirects",
    "unknown_error",
]


class SlackWebhooks:
    """Builds signed requests for one app and delivers them.

    Args:
        api: The workspace the app is installed in.
        signing_secret: The app's.
        now: The clock that requests are timestamped by.
        bot_url: The app's public origin.
        bot_origin: Where the bot really listens, if not there.
    """

    def __init__(
        self,
        api: SlackApi,
        *,
        signing_secret: str,
        now: Callable[[], datetime],
        bot_url: str,
        bot_origin: str | None = None,
    ) -> None:
        self._api = api
        self._secret = signing_secret.encode()
        self._now = now
        self._ids = Instants(now)
        self._bot_url = bot_url
        self._bot_origin = bot_origin

    def event(self, event: Mapping[str, JsonValue]) -> Webhook:
        """An event of any kind in its envelope, with an event id of its own.

        Shape: https://docs.slack.dev/apis/events-api/#callback-field (read 2026-11).
        """
        authorization: JsonValue = {
            "enterprise_id": None,
            "team_id": self._api.team,
            "user_id": self._api.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return self.posted(
            {
                "type": "event_callback",
                "team_id": self._api.team,
                "api_app_id": self._api.app_id,
                "event": dict(event),
                "event_id": f"Ev{self._ids.next():X}",
                "event_time": int(self._now().timestamp()),
                "authorizations": [authorization],
                "is_ext_shared_channel": False,
                "event_context": "4-baton",
            }
        )

    def challenge(self, challenge: str) -> Webhook:
        """The handshake when a request URL is set (…/reference/events/url_verification)."""
        return self.posted({"type": "url_verification", "challenge": challenge})

    def posted(self, payload: Mapping[str, JsonValue]) -> Webhook:
        """Any JSON to the events URL."""
        body = json.dumps(payload).encode()
        return self.signed("/webhooks/slack/events", body, content_type=_JSON)

    def command(self, fields: Mapping[str, str]) -> Webhook:
        """A form to the commands URL."""
        body = urlencode(fields).encode()
        return self.signed("/webhooks/slack/commands", body, content_type=_FORM)

    def interaction(self, payload: Mapping[str, JsonValue]) -> Webhook:
        """A payload to the interactivity URL, in a form as JSON."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self.signed("/webhooks/slack/interactivity", body, content_type=_FORM)

    def signed(self, path: str, body: bytes, *, content_type: str) -> Webhook:
        """Any bytes, signed now as Slack signs.

        `v0=` and the hex HMAC-SHA256 of `v0:timestamp:body`
        (https://docs.slack.dev/authentication/verifying-requests-from-slack, read 2026-11).
        """
        timestamp = str(int(self._now().timestamp()))
        signed = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new(self._secret, signed, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        return Webhook(url=self._bot_url + path, headers=headers, body=body)

    def again(
        self, webhook: Webhook, *, attempt: int, reason: RetryReason = "http_timeout"
    ) -> Webhook:
        """The same event delivered again: same event id, signed anew.

        Args:
            webhook: The first delivery.
            attempt: 1 to 3; Slack gives up after that.
            reason: Why Slack thinks the one before failed.
        """
        content_type = webhook.headers["Content-Type"]
        signed = self.signed(webhook.path, webhook.body, content_type=content_type)
        retry = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        return replace(signed, headers={**signed.headers, **retry})

    async def deliver(self, webhook: Webhook) -> Delivered:
        """Post a webhook once.

        Raises:
            Undelivered: No answer within Slack's 3 s, or no connection.
        """
        return await deliver(webhook, within=_PATIENCE, origin=self._bot_origin)
