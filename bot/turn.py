"""One turn: from a session's waiting mail to its answer, committed but not yet sent."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import Literal
from uuid import uuid4

import structlog

from bot.agents.loop import Finished, Loop, prompt_of
from bot.beside import beside
from bot.closing import close_turn, critical
from bot.courtesy import Courtesy
from bot.ports import Clock, Model
from bot.standing import Limits, Standing, Turn, fits, task
from bot.succession import succession
from bot.voice import Voice
from channels.port import Channel
from context import notices
from context.categories import Trigger
from context.errors import ModelError, PromptTooLong
from context.handoff import HandoffDocument
from context.messages import AgentId, Provider, TraceId, TurnId
from context.prompt import Item, mail_blocks
from context.session import Agent, Level
from storage.lanes import Claim, Lanes
from storage.ledger import Ledger
from storage.mailbox import Mail, Mailbox
from storage.outbox import Kind, Spoken
from storage.sessions import Opened, Sessions

_MOST_ATTEMPTS = 5

log = structlog.get_logger()


class Turns:
    """Works through a session's mail, turn by turn."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        mailbox: Mailbox,
        sessions: Sessions,
        ledger: Ledger,
        model: Model,
        channels: Mapping[Provider, Channel],
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._lanes = lanes
        self._mailbox = mailbox
        self._sessions = sessions
        self._ledger = ledger
        self._model = model
        self._loop = Loop(model=model, ledger=ledger, clock=clock)
        self._courtesy = Courtesy(ledger=ledger, clock=clock)
        self._channels = channels
        self._clock = clock
        self._limits = limits

    async def drain(self, claim: Claim) -> None:
        """Answer everything that waits, in order; what comes meanwhile forms the next turn.

        Raises:
            SessionConflict: The claim is lost.
            StoreUnavailable: The database is out of reach; nothing is lost.
        """
        while True:
            mail = await self._mailbox.take(claim, turn_id=TurnId(uuid4().hex))
            if mail is not None:
                await self._take_turn(claim, mail)
            elif await self._lanes.let_go(claim):
                return

    async def _take_turn(self, claim: Claim, mail: Mail) -> None:
        last = mail.messages[-1]
        channel = self._channels.get(last.reply_to.provider)
        if channel is None:
            await self._give_up(claim, mail, (), fate="failed", reason="channel_not_configured")
            return
        voice = Voice(channel, last.reply_to, turn_id=mail.turn_id)
        if mail.attempts > _MOST_ATTEMPTS:
            told = voice.say(Kind.NOTICE, notices.failed())
            await self._give_up(claim, mail, told, fate="failed", reason="too_many_attempts")
            return
        try:
            async with beside(self._courtesy.show(claim, mail, channel)):
                await self._answer(claim, mail, channel=channel, voice=voice)
        except PromptTooLong:
            told = voice.say(Kind.NOTICE, notices.too_long())
            await self._give_up(claim, mail, told, fate="refused", reason="too_long")
        except ModelError as error:
            log.warning("turn.failed", turn_id=mail.turn_id, reason=str(error))
            told = voice.say(Kind.NOTICE, notices.failed())
            reason = type(error).__name__
            await self._give_up(claim, mail, told, fate="failed", reason=reason)

    async def _answer(
        self, claim: Claim, mail: Mail, *, channel: Channel, voice: Voice
    ) -> None:
        began = perf_counter()
        window = await self._model.window()
        turn = Turn(
            claim=claim,
            mail=mail,
            voice=voice,
            limit_tokens=min(self._limits.tokens, window.limit_tokens),
            answer_tokens=window.output_tokens,
        )
        standing, finished = await self._respond(turn, channel)
        now = self._clock.now()
        # In a thread: a full window's document takes a while, and other turns go on.
        closing = await asyncio.to_thread(
            close_turn,
            turn,
            standing,
            finished,
            thresholds=self._limits.thresholds,
            now=now,
        )
        await self._ledger.close(claim, closing, now=now)
        log.info(
            "turn.committed",
            user_id=closing.agent.user_id,
            platform=closing.agent.platform,
            turn_id=mail.turn_id,
            trace_id=closing.agent.trace_id,
            version=closing.agent.version,
            messages=len(mail.messages),
            occupied_tokens=closing.agent.occupied_tokens,
            handed_off=closing.handoff is not None,
            duration_ms=round((perf_counter() - began) * 1000, 1),
        )

    async def _respond(self, turn: Turn, channel: Channel) -> tuple[Standing, Finished]:
        """Have the agent respond, or a fresh one where its window would not hold that.

        Raises:
            ModelError: As the loop says; PromptTooLong if a fresh agent's window is too small.
        """
        standing = await self._stand(turn, channel)
        if fits(turn, standing):
            try:
                return standing, await self._loop.run(task(turn, standing))
            except PromptTooLong:
                # Steps may have been committed since.
                standing = await self._stand(turn, channel)
        standing = await self._rotate(turn, standing)
        return standing, await self._loop.run(task(turn, standing))

    async def _measured(self, turn: Turn, standing: Standing) -> Standing:
        """Have the prompt counted where the estimate, which leans high, says it is too long."""
        if fits(turn, standing):
            return standing
        counted = await self._model.count(prompt_of(task(turn, standing)))
        return replace(standing, counted_tokens=counted)

    async def _stand(self, turn: Turn, channel: Channel) -> Standing:
        """See who answers; a turn that was interrupted goes on after its last step."""
        opened = await self._sessions.open(turn.claim.session_id)
        agent = opened.agent or _first_agent(turn, opened, started_at=self._clock.now())
        stored = opened.document
        own = tuple(item for item in opened.items if item.turn_id == turn.turn_id)
        standing = Standing(
            agent=agent,
            document=HandoffDocument.model_validate(stored) if stored is not None else None,
            items=tuple(item for item in opened.items if item.turn_id != turn.turn_id),
            own=own,
            fresh=() if own else (await self._person_item(turn, opened, channel),),
            is_greeted=opened.greeted,
        )
        return await self._measured(turn, standing)

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

    async def _rotate(self, turn: Turn, standing: Standing) -> Standing:
        """Let a fresh agent take the turn over, without another model call.

        Raises:
            PromptTooLong: The message alone is too large for any agent.
        """
        alone = await self._measured(turn, standing.emptied())
        if not standing.items or not fits(turn, alone):
            raise PromptTooLong(
                prompt_tokens=alone.prompt_tokens, window_tokens=turn.limit_tokens
            )
        now = self._clock.now()
        handoff = await asyncio.to_thread(
            succession,
            replace(standing.agent, told=Level.CRITICAL),
            standing.items,
            standing.document,
            trigger=Trigger.PROMPT_TOO_LONG,
            limit_tokens=turn.limit_tokens,
            turn_id=turn.turn_id,
            name=turn.mail.messages[-1].speaker,
            now=now,
        )
        apart = replace(turn, voice=turn.voice.apart(f"rotated-{standing.agent.version}"))
        spoken = critical(apart, occupied_tokens=standing.prompt_tokens)
        await self._ledger.hand_off(
            turn.claim, turn.turn_id, handoff=handoff, spoken=spoken, now=now
        )
        return standing.handed_to(handoff.successor, handoff.document)

    async def _give_up(
        self,
        claim: Claim,
        mail: Mail,
        told: tuple[Spoken, ...],
        *,
        fate: Literal["failed", "refused"],
        reason: str,
    ) -> None:
        await self._ledger.give_up(
            claim,
            mail.turn_id,
            spoken=told,
            fate=fate,
            reason=reason,
            now=self._clock.now(),
        )


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
