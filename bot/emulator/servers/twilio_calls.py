"""Calls to Twilio's API as they arrive, and what it answers to bad ones."""

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.emulator.servers.faults import Fault, Refuse
from bot.emulator.servers.lengths import utf16_units
from bot.emulator.servers.twilio_messages import TwilioRefusal

# https://www.twilio.com/docs/api/errors/21617 (read 2026-11).
_BODY_CHARS = 1_600
# A number, or where it is hidden a business-scoped user id.
_ADDRESS = re.compile(r"whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9]{1,128})")
# https://www.twilio.com/docs/api/errors (read 2026-11).
_USUAL_CODES = {429: (20429, "Too Many Requests"), 503: (20503, "Service unavailable")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioCall:
    """A call as it arrived, before it was judged.

    Attributes:
        method: `messages.create`, `messages.list`, `messages.fetch`, `typing.create`,
            `media.fetch` or `media.content`.
        form: The fields of its form or query; of a repeated one the last.
        media_urls: Every `MediaUrl`.
        username: Who authenticated; None without Basic authorization.
        password: Likewise.
        fault: What the server did to it, None if it answered honestly.
    """

    method: str
    form: Mapping[str, str] = field(repr=False)
    media_urls: tuple[str, ...] = field(repr=False)
    username: str | None
    password: str | None = field(repr=False)
    fault: Fault | None


async def twilio_call(method: str, request: Request, *, fault: Fault | None) -> TwilioCall:
    """Read a request; what cannot be decoded is replaced."""
    body = (await request.body()).decode(errors="replace")
    pairs = parse_qsl(body or request.url.query, keep_blank_values=True)
    username, password = _basic(request.headers.get("authorization", ""))
    return TwilioCall(
        method=method,
        form=dict(pairs),
        media_urls=tuple(value for name, value in pairs if name == "MediaUrl"),
        username=username,
        password=password,
        fault=fault,
    )


def check_outbound(call: TwilioCall, *, senders: Collection[str] | None) -> None:
    """Check a message as Twilio does before it takes it.

    Args:
        call: Of `messages.create`.
        senders: The only addresses one may send from; None lets any.

    Raises:
        TwilioRefusal: 21604, 21211, 21603, 63007, 21617, 21619 or 21609.
    """
    form = call.form
    sender = form.get("From", "")
    wrongs: tuple[tuple[bool, int, str], ...] = (
        (not form.get("To"), 21604, "A 'To' phone number is required"),
        (not _ADDRESS.fullmatch(form.get("To", "")), 21211, "Invalid 'To' Phone Number"),
        (not sender, 21603, "A 'From' phone number is required"),
        (senders is not None and sender not in senders, 63007, "No Channel with that From"),
        (utf16_units(form.get("Body", "")) > _BODY_CHARS, 21617, "Over 1600 characters"),
        (
            not (form.get("Body") or form.get("ContentSid") or call.media_urls),
            21619,
            "A text message body or media urls must be specified",
        ),
        (
            not form.get("StatusCallback", "https:").startswith(("http:", "https:")),
            21609,
            "Invalid 'StatusCallback' URL",
        ),
    )
    for is_wrong, code, says in wrongs:
        if is_wrong:
            raise TwilioRefusal(400, code, says)


def refused(refusal: TwilioRefusal) -> Response:
    """An error as Twilio puts it (https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions, read 2026-11)."""
    body = {
        "code": refusal.code,
        "message": refusal.says,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    return JSONResponse(body, refusal.status)


def faulty(refuse: Refuse) -> Response:
    """A refusal that was ordered, not earned."""
    code, says = _USUAL_CODES.get(refuse.status, (20500, "Internal Server Error"))
    if refuse.code is not None:
        code, says = int(refuse.code), "Refused"
    response = refused(TwilioRefusal(refuse.status, code, says))
    if refuse.retry_after_s is not None:
        response.headers["Retry-After"] = str(refuse.retry_after_s)
    return response


def _basic(authorization: str) -> tuple[str | None, str | None]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        username, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return username, password
