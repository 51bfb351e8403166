"""The control lane: commands, edits and deletions, handled beside the turn they concern."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import assert_never
from uuid import uuid4

import structlog

from bot.asked import Asked
from bot.heralds import Herald, tell_ended
from bot.limits import Limits
from bot.ports import Clock, Model
from bot.voice import Voice
from bot.window_commands import WindowCommands
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
    TraceId,
    TurnId,
)
from context.notices import Preference
from context.session import Agent
from storage.chronicle import Chronicle
from storage.control import Control
from storage.lanes import Claim, Lanes
from storage.sessions import Sessions

COMMANDS = (
    "help",
    "context",
    "compact",
    "handoff",
    "history",
    "why",
    "notices",
    "new",
    "stop",
)
"""What the bot can be asked for, as `help` lists it."""

_PREFERENCES: Mapping[str, Preference] = {"all": "all", "critical": "critical", "off": "off"}
_CHOICES = {
    "handoff": frozenset({"", "show", "undo"}),
    "notices": frozenset({"", *_PREFERENCES}),
}
"""What may stand behind a command that does not take just any words."""

log = structlog.get_logger()


class Commands:
    """Handles what waits in a session's control lane."""

    def __init__(  # noqa: PLR0913 - one for each thing that a command may concern
        self,
        *,
        lanes: Lanes,
        control: Control,
        sessions: Sessions,
        chronicle: Chronicle,
        model: Model,
        channels: Mapping[Provider, Channel],
        clock: Clock,
        limits: Limits,
        heralds: Sequence[Herald] = (),
    ) -> None:
        self._lanes = lanes
        self._control = control
        self._sessions = sessions
        self._model = model
        self._channels = channels
        self._clock = clock
        self._limits = limits
        self._heralds = heralds
        window = WindowCommands(
            control=control,
            sessions=sessions,
            chronicle=chronicle,
            clock=clock,
            limits=limits,
            heralds=heralds,
        )
        self._obeyed: Mapping[str, Callable[[Asked], Awaitable[None]]] = {
            "help": self._help,
            "context": self._context,
            "compact": window.compact,
            "handoff": window.handoff,
            "history": window.history,
            "why": window.why,
            "notices": self._choose_notices,
            "new": self._begin_anew,
            "stop": self._stop,
        }

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
        obey = self._obeyed.get(command.name)
        log.info("command.taken", command=command.name if obey is not None else "unknown")
        if obey is None:
            await self._refuse(asked, command.name)
        elif asked.choice not in _CHOICES.get(command.name, {asked.choice}):
            await self._refuse(asked, f"{command.name} {asked.choice}")
        else:
            await obey(asked)

    async def _asked(self, claim: Claim, message: InboundMessage, command: Command) -> Asked:
        """Find the session that a command means: where it was given, or the latest there."""
        session_id = claim.session_id
        if command.latest_session:
            latest = await self._control.latest_session(
                message.platform, message.user_id, message.conversation
            )
            session_id = latest or session_id
        turn_id = TurnId(uuid4().hex)
        channel = self._channels[message.reply_to.provider]
        return Asked(
            claim=claim,
            message=message,
            argument=command.argument,
            session_id=session_id,
            turn_id=turn_id,
            voice=Voice(channel, message.reply_to, turn_id=turn_id),
            preferences=await self._control.preferences(claim.person_id),
            elsewhere=session_id != claim.session_id,
        )

    async def _answer(self, asked: Asked, text: str) -> None:
        await self._control.answer(
            asked.claim,
            asked.message,
            asked.answer(text),
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )

    async def _help(self, asked: Asked) -> None:
        text = notices.help_text(COMMANDS, prefix=asked.voice.prefix, language=asked.language)
        await self._answer(asked, text)

    async def _refuse(self, asked: Asked, given: str) -> None:
        text = notices.unknown_command(
            given, COMMANDS, prefix=asked.voice.prefix, language=asked.language
        )
        await self._answer(asked, text)

    async def _stop(self, asked: Asked) -> None:
        language = asked.language
        await self._control.stop(
            asked.claim,
            asked.message,
            lambda refused: asked.answer(
                notices.stopped(refused, language=language)
                if refused
                else notices.nothing_to_stop(language=language)
            ),
            session_id=asked.session_id,
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )

    async def _begin_anew(self, asked: Asked) -> None:
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
        ended = await self._control.stop(
            asked.claim,
            message,
            lambda _: asked.answer(notices.new_started(language=asked.language)),
            session_id=asked.session_id,
            turn_id=asked.turn_id,
            successor=successor,
            now=self._clock.now(),
        )
        await tell_ended(self._heralds, ended, limit_tokens=self._limits.tokens)

    async def _choose_notices(self, asked: Asked) -> None:
        """Keep what was chosen, if anything was, and say what holds."""
        chosen = _PREFERENCES.get(asked.choice)
        text = notices.notices_set(
            chosen or asked.preferences.notices,
            prefix=asked.voice.prefix,
            language=asked.language,
        )
        if chosen is None:
            await self._answer(asked, text)
            return
        await self._control.choose_notices(
            asked.claim,
            asked.message,
            asked.answer(text),
            preference=chosen,
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )

    async def _context(self, asked: Asked) -> None:
        agent = await self._sessions.current(asked.session_id)
        window = await self._model.window()
        limit_tokens = min(self._limits.tokens, window.limit_tokens)
        if agent is None:
            text = notices.context_unused(limit_tokens=limit_tokens, language=asked.language)
        else:
            text = notices.context_text(
                occupied_tokens=agent.occupied_tokens,
                limit_tokens=limit_tokens,
                version=agent.version,
                turns=agent.turns,
                turns_left=self._limits.turns_left(
                    agent.user_id,
                    occupied_tokens=agent.occupied_tokens,
                    limit_tokens=limit_tokens,
                    pace_tokens=agent.pace_tokens,
                ),
                language=asked.language,
            )
        await self._answer(asked, text)
