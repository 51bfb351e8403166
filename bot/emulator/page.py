"""The page at `/emulator`: write as either kind of user, watch the window fill.

The page polls one JSON document and posts what the person writes; the messages themselves go
through the played platforms and the bot's own webhooks, signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.emulator.emulator import Emulator, PlayedSlack, PlayedTwilio
from bot.emulator.servers.slack import SlackApi
from bot.emulator.servers.slack_messages import direct_channel
from bot.emulator.servers.webhooks import Undelivered
from channels.slack_web import receipt
from context.messages import SLACK, WHATSAPP, SessionId, UserId, session_id
from context.session import Agent
from storage.outbox import Kind, Outbox
from storage.sessions import Sessions

ANAS_NUMBER = "+14155550100"
BENS_ID = "U1BEN"

_SHOWN_CHARS = 300
_MOST_CHARS = 3_000_000
# The stand-in counts four bytes a token (`servers/tokens.py`); only it is ever filled.
_BYTES_PER_TOKEN = 4
_FILLER = "This line only takes up room in the window. "

PlatformName = Literal["whatsapp", "slack"]


class _Writing(BaseModel):
    """What the page posts to write: `{"platform": "slack", "text": "Hello"}`."""

    model_config = ConfigDict(extra="forbid")

    platform: PlatformName
    text: Annotated[str, Field(min_length=1, max_length=_MOST_CHARS)]


class _Filling(BaseModel):
    """What the page posts to fill a window: `{"platform": "slack", "share": 0.78}`."""

    model_config = ConfigDict(extra="forbid")

    platform: PlatformName
    share: Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorPage:
    """The page and what it asks for.

    Attributes:
        emulated: The played platforms; a pane is shown for each.
        sessions: Where the gauge comes from.
        outbox: What tells a notice from an answer: on the platform both are messages.
        limit_tokens: What an agent may hold, as configured.
    """

    emulated: Emulator
    sessions: Sessions
    outbox: Outbox
    limit_tokens: int

    def routes(self) -> Sequence[BaseRoute]:
        """Give the routes of the page."""
        return (
            Route("/emulator", self._page),
            Route("/emulator/state", self._state),
            Route("/emulator/write", self._write, methods=["POST"]),
            Route("/emulator/fill", self._fill, methods=["POST"]),
        )

    async def _page(self, _request: Request) -> Response:
        page = resources.files("bot.emulator").joinpath("page.html").read_text("utf-8")
        policy = "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
        return HTMLResponse(page, headers={"content-security-policy": policy})

    async def _state(self, _request: Request) -> Response:
        panes = {}
        if (twilio := self.emulated.twilio) is not None:
            panes["whatsapp"] = await self._pane("whatsapp", _whatsapp(twilio))
        if (slack := self.emulated.slack) is not None:
            panes["slack"] = await self._pane("slack", _slack(slack))
        stand_in = self.emulated.model is not None
        return JSONResponse({"panes": panes, "stand_in": stand_in})

    async def _write(self, request: Request) -> Response:
        try:
            writing = _Writing.model_validate_json(await request.body())
        except ValidationError:
            return JSONResponse({"error": "write some text"}, 422)
        return await self._say(writing.platform, writing.text)

    async def _fill(self, request: Request) -> Response:
        """Write one long message, so that the window is full up to a share of its limit."""
        try:
            filling = _Filling.model_validate_json(await request.body())
        except ValidationError:
            return JSONResponse({"error": "name a platform and a share"}, 422)
        if self.emulated.model is None:
            error = "only the offline stand-in's window is filled: real tokens cost money"
            return JSONResponse({"error": error}, 409)
        agents = await self.sessions.agents(_session(filling.platform))
        occupied_tokens = agents[-1].occupied_tokens if agents else 0
        missing_tokens = int(self.limit_tokens * filling.share) - occupied_tokens
        if missing_tokens <= 0:
            return JSONResponse({"sent_tokens": 0})
        lines = missing_tokens * _BYTES_PER_TOKEN // len(_FILLER)
        return await self._say(filling.platform, (_FILLER * max(lines, 1)).strip())

    async def _say(self, platform: PlatformName, text: str) -> Response:
        try:
            status = await self._delivered(platform, text)
        except Undelivered as error:
            return JSONResponse({"error": f"the bot did not answer: {error.reason}"}, 502)
        if status is None:
            return JSONResponse({"error": f"{platform} is real here, so write there"}, 409)
        return JSONResponse({"webhook_status": status})

    async def _delivered(self, platform: PlatformName, text: str) -> int | None:
        """Write as the platform's user; the status that the bot's webhook answered with."""
        if platform == "whatsapp":
            if (twilio := self.emulated.twilio) is None:
                return None
            texted = twilio.people.text(ANAS_NUMBER, text)
            return (await twilio.api.webhooks.deliver(texted.webhook)).status
        if (slack := self.emulated.slack) is None:
            return None
        if text.startswith("/baton"):
            webhook = slack.people.command(BENS_ID, text.removeprefix("/baton").strip())
        else:
            webhook = slack.people.say(BENS_ID, text).webhook
        return (await slack.webhooks.deliver(webhook)).status

    async def _pane(
        self, platform: PlatformName, said: Sequence[Mapping[str, object]]
    ) -> Mapping[str, object]:
        session = _session(platform)
        agents = await self.sessions.agents(session)
        kinds = await self.outbox.kinds(session, [str(message["key"]) for message in said])
        return {
            "messages": [_labelled(message, kinds) for message in said],
            "agents": [_shown_agent(agent) for agent in agents],
            "limit_tokens": self.limit_tokens,
        }


def _session(platform: PlatformName) -> SessionId:
    if platform == "whatsapp":
        return session_id(WHATSAPP, UserId(ANAS_NUMBER), "direct")
    user_id = UserId(f"{SlackApi.team}:{BENS_ID}")
    return session_id(SLACK, user_id, direct_channel(BENS_ID))


def _whatsapp(twilio: PlayedTwilio) -> Sequence[Mapping[str, object]]:
    mine = f"whatsapp:{ANAS_NUMBER}"
    return [
        _shown_message(message.sid, message.body, is_mine=message.sender == mine)
        | {"status": message.status}
        for message in twilio.api.messages.seen()
        if mine in {message.sender, message.recipient}
    ]


def _slack(slack: PlayedSlack) -> Sequence[Mapping[str, object]]:
    return [
        _shown_message(
            receipt(message.channel, message.ts), message.text, is_mine=message.user == BENS_ID
        )
        for message in slack.api.messages.seen(direct_channel(BENS_ID))
    ]


def _shown_message(key: str, text: str, *, is_mine: bool) -> dict[str, object]:
    hidden = len(text) - _SHOWN_CHARS
    shown = f"{text[:_SHOWN_CHARS]}… ({hidden:,} more characters)" if hidden > 0 else text
    return {"key": key, "text": shown, "mine": is_mine}


def _labelled(
    message: Mapping[str, object], kinds: Mapping[str, tuple[Kind, str | None]]
) -> Mapping[str, object]:
    """Add what the bot knows of a message of its own, once it has the platform's receipt."""
    kind, notice = kinds.get(str(message["key"]), (None, None))
    return {**message, "kind": kind, "notice": notice}


def _shown_agent(agent: Agent) -> Mapping[str, object]:
    return {
        "version": agent.version,
        "trace_id": agent.trace_id,
        "state": agent.state,
        "occupied_tokens": agent.occupied_tokens,
        "peak_tokens": agent.peak_tokens,
        "turns": agent.turns,
        "handoff_id": agent.began_from,
    }
