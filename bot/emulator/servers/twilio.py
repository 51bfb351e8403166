"""Twilio's REST API, played on loopback: what the bot's Twilio client talks to.

It keeps an account's messages, checks calls as Twilio does, remembers them, reports how
messages fare, and fails when told to. `twilio_people` plays those the bot talks with.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.emulator.servers.faults import Faults, Refuse
from bot.emulator.servers.twilio_calls import (
    TwilioCall,
    check_outbound,
    faulty,
    refused,
    twilio_call,
)
from bot.emulator.servers.twilio_messages import (
    API_VERSION,
    TwilioMessage,
    TwilioMessages,
    TwilioRefusal,
)
from bot.emulator.servers.twilio_webhooks import TwilioWebhooks
from bot.emulator.servers.webhooks import Delivered, Undelivered, Webhook

_MAX_BODY_BYTES = 1024 * 1024


class TwilioApi:
    """One account.

    Args:
        account_sid: `AC…`.
        auth_token: Its password, and what its webhooks are signed with.
        now: The clock that ids and dates are made of.
        senders: The only addresses one may send from; None lets any.
        reports: Statuses that every message goes through at once, each with a callback;
            without any they wait for `report`.
        bot_origin: Where the bot really listens, if not where its addresses point.
        keep: How many calls and messages are remembered.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        now: Callable[[], datetime],
        senders: Collection[str] | None = None,
        reports: Sequence[str] = (),
        bot_origin: str | None = None,
        keep: int = 10_000,
    ) -> None:
        self.account_sid = account_sid
        self._credentials = (account_sid, auth_token)
        self._senders = senders
        self._reports = reports
        self._calls: deque[TwilioCall] = deque(maxlen=keep)
        self.faults = Faults()
        self.messages = TwilioMessages(now, account_sid=account_sid, keep=keep)
        self.webhooks = TwilioWebhooks(auth_token=auth_token, bot_origin=bot_origin)
        account = f"/{API_VERSION}/Accounts/{{account}}"
        self.app = Starlette(
            routes=[
                Route(f"{account}.json", self._own, methods=["GET"]),
                Route(f"{account}/Messages.json", self._create, methods=["POST"]),
                Route(f"{account}/Messages.json", self._list, methods=["GET"]),
                Route(f"{account}/Messages/{{sid}}.json", self._fetch, methods=["GET"]),
                Route(f"{account}/Messages/{{sid}}/Media/ME{{media:int}}", self._media),
                Route("/v2/Indicators/Typing.json", self._type, methods=["POST"]),
                Route("/media/{sid}/{media:int}", self._content, name="content"),
            ],
            max_body_size=_MAX_BODY_BYTES,
        )

    @property
    def calls(self) -> tuple[TwilioCall, ...]:
        """What was called, oldest first."""
        return tuple(self._calls)

    def next(
        self,
        status: int,
        *,
        retry_after_s: int | None = None,
        code: int | None = None,
        method: str | None = None,
        times: int = 1,
    ) -> None:
        """Refuse the next calls, of one method or of any.

        Args:
            status: HTTP status.
            retry_after_s: The Retry-After header.
            code: Twilio's error code, where not the usual one of the status.
            method: Only this one's calls, named as in `TwilioCall`.
            times: How many calls.
        """
        word = None if code is None else str(code)
        fault = Refuse(status, retry_after_s=retry_after_s, code=word)
        self.faults.queue(fault, method=method, times=times)

    def told(self, sid: str, status: str, *, error_code: int | None = None) -> Webhook | None:
        """Let a message come to a status; the callback of it, if the bot wants one.

        Shape: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
        (read 2026-11).
        """
        message = replace(self.messages.get(sid), status=status, error_code=error_code)
        self.messages.keep(message)
        if message.status_callback is None:
            return None
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": API_VERSION,
            "ChannelPrefix": "whatsapp",
            "ChannelToAddress": message.recipient.removeprefix("whatsapp:"),
            "From": message.sender,
            "MessageSid": sid,
            "MessageStatus": status,
            "SmsSid": sid,
            "SmsStatus": status,
            "To": message.recipient,
        }
        if error_code is not None:
            fields["ErrorCode"] = str(error_code)
        if status == "read":
            fields["EventType"] = "READ"
        return self.webhooks.form(message.status_callback, fields, event=f"{sid} {status}")

    async def report(
        self, sid: str, status: str, *, error_code: int | None = None
    ) -> Delivered | None:
        """Let a message come to a status and call back; None if the bot wants no call.

        Raises:
            Undelivered: The bot gave no answer.
        """
        webhook = self.told(sid, status, error_code=error_code)
        return None if webhook is None else await self.webhooks.deliver(webhook)

    async def _own(self, request: Request) -> Response:
        return await self._answered("accounts.fetch", request, self._described)

    async def _create(self, request: Request) -> Response:
        return await self._answered("messages.create", request, self._accept)

    async def _list(self, request: Request) -> Response:
        return await self._answered("messages.list", request, self._listed)

    async def _fetch(self, request: Request) -> Response:
        return await self._answered("messages.fetch", request, self._fetched)

    async def _media(self, request: Request) -> Response:
        return await self._answered("media.fetch", request, self._located)

    async def _type(self, request: Request) -> Response:
        return await self._answered("typing.create", request, self._typing)

    async def _content(self, request: Request) -> Response:
        return await self._answered("media.content", request, self._stored)

    async def _answered(
        self, method: str, request: Request, perform: Callable[[TwilioCall, Request], Response]
    ) -> Response:
        """Remember a call, and answer it as Twilio or as its fault does."""
        call = await twilio_call(method, request, fault=self.faults.take(method))
        self._calls.append(call)

        def accept() -> Response:
            try:
                self._authenticate(call, request)
                return perform(call, request)
            except TwilioRefusal as refusal:
                return refused(refusal)

        return self.faults.answer(call.fault, accept=accept, refuse=faulty)

    def _authenticate(self, call: TwilioCall, request: Request) -> None:
        # Storage is another host's: it wants its signed address and nothing else.
        is_open = call.method == "media.content"
        if not is_open and (call.username, call.password) != self._credentials:
            raise TwilioRefusal(401, 20003, "Authenticate")
        if request.path_params.get("account", self.account_sid) != self.account_sid:
            raise TwilioRefusal(404, 20404, "The requested resource was not found")

    def _described(self, _call: TwilioCall, _request: Request) -> Response:
        """The account (https://www.twilio.com/docs/iam/api/account, read 2026-11)."""
        account = {"sid": self.account_sid, "friendly_name": "Emulated", "type": "Full"}
        return JSONResponse({**account, "status": "active"})

    def _accept(self, call: TwilioCall, _: Request) -> Response:
        """Take a message; it is on its way as soon as this is answered."""
        check_outbound(call, senders=self._senders)
        at = self.messages.now()
        message = self.messages.keep(
            TwilioMessage(
                sid=self.messages.sid("MM" if call.media_urls else "SM"),
                direction="outbound-api",
                sender=call.form["From"],
                recipient=call.form["To"],
                body=call.form.get("Body", ""),
                status="sent",
                created_at=at,
                sent_at=at,
                status_callback=call.form.get("StatusCallback"),
                media_urls=call.media_urls,
            )
        )
        queued = replace(message, status="queued", sent_at=None)
        reports = BackgroundTask(self._report_all, message.sid)
        return JSONResponse(self.messages.resource(queued), 201, background=reports)

    async def _report_all(self, sid: str) -> None:
        for status in self._reports:
            try:
                await self.report(sid, status)
            except Undelivered:
                continue  # The next callback may find the bot again.

    def _listed(self, call: TwilioCall, _: Request) -> Response:
        return JSONResponse(self.messages.page(call.form))

    def _fetched(self, _: TwilioCall, request: Request) -> Response:
        message = self.messages.get(request.path_params["sid"])
        return JSONResponse(self.messages.resource(message))

    def _typing(self, call: TwilioCall, _: Request) -> Response:
        """Show the bot typing (https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource, read 2026-11)."""
        if call.form.get("channel") != "whatsapp":
            raise TwilioRefusal(400, 20001, "Invalid parameter channel")
        self.messages.get(call.form.get("messageId", ""))
        return JSONResponse({"success": True})

    def _located(self, _: TwilioCall, request: Request) -> Response:
        """Lead to where the bytes are (…/docs/messaging/api/media-resource, read 2026-11)."""
        message, index = self._attached(request)
        url = request.url_for("content", sid=message.sid, media=index)
        return RedirectResponse(url, 307)

    def _stored(self, _: TwilioCall, request: Request) -> Response:
        """The bytes; like other storage with signed addresses it takes no second credential."""
        if "authorization" in request.headers:
            return Response("Only one auth mechanism allowed", 400)
        message, index = self._attached(request)
        media = message.media[index]
        return Response(media.content, media_type=media.content_type)

    def _attached(self, request: Request) -> tuple[TwilioMessage, int]:
        message = self.messages.get(request.path_params["sid"])
        index = request.path_params["media"]
        if index >= len(message.media):
            raise TwilioRefusal(404, 20404, "The requested resource was not found")
        return message, index
