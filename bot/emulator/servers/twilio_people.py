"""People on WhatsApp, as Twilio tells the bot of them.

Every method does the thing in the account and returns what Twilio would post about it, as a
value; `TwilioWebhooks.deliver` posts it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.emulator.servers.twilio import TwilioApi
from bot.emulator.servers.twilio_messages import API_VERSION, TwilioMedia, TwilioMessage
from bot.emulator.servers.webhooks import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Texted:
    """A person's message, and the webhook that tells of it."""

    message: TwilioMessage
    webhook: Webhook


class TwilioPeople:
    """Everybody with a phone.

    Args:
        api: The account they write to.
        number: The bot's address, `whatsapp:+…`.
        api_url: Where the account is served, for the addresses of media.
        bot_url: The bot's public origin, which signatures are made for.
    """

    def __init__(self, api: TwilioApi, *, number: str, api_url: str, bot_url: str) -> None:
        self._api = api
        self._number = number
        self._api_url = api_url
        self._bot_url = bot_url

    def text(
        self,
        sender: str,
        body: str,
        *,
        media: Sequence[TwilioMedia] = (),
        name: str = "Ana",
        extra: Mapping[str, str] | None = None,
    ) -> Texted:
        """Write to the bot.

        Shape: https://www.twilio.com/docs/messaging/guides/webhook-request (read 2026-11).

        Args:
            sender: A number in E.164, or a business-scoped user id where it is hidden.
            body: What is written; may be empty.
            media: What comes with it; WhatsApp sends one at a time.
            name: The profile's.
            extra: Further fields: `ButtonPayload`, `Latitude`, `OriginalRepliedMessageSid`.
        """
        messages = self._api.messages
        at = messages.now()
        message = messages.keep(
            TwilioMessage(
                sid=messages.sid("MM" if media else "SM"),
                direction="inbound",
                sender=f"whatsapp:{sender}",
                recipient=self._number,
                body=body,
                status="received",
                created_at=at,
                sent_at=at,
                media=tuple(media),
            )
        )
        fields = self._fields(message) | {"ProfileName": name} | dict(extra or {})
        url = f"{self._bot_url}/webhooks/twilio/whatsapp"
        webhook = self._api.webhooks.form(url, fields, event=message.sid)
        return Texted(message=message, webhook=webhook)

    def _fields(self, message: TwilioMessage) -> dict[str, str]:
        fields = {
            "AccountSid": self._api.account_sid,
            "ApiVersion": API_VERSION,
            "Body": message.body,
            "From": message.sender,
            "MessageSid": message.sid,
            "MessageType": _message_type(message),
            "NumMedia": str(len(message.media)),
            "NumSegments": "1",
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": "received",
            "To": message.recipient,
            "WaId": message.sender.removeprefix("whatsapp:").removeprefix("+"),
        }
        for index, attached in enumerate(message.media):
            path = f"{self._api.messages.path}/{message.sid}/Media/ME{index:032}"
            fields[f"MediaUrl{index}"] = self._api_url + path
            fields[f"MediaContentType{index}"] = attached.content_type
        return fields


def _message_type(message: TwilioMessage) -> str:
    if not message.media:
        return "text"
    kind = message.media[0].content_type.partition("/")[0]
    return kind if kind in {"image", "audio", "video"} else "document"
