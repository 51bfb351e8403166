"""Handing over: at a turn's end, before a call that would not fit, and between turns by wish."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from bot.agents.loop import Finished
from bot.closing import Ending, Verdict, critical, facts_said, numbers_placeholders
from bot.documents import SMALLEST_SEED_SHARE, Documents
from bot.heralds import Herald, tell_all
from bot.limits import Limits
from bot.opening import Opening
from bot.ports import Clock
from bot.standing import Before, Standing, Turn, swapped
from bot.stored import read_back
from bot.voice import Voice
from channels.port import Channel
from context import notices
from context.categories import Trigger
from context.facts import lasting, merged
from context.guard import SEED_SHARE
from context.handoff import HandoffDocument
from context.language import Language
from context.lifecycle_events import events_of
from context.messages import Provider, TurnId
from context.notices import wanted
from context.session import Agent, Level
from storage.chores import Chore, Chores
from storage.compactions import Compactions
from storage.handing_over import Handoff
from storage.lanes import Claim
from storage.ledger import Closing, Ledger
from storage.outbox import Kind, Spoken
from storage.sessions import Opened

_TRIGGERS = {"command": Trigger.COMMAND, "idle": Trigger.IDLE, "admin": Trigger.ADMIN}

log = structlog.get_logger()


class Handovers:
    """Ends agents, and lets others begin from what they leave."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        compactions: Compactions,
        chores: Chores,
        opening: Opening,
        channels: Mapping[Provider, Channel],
        clock: Clock,
        limits: Limits,
        heralds: Sequence[Herald] = (),
    ) -> None:
        self._ledger = ledger
        self._documents = Documents(
            ledger=ledger, compactions=compactions, clock=clock, limits=limits
        )
        self._chores = chores
        self._opening = opening
        self._channels = channels
        self._clock = clock
        self._limits = limits
        self._heralds = heralds

    async def ending(self, turn: Turn, finished: Finished, *, verdict: Verdict) -> Ending:
        """Work out what a turn leaves besides its answer: its facts, and perhaps a handoff.

        In a thread, so that other turns go on: a full window's document takes a while.
        """
        ends = verdict.trigger is not None
        # The prompt may hold a summary; the document is made from what was said.
        before = (
            await self._opening.before(turn) if ends or numbers_placeholders(turn) else Before()
        )
        facts = await asyncio.to_thread(facts_said, turn, finished, before)
        if verdict.trigger is None:
            return Ending(facts=facts)
        own = tuple(item for item in finished.items if item.turn_id == turn.turn_id)
        legacy = await self._documents.legacy(
            verdict.agent,
            (*before.items, *own),
            before.document,
            name=turn.mail.messages[-1].speaker,
        )
        legacy = replace(legacy, facts=merged(lasting(legacy.facts), facts))
        handoff = await self._documents.handoff(
            legacy,
            trigger=verdict.trigger,
            limit_tokens=turn.limit_tokens,
            seed_tokens=int(turn.limit_tokens * SEED_SHARE),
            turn_id=turn.turn_id,
        )
        return Ending(facts=facts, handoff=handoff, spoken=_owned_up(turn, handoff))

    async def rotated(self, turn: Turn, standing: Standing, *, alone: Standing) -> Standing:
        """Let a fresh agent take a turn over before its call, without another model call.

        Args:
            turn: The turn.
            standing: What does not fit, or is of an agent that takes no more turns.
            alone: The same with nothing before it, measured.

        Raises:
            SessionConflict: The claim is lost.
        """

        def told(apart: Turn) -> tuple[Spoken, ...]:
            return critical(apart, standing, occupied_tokens=standing.prompt_tokens)

        return await self._taken_over(
            turn,
            standing,
            agent=replace(standing.agent, told=Level.CRITICAL),
            trigger=(
                Trigger.PROMPT_TOO_LONG
                if standing.agent.state.can_accept_tasks
                else Trigger.CRITICAL_THRESHOLD
            ),
            seed_tokens=_seed_beside(turn, alone),
            told=told,
        )

    async def replaced(self, turn: Turn, standing: Standing) -> Standing:
        """Let a fresh agent take a turn over from one whose prompt the model server refuses.

        It takes little along: what is refused may stand in the latest turns.

        Raises:
            SessionConflict: The claim is lost.
        """
        log.error("agent.stuck", trace_id=standing.agent.trace_id)

        def told(apart: Turn) -> tuple[Spoken, ...]:
            if not wanted("handoff", standing.notices):
                return ()
            text = notices.handed_over_by_wish(
                prefix=apart.voice.prefix, language=standing.language
            )
            return apart.voice.say(Kind.NOTICE, text, notice="handoff")

        return await self._taken_over(
            turn,
            standing,
            agent=standing.agent,
            trigger=Trigger.PROMPT_REFUSED,
            seed_tokens=int(turn.limit_tokens * SMALLEST_SEED_SHARE),
            told=told,
        )

    async def _taken_over(
        self,
        turn: Turn,
        standing: Standing,
        *,
        agent: Agent,
        trigger: Trigger,
        seed_tokens: int,
        told: Callable[[Turn], tuple[Spoken, ...]],
    ) -> Standing:
        """Hand over in the middle of a turn, and say so."""
        before = await self._opening.before(turn)
        legacy = await self._documents.legacy(
            agent, before.items, before.document, name=turn.mail.messages[-1].speaker
        )
        handoff = await self._documents.handoff(
            legacy,
            trigger=trigger,
            limit_tokens=turn.limit_tokens,
            seed_tokens=seed_tokens,
            turn_id=turn.turn_id,
        )
        apart = replace(turn, voice=turn.voice.apart(f"rotated-{standing.agent.version}"))
        await self._ledger.hand_off(
            turn.claim,
            turn.turn_id,
            handoff=handoff,
            spoken=told(apart) + _owned_up(apart, handoff),
            now=self._clock.now(),
        )
        await self._documents.write(handoff)
        await self._tell(standing.agent, handoff, limit_tokens=turn.limit_tokens)
        return standing.handed_to(handoff.successor, before.items, briefing=handoff.briefing)

    async def by_wish(self, claim: Claim) -> None:
        """Hand over between turns, where somebody asked for it or the agent was idle.

        Raises:
            SessionConflict: The claim is lost.
        """
        chore = await self._chores.take(claim, now=self._clock.now())
        if chore is None:
            return
        opened = await self._opening.opened(claim.session_id)
        agent = opened.agent
        if agent is None or not self._is_due(chore, agent):
            await self._chores.settle(claim, chore, state="done", now=self._clock.now())
            return
        limit_tokens = await self._opening.limit_tokens()
        agent, _ = swapped(agent, opened.past)
        legacy = await self._documents.legacy(
            agent, opened.items, read_back(HandoffDocument, opened.document), name=None
        )
        handoff = await self._documents.handoff(
            legacy,
            trigger=_TRIGGERS[chore.trigger],
            limit_tokens=limit_tokens,
            seed_tokens=int(limit_tokens * SEED_SHARE),
            turn_id=TurnId(chore.chore_id),
        )
        await self._ledger.hand_off(
            claim,
            None,
            handoff=handoff,
            spoken=self._told(chore, opened),
            chore_id=chore.chore_id,
            now=self._clock.now(),
        )
        await self._documents.write(handoff)
        await self._tell(agent, handoff, limit_tokens=limit_tokens)

    def _is_due(self, chore: Chore, agent: Agent) -> bool:
        """Whether a session's agent is the one that was meant, and may hand over."""
        # An agent that has answered nothing yet would only hand on what it was handed.
        if agent.agent_id != chore.agent_id or agent.turns == 0:
            return False
        return self._limits.manages(agent.user_id)

    async def committed(self, turn: Turn, standing: Standing, laid_down: Closing) -> None:
        """See to what follows once a turn is committed: the file, and who wants to know."""
        handoff = laid_down.handoff
        if handoff is not None:
            await self._documents.write(handoff)
        after = laid_down.agent if handoff is None else handoff.ended
        events = events_of(
            standing.agent,
            after,
            limit_tokens=turn.limit_tokens,
            successor=handoff.successor if handoff is not None else None,
            reason=handoff.reason if handoff is not None else None,
        )
        await tell_all(self._heralds, events)

    async def _tell(self, before: Agent, handoff: Handoff, *, limit_tokens: int) -> None:
        events = events_of(
            before,
            handoff.ended,
            limit_tokens=limit_tokens,
            successor=handoff.successor,
            reason=handoff.reason,
        )
        await tell_all(self._heralds, events)

    def _told(self, chore: Chore, opened: Opened) -> tuple[Spoken, ...]:
        """Answer whoever asked for it; an idle person is not bothered."""
        channel = self._channels.get(chore.to.provider) if chore.to is not None else None
        if chore.to is None or channel is None:
            return ()
        voice = Voice(channel, chore.to, turn_id=TurnId(chore.chore_id))
        text = notices.handed_over_by_wish(
            prefix=voice.prefix, language=Language.of(opened.language)
        )
        return voice.say(Kind.COMMAND, text, notice="handoff")


def _owned_up(turn: Turn, handoff: Handoff) -> tuple[Spoken, ...]:
    """Say so where the next agent begins with next to nothing."""
    if not handoff.is_smallest:
        return ()
    language = turn.language or Language.ENGLISH
    return turn.voice.say(Kind.NOTICE, notices.started_small(language=language))


def _seed_beside(turn: Turn, alone: Standing) -> int:
    """What a fresh agent may begin with, so that this turn still fits beside it."""
    room = turn.limit_tokens - alone.prompt_tokens - turn.smallest_answer_tokens
    return min(int(turn.limit_tokens * SEED_SHARE), max(room, 0))
