"""What a person may ask about their context window: tidying up, handing over, and why.

Nobody waits for what takes long: it is asked for as a chore, and said when it is done.
"""

from collections.abc import Sequence

from bot.asked import Asked
from bot.heralds import Herald, tell_ended
from bot.limits import Limits
from bot.ports import Clock
from bot.stored import read_back
from context import history, notices
from context.briefing import fitted
from context.handoff import HandoffDocument, bulleted
from context.messages import AgentId
from context.session import Agent
from storage.chores import ChoreKind, Request
from storage.chronicle import Beginning, Chronicle
from storage.control import Control
from storage.outbox import Spoken
from storage.sessions import Sessions
from storage.undo import Undone

_MOST_EVENTS = 20

_SHOWN_TOKENS = (1_200, 600, 300, 150)
"""What notes are trimmed to until one message of the platform holds them."""

# Figures of the agent before, and turns that this one sees as they were said.
_NOT_SHOWN = {"agent_info", "termination_reason", "token_usage", "recent_turns"}


class WindowCommands:
    """Obeys `compact`, `handoff`, `history` and `why`."""

    def __init__(
        self,
        *,
        control: Control,
        sessions: Sessions,
        chronicle: Chronicle,
        clock: Clock,
        limits: Limits,
        heralds: Sequence[Herald] = (),
    ) -> None:
        self._control = control
        self._sessions = sessions
        self._chronicle = chronicle
        self._clock = clock
        self._limits = limits
        self._heralds = heralds

    async def compact(self, asked: Asked) -> None:
        """Ask for a compaction; what is written behind the command is what it must keep."""
        language = asked.language
        agent = await self._sessions.current(asked.session_id)
        if agent is None or not agent.occupied_tokens:
            await self._answer(asked, notices.nothing_to_compact(language=language))
            return
        if not self._limits.manages(agent.user_id):
            await self._answer(asked, notices.switched_off(language=language))
            return
        begun = asked.answer(notices.compaction_started(language=language))
        await self._ask(asked, agent, kind="compaction", begun=begun)

    async def handoff(self, asked: Asked) -> None:
        """Hand over, show what was handed over, or take it back."""
        match asked.choice:
            case "":
                await self._hand_off(asked)
            case "show":
                await self._show(asked)
            case _:
                await self._undo(asked)

    async def history(self, asked: Asked) -> None:
        """Tell what happened to the window."""
        events = await self._chronicle.happened(asked.session_id, most=_MOST_EVENTS)
        text = history.history_text(events, language=asked.language)
        await self._answer(asked, text)

    async def why(self, asked: Asked) -> None:
        """Tell why the agent sees what it sees."""
        events = await self._chronicle.led_here(asked.session_id)
        text = history.why_text(events, language=asked.language)
        await self._answer(asked, text)

    async def _hand_off(self, asked: Asked) -> None:
        language = asked.language
        agent = await self._sessions.current(asked.session_id)
        # An agent that has answered nothing would only hand on what it was handed.
        if agent is None or not agent.turns:
            await self._answer(asked, notices.nothing_to_hand_off(language=language))
            return
        if not self._limits.manages(agent.user_id):
            await self._answer(asked, notices.switched_off(language=language))
            return
        begun = asked.answer(notices.handoff_started(language=language))
        await self._ask(asked, agent, kind="handoff", begun=begun)

    async def _show(self, asked: Asked) -> None:
        beginning = await self._chronicle.beginning(asked.session_id)
        document = read_back(HandoffDocument, beginning.document) if beginning else None
        if beginning is None or document is None:
            await self._answer(asked, history.no_handoff(language=asked.language))
            return
        spoken = _shown(asked, beginning, document)
        await self._control.answer(
            asked.claim,
            asked.message,
            spoken,
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )

    async def _undo(self, asked: Asked) -> None:
        language = asked.language

        def told(undone: Undone | None) -> tuple[Spoken, ...]:
            if undone is None:
                return asked.answer(notices.nothing_to_undo(language=language))
            return asked.answer(notices.undone(version=undone.version, language=language))

        undone = await self._control.undo(
            asked.claim,
            asked.message,
            told,
            session_id=asked.session_id,
            successor=AgentId(f"{asked.turn_id}-1"),
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )
        ended = undone.ended if undone is not None else None
        await tell_ended(self._heralds, ended, limit_tokens=self._limits.tokens)

    async def _ask(
        self, asked: Asked, agent: Agent, *, kind: ChoreKind, begun: tuple[Spoken, ...]
    ) -> None:
        """Ask for a chore, whose outcome is said where the command was given."""
        request = Request(
            agent_id=agent.agent_id,
            kind=kind,
            trigger="command",
            focus=asked.argument.strip() or None,
            to=asked.message.reply_to,
        )
        await self._control.ask(
            asked.claim,
            asked.message,
            begun,
            request=request,
            session_id=asked.session_id,
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )

    async def _answer(self, asked: Asked, text: str) -> None:
        await self._control.answer(
            asked.claim,
            asked.message,
            asked.answer(text),
            turn_id=asked.turn_id,
            now=self._clock.now(),
        )


def _shown(asked: Asked, beginning: Beginning, document: HandoffDocument) -> tuple[Spoken, ...]:
    """The most of the notes that one message of the platform holds."""
    buttons = notices.buttons("handoff undo", language=asked.language)
    spoken: tuple[Spoken, ...] = ()
    for max_tokens in _SHOWN_TOKENS:
        text = history.handoff_shown(
            _notes(fitted(document, max_tokens=max_tokens)),
            version=beginning.handoff.version,
            successor=beginning.handoff.successor,
            language=asked.language,
        )
        spoken = asked.answer(text, buttons=buttons)
        if len(spoken) == 1:
            break
    return spoken[:1]


def _notes(document: HandoffDocument) -> str:
    """The notes for people to read: what the agent was told, without the fence."""
    return "\n\n".join(
        f"**{name.replace('_', ' ').capitalize()}**\n{bulleted(lines)}"
        for name, lines in document.sections
        if lines and name not in _NOT_SHOWN
    )
