"""A Twilio account's messages: what each looks like, and the pages they are listed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Literal
from urllib.parse import urlencode

from pydantic import JsonValue

from bot.emulator.servers.instants import Instants

API_VERSION = "2010-04-01"
# https://www.twilio.com/docs/usage/twilios-response#pagination (read 2026-11).
_PAGE_SIZE, _PAGE_SIZE_MAX = 50, 1_000
_DAY = timedelta(days=1)
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

Direction = Literal["inbound", "outbound-api"]


class TwilioRefusal(Exception):
    """Twilio's error answer.

    Attributes:
        status: HTTP status.
        code: Twilio's number for it (https://www.twilio.com/docs/api/errors, read 2026-11).
        says: For people.
    """

    def __init__(self, status: int, code: int, says: str) -> None:
        super().__init__(f"{code}: {says}")
        self.status = status
        self.code = code
        self.says = says


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioMedia:
    """An attachment."""

    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioMessage:
    """One message as the account shows it now.

    Attributes:
        sid: `SM…`, or `MM…` with media.
        sender: Its `From`: `whatsapp:+…`.
        recipient: Its `To`.
        status: Twilio's word for how far it came.
        sent_at: None until it is on its way.
        status_callback: Where the bot wants to hear of it, None for nowhere.
        media_urls: What an outbound message shows.
        media: What an inbound message brought.
    """

    sid: str
    direction: Direction
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    body: str = field(repr=False)
    status: str
    created_at: datetime
    sent_at: datetime | None
    error_code: int | None = None
    status_callback: str | None = field(default=None, repr=False)
    media_urls: tuple[str, ...] = field(default=(), repr=False)
    media: tuple[TwilioMedia, ...] = ()

    @property
    def num_media(self) -> int:
        """How many attachments it has."""
        return len(self.media_urls) + len(self.media)


class TwilioMessages:
    """All messages of an account; the oldest are forgotten beyond `keep`."""

    def __init__(self, now: Callable[[], datetime], *, account_sid: str, keep: int) -> None:
        self.now = now
        self._instants = Instants(now)
        self._keep = keep
        self._messages: dict[str, TwilioMessage] = {}
        self.path = f"/{API_VERSION}/Accounts/{account_sid}/Messages"
        self._account_sid = account_sid

    def sid(self, prefix: str) -> str:
        """A new id: 34 characters, later ones greater."""
        return f"{prefix}{self._instants.next():032x}"

    def keep(self, message: TwilioMessage) -> TwilioMessage:
        """Add a message, or put it in the place of the one with its sid."""
        self._messages[message.sid] = message
        if len(self._messages) > self._keep:
            del self._messages[next(iter(self._messages))]
        return message

    def get(self, sid: str) -> TwilioMessage:
        """The message with this sid.

        Raises:
            TwilioRefusal: 20404.
        """
        if (message := self._messages.get(sid)) is None:
            raise TwilioRefusal(404, 20404, "The requested resource was not found")
        return message

    def seen(self) -> tuple[TwilioMessage, ...]:
        """Everything, oldest first."""
        return tuple(self._messages.values())

    def resource(self, message: TwilioMessage) -> dict[str, JsonValue]:
        """A message in JSON.

        Shape: https://www.twilio.com/docs/messaging/api/message-resource (read 2026-11).
        """
        uri = f"{self.path}/{message.sid}"
        updated_at = message.sent_at or message.created_at
        return {
            "account_sid": self._account_sid,
            "api_version": API_VERSION,
            "body": message.body,
            "date_created": _rfc2822(message.created_at),
            "date_sent": None if message.sent_at is None else _rfc2822(message.sent_at),
            "date_updated": _rfc2822(updated_at),
            "direction": message.direction,
            "error_code": message.error_code,
            "error_message": None,
            "from": message.sender,
            "messaging_service_sid": None,
            "num_media": str(message.num_media),
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": message.recipient,
            "uri": f"{uri}.json",
        }

    def page(self, query: Mapping[str, str]) -> dict[str, JsonValue]:
        """A page of the messages that a query asks for, newest first.

        Shape: https://www.twilio.com/docs/usage/twilios-response#pagination (read 2026-11).

        Raises:
            TwilioRefusal: 20001 for a date or number that is none.
        """
        size = min(_number(query, "PageSize", least=1, default=_PAGE_SIZE), _PAGE_SIZE_MAX)
        number = _number(query, "Page", least=0, default=0)
        is_asked_for = _asked_for(query)
        # A token names the last message of the page before.
        before = query.get("PageToken", "")[4:]
        chosen = [
            message
            for message in reversed(self._messages.values())
            if is_asked_for(message) and (not before or message.sid[2:] < before)
        ]
        shown = chosen[:size]
        return {
            "messages": [self.resource(message) for message in shown],
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + len(shown) - 1,
            "uri": self._uri(query, size=size, number=number),
            "first_page_uri": self._uri(query, size=size, number=0),
            "previous_page_uri": None,
            "next_page_uri": self._uri(query, size=size, number=number + 1, after=shown[-1].sid)
            if len(chosen) > size
            else None,
        }

    def _uri(
        self, query: Mapping[str, str], *, size: int, number: int, after: str | None = None
    ) -> str:
        fields = {name: value for name, value in query.items() if not name.startswith("Page")}
        fields |= {"PageSize": str(size), "Page": str(number)}
        if after is not None:
            fields["PageToken"] = f"PA{after}"
        return f"{self.path}.json?{urlencode(fields)}"


def _rfc2822(at: datetime) -> str:
    return format_datetime(at.replace(microsecond=0))


def _number(query: Mapping[str, str], name: str, *, least: int, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise _invalid(name)
    return int(text)


def _asked_for(query: Mapping[str, str]) -> Callable[[TwilioMessage], bool]:
    """Whether a query's filters let a message through."""
    since, until = _dates(query)

    def is_asked_for(message: TwilioMessage) -> bool:
        if query.get("To", message.recipient) != message.recipient:
            return False
        if query.get("From", message.sender) != message.sender:
            return False
        return since <= (message.sent_at or message.created_at) < until

    return is_asked_for


def _dates(query: Mapping[str, str]) -> tuple[datetime, datetime]:
    """The span that the filters leave, its end not in it.

    They are named `DateSent`, `DateSent<` and `DateSent>`, and the day or second they name
    is always in (twilio-python's `page_async` and the message resource's page, read 2026-11).
    """
    since, until = _EVER
    for name in ("DateSent", "DateSent<", "DateSent>"):
        if name in query:
            start, end = _span(query[name])
            since = since if name == "DateSent<" else max(since, start)
            until = until if name == "DateSent>" else min(until, end)
    return since, until


def _span(text: str) -> tuple[datetime, datetime]:
    """The day or second that a date filter names: its start and the start of the next."""
    try:
        if len(text) == len("2026-11-20"):
            start = datetime.combine(date.fromisoformat(text), time(), UTC)
            return start, start + _DAY
        start = datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
    except ValueError as error:
        raise _invalid("DateSent") from error
    return start, start + timedelta(seconds=1)


def _invalid(name: str) -> TwilioRefusal:
    return TwilioRefusal(400, 20001, f"Invalid parameter {name}")
