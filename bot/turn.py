"""One turn: from a session's waiting mail to its answer, committed but not yet sent."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Literal
from uuid import uuid4

import structlog

from bot import spans
from bot.agents.loop import Finished, Loop
from bot.beside import beside
from bot.closing import closing, judged
from bot.courtesy import Courtesy
from bot.handover import Handovers
from bot.opening import Opening
from bot.ports import Clock
from bot.spans import Place, Span
from bot.standing import Standing, Turn, fits, language_in, task
from bot.voice import Voice
from channels.port import Channel
from context import notices
from context.errors import ModelError, ModelFault, PromptTooLong
from context.language import Language
from context.messages import Provider, TurnId
from storage.lanes import Claim, Lanes
from storage.ledger import Ledger
from storage.mailbox import Mail, Mailbox
from storage.outbox import Kind, Spoken

_MOST_ATTEMPTS = 5

log = structlog.get_logger()


class Turns:
    """Works through a session's mail, turn by turn."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        mailbox: Mailbox,
        opening: Opening,
        loop: Loop,
        handovers: Handovers,
        ledger: Ledger,
        channels: Mapping[Provider, Channel],
        clock: Clock,
    ) -> None:
        self._lanes = lanes
        self._mailbox = mailbox
        self._opening = opening
        self._loop = loop
        self._handovers = handovers
        self._ledger = ledger
        self._courtesy = Courtesy(ledger=ledger, clock=clock)
        self._channels = channels
        self._clock = clock

    async def drain(self, claim: Claim) -> None:
        """Answer everything that waits, in order; what comes meanwhile forms the next turn.

        Raises:
            SessionConflict: The claim is lost.
            StoreUnavailable: The database is out of reach; nothing is lost.
        """
        while True:
            mail = await self._mailbox.take(
                claim, turn_id=TurnId(uuid4().hex), now=self._clock.now()
            )
            if mail is not None:
                await self._take_turn(claim, mail)
            elif await self._lanes.let_go(claim):
                return
            else:
                await self._handovers.by_wish(claim)

    async def _take_turn(self, claim: Claim, mail: Mail) -> None:
        last = mail.messages[-1]
        channel = self._channels.get(last.reply_to.provider)
        if channel is None:
            await self._give_up(claim, mail, (), fate="failed", reason="channel_not_configured")
            return
        voice = Voice(channel, last.reply_to, turn_id=mail.turn_id)
        language = language_in(mail) or Language.ENGLISH
        if mail.attempts > _MOST_ATTEMPTS:
            told = voice.say(Kind.NOTICE, notices.failed(language=language))
            await self._give_up(claim, mail, told, fate="failed", reason="too_many_attempts")
            return
        try:
            with _told(claim, mail) as span:
                async with beside(self._courtesy.show(claim, mail, channel)):
                    span.note(await self._answer(claim, mail, channel=channel, voice=voice))
        except PromptTooLong:
            told = voice.say(Kind.NOTICE, notices.too_long(language=language))
            await self._give_up(claim, mail, told, fate="refused", reason="too_long")
        except ModelError as error:
            log.warning("turn.failed", turn_id=mail.turn_id, reason=str(error))
            told = voice.say(Kind.NOTICE, notices.failed(language=language))
            reason = type(error).__name__
            await self._give_up(claim, mail, told, fate="failed", reason=reason)

    async def _answer(
        self, claim: Claim, mail: Mail, *, channel: Channel, voice: Voice
    ) -> Mapping[str, spans.Fact]:
        """Answer, and commit that; say what came of it, for its span."""
        began = perf_counter()
        turn = await self._opening.turn(claim, mail, voice)
        standing, finished = await self._respond(turn, channel)
        now = self._clock.now()
        verdict = judged(turn, standing, finished, now=now)
        ending = await self._handovers.ending(turn, finished, verdict=verdict)
        laid_down = closing(turn, standing, finished=finished, verdict=verdict, ending=ending)
        await self._ledger.close(claim, laid_down, now=now)
        await self._handovers.committed(turn, standing, laid_down)
        log.info(
            "turn.committed",
            user_id=verdict.agent.user_id,
            platform=verdict.agent.platform,
            turn_id=mail.turn_id,
            trace_id=verdict.agent.trace_id,
            version=verdict.agent.version,
            messages=len(mail.messages),
            occupied_tokens=verdict.agent.occupied_tokens,
            handed_off=laid_down.handoff is not None,
            duration_ms=round((perf_counter() - began) * 1000, 1),
        )
        return {
            spans.PLATFORM: verdict.agent.platform,
            spans.TRACE: verdict.agent.trace_id,
            spans.AGENT_NAME: verdict.agent.agent_type,
            spans.AGENT_VERSION: str(verdict.agent.version),
            "baton.occupied_tokens": verdict.agent.occupied_tokens,
            "baton.handed_off": laid_down.handoff is not None,
        }

    async def _respond(self, turn: Turn, channel: Channel) -> tuple[Standing, Finished]:
        """Have the agent respond, or a fresh one where its window is full or would not hold that.

        Raises:
            ModelError: As the loop says; PromptTooLong if a fresh agent's window is too small.
        """
        standing = await self._opening.standing(turn, channel)
        if fits(turn, standing) and _may_go_on(turn, standing):
            try:
                return standing, await self._loop.run(task(turn, standing))
            except PromptTooLong:
                # Steps may have been committed since.
                standing = await self._opening.standing(turn, channel)
            except ModelFault as fault:
                if not fault.is_refusal_of_prompt or not await self._is_stuck(turn, standing):
                    raise
                standing = await self._opening.standing(turn, channel)
                standing = await self._handovers.replaced(turn, standing)
                return standing, await self._loop.run(task(turn, standing))
        standing = await self._rotate(turn, standing)
        return standing, await self._loop.run(task(turn, standing))

    async def _is_stuck(self, turn: Turn, standing: Standing) -> bool:
        """Whether an agent's prompt is refused again, so that it will be refused for ever.

        One that has answered nothing yet is not: its successor would begin with the same.
        """
        if not turn.is_managed or not standing.agent.turns:
            return False
        return await self._mailbox.failed_before(turn.claim, reason=ModelFault.__name__)

    async def _rotate(self, turn: Turn, standing: Standing) -> Standing:
        """Let a fresh agent take the turn over, without another model call.

        Raises:
            PromptTooLong: The message alone is too large for any agent.
        """
        alone = await self._opening.measured(turn, standing.emptied())
        if not turn.is_managed or not standing.items or not fits(turn, alone):
            raise PromptTooLong(
                prompt_tokens=alone.prompt_tokens, window_tokens=turn.limit_tokens
            )
        return await self._handovers.rotated(turn, standing, alone=alone)

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


def _told(claim: Claim, mail: Mail) -> AbstractContextManager[Span]:
    """Tell of a turn; each time it is taken again belongs to the first."""
    place = Place("turn", mail.turn_id)
    return spans.span(
        "invoke_agent",
        {
            spans.OPERATION: "invoke_agent",
            spans.PROVIDER: "anthropic",
            spans.SESSION: claim.session_id,
            "baton.messages": len(mail.messages),
            "baton.attempt": mail.attempts,
        },
        at=place if mail.attempts == 1 else None,
        under=place if mail.attempts > 1 else None,
        links=[Place("message", message.message_id) for message in mail.messages],
    )


def _may_go_on(turn: Turn, standing: Standing) -> bool:
    """Whether an agent takes the turn: one that is full does only where nobody is managed.

    A full one is there if it was not managed before. What it has begun it brings to its end.
    """
    state = standing.agent.state
    return state.can_accept_tasks or not turn.is_managed or bool(standing.own)
