"""How a turn is opened: who answers it, from what, and whether that fits."""

from dataclasses import replace
from datetime import datetime

from bot.agents.loop import prompt_of
from bot.limits import Limits
from bot.ports import Clock, Model, Tools
from bot.standing import Before, Standing, Turn, swapped, task
from bot.stored import read_back
from bot.succession import briefed
from bot.voice import Voice
from channels.port import Channel
from context.handoff import HandoffDocument
from context.instructions import INSTRUCTIONS
from context.language import Language
from context.messages import AgentId, SessionId, TraceId
from context.prompt import Item, PromptMessage, assembled, mail_blocks
from context.session import Agent
from context.tools import estimated_tool_tokens
from storage.lanes import Claim
from storage.mailbox import Mail
from storage.sessions import Opened, Sessions

_NEXT = PromptMessage(role="user", blocks=({"type": "text", "text": "."},))
"""The least that a person can say: no API counts what ends with an answer."""


class Opening:
    """Reads what a turn begins with."""

    def __init__(
        self, *, sessions: Sessions, model: Model, tools: Tools, clock: Clock, limits: Limits
    ) -> None:
        self._sessions = sessions
        self._model = model
        self._offered = tools.offered
        self._clock = clock
        self._limits = limits

    async def limit_tokens(self) -> int:
        """What one agent may hold: the configured limit, or the model's where that is less."""
        window = await self._model.window()
        return min(self._limits.tokens, window.limit_tokens)

    async def opened(self, session_id: SessionId) -> Opened:
        """Read a session as a turn finds it.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        return await self._sessions.open(session_id)

    async def counted(self, briefing: str | None, items: tuple[Item, ...]) -> int | None:
        """Have a prompt counted as it would be sent; None where that can't be had."""
        prompt = assembled(
            instructions=INSTRUCTIONS,
            briefing=briefing,
            items=items,
            max_output_tokens=1,
        )
        said = prompt.messages
        if said and said[-1].role == "assistant":
            said = (*said, _NEXT)
        return await self._model.count(replace(prompt, messages=said, tools=self._offered))

    async def turn(self, claim: Claim, mail: Mail, voice: Voice) -> Turn:
        """Lay down what stays the same while the turn is worked on."""
        window = await self._model.window()
        user_id = mail.messages[-1].user_id
        return Turn(
            claim=claim,
            mail=mail,
            voice=voice,
            limit_tokens=min(self._limits.tokens, window.limit_tokens),
            answer_tokens=window.output_tokens,
            is_managed=self._limits.manages(user_id),
            thresholds=self._limits.thresholds_of(user_id),
            limits=self._limits,
        )

    async def standing(self, turn: Turn, channel: Channel) -> Standing:
        """See who answers; a turn that was interrupted goes on after its last step."""
        opened = await self._sessions.open_for_prompt(turn.claim.session_id)
        agent = opened.agent or _first_agent(turn, opened, started_at=self._clock.now())
        agent, summary = swapped(agent, opened.past)
        if summary is None and not opened.is_whole:
            # A summary that cannot be read stands for nothing.
            opened = await self._sessions.open(turn.claim.session_id)
        own = tuple(item for item in opened.items if item.turn_id == turn.turn_id)
        standing = Standing(
            agent=agent,
            briefing=opened.briefing or briefed(read_back(HandoffDocument, opened.document)),
            items=tuple(item for item in opened.items if item.turn_id != turn.turn_id),
            own=own,
            fresh=() if own else (await self._person_item(turn, opened, channel),),
            is_greeted=opened.greeted,
            offered_tokens=estimated_tool_tokens(self._offered),
            summary=summary,
            past=opened.past,
            noted_to=opened.noted_to,
            notices=opened.notices,
            language=_language(turn, opened),
        )
        return await self.measured(turn, standing)

    async def before(self, turn: Turn) -> Before:
        """Read all that stands before a turn, whatever its prompt holds of it."""
        opened = await self._sessions.open(turn.claim.session_id)
        return Before(
            items=tuple(item for item in opened.items if item.turn_id != turn.turn_id),
            document=read_back(HandoffDocument, opened.document),
        )

    async def _person_item(self, turn: Turn, opened: Opened, channel: Channel) -> Item:
        messages = turn.mail.messages
        since = opened.items[-1].said_at if opened.items else None
        overheard = (
            await channel.overheard(messages[-1].reply_to, since=since) if opened.shared else ()
        )
        quoted = tuple((one.speaker, one.text) for one in overheard)
        return Item(
            position=opened.next_position,
            role="user",
            blocks=mail_blocks(messages, overheard=quoted),
            turn_id=turn.turn_id,
            message_ids=tuple(message.message_id for message in messages),
            said_at=messages[-1].sent_at,
        )

    async def measured(self, turn: Turn, standing: Standing) -> Standing:
        """Have the prompt counted where it is not sure to fit.

        The provider counts in a fraction of the time that a refused call takes.
        """
        if standing.most_tokens + turn.smallest_answer_tokens <= turn.limit_tokens:
            return standing
        counted = await self._model.count(prompt_of(task(turn, standing), self._offered))
        return replace(standing, counted_tokens=counted)


def _language(turn: Turn, opened: Opened) -> Language:
    """The language of what the person says now, or else the one they wrote in before."""
    return turn.language or Language.of(opened.language)


def _first_agent(turn: Turn, opened: Opened, *, started_at: datetime) -> Agent:
    """Begin a trace; ids come from the turn, so that taking it again makes the same agent."""
    return Agent(
        agent_id=AgentId(f"{turn.turn_id}-1"),
        trace_id=TraceId(turn.turn_id),
        session_id=opened.session_id,
        person_id=opened.person_id,
        user_id=opened.user_id,
        platform=opened.platform,
        provider=opened.provider,
        history_from=opened.next_position,
        started_at=started_at,
    )
