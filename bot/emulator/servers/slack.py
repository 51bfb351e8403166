"""Slack's Web API, played on loopback: what the bot's Slack client talks to.

It keeps a workspace of messages, checks calls as Slack does, remembers them, and fails when
told to. `slack_people` plays those the bot talks with.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.emulator.servers.faults import Fault, Faults, Refuse
from bot.emulator.servers.slack_arguments import Arguments, SlackRefusal, arguments
from bot.emulator.servers.slack_chat import Answer, SlackChat
from bot.emulator.servers.slack_links import SlackLinks
from bot.emulator.servers.slack_messages import SlackMessages, SlackPage, shown

_MAX_BODY_BYTES = 1024 * 1024
# https://docs.slack.dev/apis/web-api/rate-limits and the error table that all methods share
# (read 2026-11).
_WORDS = {429: "ratelimited", 500: "internal_error", 503: "service_unavailable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackCall:
    """A call as it arrived, before it was judged.

    Attributes:
        method: `chat.postMessage`; or `response_url` or `file`, which are no API methods.
        arguments: Query, form or JSON, whichever it was; empty if unreadable.
        token: What was in the Authorization header.
        fault: What the server did to it, None if it answered honestly.
    """

    method: str
    arguments: Mapping[str, JsonValue] = field(repr=False)
    token: str | None = field(repr=False)
    fault: Fault | None


class SlackApi:
    """One workspace with one bot in it.

    Args:
        token: The only bot token it takes, `xoxb-…`.
        now: The clock that timestamps are made of.
        channels: The only channels there are; None lets them come to be on first use.
        names: What people are called, by user id; others have a made-up name.
        keep: How many calls, and messages of a channel, are remembered.
        trusts_threads: Whether a thread it never saw is taken on trust, because people write
            to the bot past this server too.
    """

    team, team_name = "T0BATON", "Baton"
    bot_user, bot_id, app_id = "U0BATONBOT", "B0BATON", "A0BATON"

    def __init__(
        self,
        *,
        token: str,
        now: Callable[[], datetime],
        channels: Collection[str] | None = None,
        names: Mapping[str, str] | None = None,
        keep: int = 10_000,
        trusts_threads: bool = False,
    ) -> None:
        self._token = token
        self._names = names or {}
        self._calls: deque[SlackCall] = deque(maxlen=keep)
        self.faults = Faults()
        self.messages = SlackMessages(
            now, known=channels, keep=keep, trusts_threads=trusts_threads
        )
        self.chat = SlackChat(self.messages, now, user=self.bot_user, bot_id=self.bot_id)
        self.links = SlackLinks(
            self.messages, now, user=self.bot_user, bot_id=self.bot_id, keep=keep
        )
        self._methods: Mapping[str, Callable[[Arguments], Answer]] = {
            "assistant.threads.setStatus": self.chat.set_status,
            "auth.test": self._identity,
            "chat.appendStream": self.chat.append_stream,
            "chat.delete": self.chat.delete,
            "chat.postEphemeral": self.chat.post_ephemeral,
            "chat.postMessage": self.chat.post,
            "chat.startStream": self.chat.start_stream,
            "chat.stopStream": self.chat.stop_stream,
            "chat.update": self.chat.update,
            "conversations.history": self._history,
            "conversations.open": self._open,
            "conversations.replies": self._replies,
            "reactions.add": self.chat.react,
            "users.info": self._user,
        }
        self.app = Starlette(
            routes=[
                Route("/api/{method}", self._call, methods=["GET", "POST"]),
                Route("/response/{key}", self._respond, methods=["POST"]),
                Route("/files/{key}/{name}", self._file, methods=["GET"]),
            ],
            max_body_size=_MAX_BODY_BYTES,
        )

    @property
    def calls(self) -> tuple[SlackCall, ...]:
        """What was called, oldest first."""
        return tuple(self._calls)

    def next(
        self,
        status: int,
        *,
        retry_after_s: int | None = None,
        code: str | None = None,
        method: str | None = None,
        times: int = 1,
    ) -> None:
        """Refuse the next calls, of one method or of any.

        Args:
            status: HTTP status; 200 with a `code` is how Slack says most of its errors.
            retry_after_s: The Retry-After header.
            code: Slack's error word, where not the usual one of the status.
            method: Only this one's calls, named as in `SlackCall`.
            times: How many calls.
        """
        fault = Refuse(status, retry_after_s=retry_after_s, code=code)
        self.faults.queue(fault, method=method, times=times)

    async def _call(self, request: Request) -> Response:
        method = str(request.path_params["method"])
        given, token, fault = await self._noted(method, request)

        def accept() -> Response:
            try:
                self._authenticate(token)
                perform = self._methods.get(method, _unknown)
                return JSONResponse(perform(_readable(given)))
            except SlackRefusal as refusal:
                return JSONResponse({"ok": False, "error": refusal.error})

        return self.faults.answer(fault, accept=accept, refuse=_refused)

    async def _respond(self, request: Request) -> Response:
        given, _, fault = await self._noted("response_url", request)

        def accept() -> Response:
            try:
                self.links.respond(request.path_params["key"], _readable(given))
            except SlackRefusal as refusal:
                # As others have met it; Slack's page does not say (read 2026-11).
                return JSONResponse({"ok": False, "error": refusal.error}, 404)
            return PlainTextResponse("ok")

        return self.faults.answer(fault, accept=accept, refuse=_refused)

    async def _file(self, request: Request) -> Response:
        _, token, fault = await self._noted("file", request)

        def accept() -> Response:
            if token != self._token:
                # Without a token Slack leads to its sign-in page
                # (https://docs.slack.dev/reference/objects/file-object, read 2026-11).
                return RedirectResponse("/", 302)
            if (file := self.links.file(request.path_params["key"])) is None:
                return Response(status_code=404)
            return Response(file.content, media_type=file.mimetype)

        return self.faults.answer(fault, accept=accept, refuse=_refused)

    async def _noted(
        self, method: str, request: Request
    ) -> tuple[Arguments | SlackRefusal, str | None, Fault | None]:
        """Remember a call; its arguments or why they are unreadable, its token, its fault."""
        given: Arguments | SlackRefusal
        try:
            given = await arguments(request)
        except SlackRefusal as refusal:
            given = refusal
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        call = SlackCall(
            method=method,
            arguments=given.values if isinstance(given, Arguments) else {},
            token=token if scheme.lower() == "bearer" else None,
            fault=self.faults.take(method),
        )
        self._calls.append(call)
        return given, call.token, call.fault

    def _authenticate(self, token: str | None) -> None:
        if not token:
            raise SlackRefusal("not_authed")
        if token != self._token:
            raise SlackRefusal("invalid_auth")

    def _identity(self, _: Arguments) -> Answer:
        """`auth.test` (https://docs.slack.dev/reference/methods/auth.test, read 2026-11)."""
        return {
            "ok": True,
            "url": "https://baton.slack.com/",
            "team": self.team_name,
            "user": "baton",
            "team_id": self.team,
            "user_id": self.bot_user,
            "bot_id": self.bot_id,
            "is_enterprise_install": False,
        }

    def _history(self, given: Arguments) -> Answer:
        return _listed(self.messages.history(given), given) | {"pin_count": 0}

    def _replies(self, given: Arguments) -> Answer:
        return _listed(self.messages.replies(given), given)

    def _open(self, given: Arguments) -> Answer:
        """`conversations.open` of a direct chat (…/methods/conversations.open, read 2026-11)."""
        if not (name := given.text("users") or given.text("channel")):
            raise SlackRefusal("users_list_not_supplied")
        return {"ok": True, "channel": {"id": self.messages.channel(name)}}

    def _user(self, given: Arguments) -> Answer:
        """`users.info` (https://docs.slack.dev/reference/methods/users.info, read 2026-11)."""
        user = given.text("user")
        if not user.startswith(("U", "W")):
            raise SlackRefusal("user_not_found")
        name = self._names.get(user, f"Person {user[-4:]}")
        profile: Answer = {"real_name": name, "display_name": name}
        return {
            "ok": True,
            "user": {
                "id": user,
                "team_id": self.team,
                "name": name.lower().replace(" ", "."),
                "real_name": name,
                "deleted": False,
                "is_bot": user == self.bot_user,
                "tz": "Europe/Amsterdam",
                "tz_offset": 3600,
                "locale": "en-GB",
                "profile": profile,
            },
        }


def _unknown(_: Arguments) -> Answer:
    raise SlackRefusal("unknown_method")


def _readable(given: Arguments | SlackRefusal) -> Arguments:
    if isinstance(given, SlackRefusal):
        raise given
    return given


def _listed(page: SlackPage, given: Arguments) -> Answer:
    """A page as conversations.history and .replies give it (read 2026-11)."""
    with_metadata = given.is_set("include_all_metadata")
    answer: Answer = {
        "ok": True,
        "messages": [shown(one, with_metadata=with_metadata) for one in page.messages],
        "has_more": bool(page.next_cursor),
    }
    if page.next_cursor:
        answer["response_metadata"] = {"next_cursor": page.next_cursor}
    return answer


def _refused(refuse: Refuse) -> Response:
    word = refuse.code or _WORDS.get(refuse.status, "fatal_error")
    headers = {} if refuse.retry_after_s is None else {"Retry-After": str(refuse.retry_after_s)}
    return JSONResponse({"ok": False, "error": word}, refuse.status, headers)
