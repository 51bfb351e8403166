"""Every call of a model stands in the book before it is made, and how it ended after it."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import structlog

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

    async def answer(self, model: Claude, prompt: Prompt, errand: Errand) -> Answer:
        """Call the model once.

        A row that stays STARTED was cut off: its cost is unknown.

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
        try:
            answer = await model.answer(prompt)
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
        await self._end(call, CallOutcome.ANSWERED, answer.usage)
        return answer

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
