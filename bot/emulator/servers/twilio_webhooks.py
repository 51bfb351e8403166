"""What Twilio posts to a webhook: a form, signed over the public address and every field."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urldefrag, urlencode

from bot.emulator.servers.webhooks import Delivered, Webhook, deliver

# Twilio waits 15 s (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides,
# read 2026-11).
_PATIENCE = timedelta(seconds=15)


class TwilioWebhooks:
    """Builds signed forms for one account and delivers them.

    Args:
        auth_token: The account's.
        bot_origin: Where the bot really listens, if not where public addresses point.
    """

    def __init__(self, *, auth_token: str, bot_origin: str | None = None) -> None:
        self._auth_token = auth_token.encode()
        self._bot_origin = bot_origin

    def form(self, url: str, fields: Mapping[str, str], *, event: str) -> Webhook:
        """A signed form.

        The signature is the base64 HMAC-SHA1 of the address and each name and value, sorted
        by name (https://www.twilio.com/docs/usage/security, read 2026-11). A fragment only
        tells Twilio how to connect: it is neither signed nor sent.

        Args:
            url: The public address, query included.
            fields: All of them, empty ones too.
            event: What the idempotency token is made of: the same for a redelivery.
        """
        address, _ = urldefrag(url)
        signed = address + "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.new(self._auth_token, signed.encode(), hashlib.sha1).digest()
        token = hashlib.sha256(event.encode()).hexdigest()[:32]
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": base64.b64encode(digest).decode(),
            "I-Twilio-Idempotency-Token": token,
        }
        return Webhook(url=address, headers=headers, body=urlencode(fields).encode())

    async def deliver(self, webhook: Webhook) -> Delivered:
        """Post a webhook once; delivering it again is what Twilio's retry is.

        Raises:
            Undelivered: No answer within Twilio's 15 s, or no connection.
        """
        return await deliver(webhook, within=_PATIENCE, origin=self._bot_origin)
