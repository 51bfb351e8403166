"""Every call of a model stands in the book before it is made, and how it ended after it."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import structlog

from bot import spans
from bot.model.claude import Claude
from bot.ports import CallLog, Clock
from context.calls import CallOutcome, Errand, ModelCall
from context.errors import ModelBusy, ModelError, ModelRefused, PromptTooLong, StoreError
from context.prompt import Answer, Prompt
from context.usage import Usage

log: structlog.stdlib.BoundLogger = structlog.get_logger()


class BookedCalls:
    """Makes single calls and books them."""

    def __init__(
        self,
        call_log: CallLog,
        *,
        clock: Clock,
        last_moment: timedelta = timedelta(seconds=2),
    ) -> None:
        """Book into `call_log`.

        Args:
            call_log: The book.
            clock: Gives rows their times.
            last_moment: How long a cancelled call may still take to be booked.
        """
        self._call_log = call_log
        self._clock = clock
        self._last_moment = last_moment

    async def answer(
        self, model: Claude, prompt: Prompt, errand: Errand, *, earlier_calls: int = 0
    ) -> Answer:
        """Call the model once.

        A row that stays STARTED was cut off: its cost is unknown.

        Args:
            model: Whom.
            prompt: With what.
            errand: On whose behalf.
            earlier_calls: How often this answer was asked for before, of any model.

        Raises:
            ModelError: As `Claude.answer` does.
            StoreError: The call could not be booked; before it, it was not made.
        """
        call = ModelCall(
            call_id=uuid4().hex,
            errand=errand,
            model=model.name,
            started_at=self._clock.now(),
        )
        await self._call_log.begin(call)
        facts = _facts(model, prompt, errand)
        if earlier_calls:
            facts[spans.RESENT] = earlier_calls
        with spans.span(f"chat {model.name}", facts, outward=True) as span:
            answer = await self._called(call, model, prompt)
            span.note(_answered(answer))
        await self._end(call, CallOutcome.ANSWERED, answer.usage)
        return answer

    async def _called(self, call: ModelCall, model: Claude, prompt: Prompt) -> Answer:
        """Make a call that stands in the book, and complete its row where it fails."""
        try:
            return await model.answer(prompt)
        except ModelError as error:
            outcome = _outcome(error)
            log.warning(
                "model.call_failed", model=model.name, outcome=outcome, reason=str(error)
            )
            await self._end(call, outcome)
            raise
        except asyncio.CancelledError:
            await self._finished(self._ending(call, CallOutcome.CANCELLED))
            raise

    async def _end(
        self, call: ModelCall, outcome: CallOutcome, usage: Usage | None = None
    ) -> None:
        """Complete the row, also when a cancellation comes meanwhile."""
        # Its own task, for a cancellation to pass by; every way out of here has awaited it.
        ending = asyncio.ensure_future(self._ending(call, outcome, usage))
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await self._finished(ending)
            raise

    async def _ending(
        self, call: ModelCall, outcome: CallOutcome, usage: Usage | None = None
    ) -> None:
        await self._call_log.end(
            call.call_id, outcome=outcome, usage=usage, ended_at=self._clock.now()
        )

    async def _finished(self, ending: Awaitable[None]) -> None:
        """Give a row its last moment while we are being cancelled."""
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(self._last_moment.total_seconds()):
                await ending


def _facts(model: Claude, prompt: Prompt, errand: Errand) -> dict[str, spans.Fact]:
    return {
        spans.OPERATION: "chat",
        spans.PROVIDER: "anthropic",
        spans.MODEL: model.name,
        spans.MOST_TOKENS: prompt.max_output_tokens,
        spans.SESSION: errand.session_id,
        "baton.purpose": errand.purpose,
    }


def _answered(answer: Answer) -> Mapping[str, spans.Fact]:
    """What an answer took; what the cache served or stored is among the tokens sent."""
    return {
        spans.MODEL_THAT_ANSWERED: answer.model,
        spans.STOPPED_FOR: (answer.stop,),
        spans.TOKENS_IN: answer.usage.prompt_tokens,
        spans.TOKENS_READ: answer.usage.cache_read_tokens,
        spans.TOKENS_WRITTEN: answer.usage.cache_write_tokens,
        spans.TOKENS_OUT: answer.usage.output_tokens,
    }


def _outcome(error: ModelError) -> CallOutcome:
    match error:
        case ModelBusy():
            return CallOutcome.BUSY
        case ModelRefused():
            return CallOutcome.REFUSED
        case PromptTooLong():
            return CallOutcome.TOO_LONG
        case _:
            return CallOutcome.FAULT
