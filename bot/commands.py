"""The control lane: commands, edits and deletions, handled beside the turn they concern."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never
from uuid import uuid4

import structlog

from bot.ports import Clock, Model
from bot.standing import Limits
from bot.voice import Voice
from channels.port import Channel
from context import notices
from context.messages import (
    AgentId,
    Command,
    Deleted,
    Edited,
    InboundMessage,
    Provider,
    Said,
    SessionId,
    TraceId,
    TurnId,
)
from context.session import Agent
from storage.control import Control
from storage.lanes import Claim, Lanes
from storage.outbox import Kind, Spoken
from storage.sessions import Sessions

COMMANDS = ("help", "context", "new", "stop")
"""What the bot can be asked for today."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One command, the session it acts on, and how to answer it."""

    claim: Claim
    message: InboundMessage
    session_id: SessionId
    turn_id: TurnId
    voice: Voice
    elsewhere: bool

    def answer(self, text: str) -> tuple[Spoken, ...]:
        """Answer, saying which session is meant where that is not plain."""
        told = notices.in_latest_thread(text) if self.elsewhere else text
        return self.voice.say(Kind.COMMAND, told)


class Commands:
    """Handles what waits in a session's control lane."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        control: Control,
        sessions: Sessions,
        model: Model,
        channels: Mapping[Provider, Channel],
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._lanes = lanes
        self._control = control
        self._sessions = sessions
        self._model = model
        self._channels = channels
        self._clock = clock
        self._limits = limits

    async def handle(self, claim: Claim) -> None:
        """Handle everything that waits, in order.

        Raises:
            SessionConflict: The claim is lost.
            StoreUnavailable: The database is out of reach; nothing is lost.
        """
        while True:
            for message in await self._control.waiting(claim, now=self._clock.now()):
                match message.content:
                    case Command() as command:
                        await self._obey(claim, message, command)
                    case Edited():
                        await self._control.amend(claim, message, now=self._clock.now())
                    case Deleted():
                        await self._control.withdraw(claim, message, now=self._clock.now())
                    case Said():
                        raise TypeError("what is said belongs to a turn")
                    case never:
                        assert_never(never)
            if await self._lanes.let_go(claim):
                return

    async def _obey(self, claim: Claim, message: InboundMessage, command: Command) -> None:
        asked = await self._asked(claim, message, command)
        log.info(
            "command.taken", command=command.name if command.name in COMMANDS else "unknown"
        )
        match command.name:
            case "stop":
                await self._stop(asked)
            case "new":
                await self._begin_anew(asked)
            case "context":
                await self._answer(asked, await self._context(asked.session_id))
            case "help":
                await self._answer(
                    asked, notices.help_text(COMMANDS, prefix=asked.voice.prefix)
                )
            case _:
                told = notices.unknown_command(
                    command.name, COMMANDS, prefix=asked.voice.prefix
                )
                await self._answer(asked, told)

    async def _asked(self, claim: Claim, message: InboundMessage, command: Command) -> _Asked:
        """Find the session that a command means: where it was given, or the latest there."""
        session_id = claim.session_id
        if command.latest_session:
            latest = await self._control.latest_session(
                message.platform, message.user_id, message.conversation
            )
            session_id = latest or session_id
        turn_id = TurnId(uuid4().hex)
        channel = self._channels[message.reply_to.provider]
        return _Asked(
            claim=claim,
            message=message,
            session_id=session_id,
            turn_id=turn_id,
            voice=Voice(channel, message.reply_to, turn_id=turn_id),
            elsewhere=session_id != claim.session_id,
        )

    async def _answer(self, asked: _Asked, text: str) -> None:
        await self._control.answer(
            asked.claim,
            asked.message,
            asked.answer(text),
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )

    async def _stop(self, asked: _Asked) -> None:
        await self._control.stop(
            asked.claim,
            asked.message,
            lambda refused: asked.answer(
                notices.stopped(refused) if refused else notices.nothing_to_stop()
            ),
            session_id=asked.session_id,
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )

    async def _begin_anew(self, asked: _Asked) -> None:
        message = asked.message
        successor = Agent(
            agent_id=AgentId(f"{asked.turn_id}-1"),
            trace_id=TraceId(asked.turn_id),
            session_id=asked.session_id,
            person_id=asked.claim.person_id,
            user_id=message.user_id,
            platform=message.platform,
            provider=message.reply_to.provider,
            started_at=self._clock.now(),
        )
        await self._control.stop(
            asked.claim,
            message,
            lambda _: asked.answer(notices.new_started()),
            session_id=asked.session_id,
            turn_id=asked.turn_id,
            successor=successor,
            now=self._clock.now(),
        )

    async def _context(self, session_id: SessionId) -> str:
        agent = await self._sessions.current(session_id)
        window = await self._model.window()
        limit_tokens = min(self._limits.tokens, window.limit_tokens)
        if agent is None:
            return notices.context_unused(limit_tokens=limit_tokens)
        return notices.context_text(
            occupied_tokens=agent.occupied_tokens,
            limit_tokens=limit_tokens,
            version=agent.version,
            turns=agent.turns,
        )
