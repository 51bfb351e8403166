"""The model as a turn knows it: several Claudes, asked in turn and waited for."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.model.booking import BookedCalls
from bot.model.claude import Claude
from bot.model.windows import Windows
from bot.ports import CallLog, Clock
from context.calls import Errand
from context.errors import ModelBusy, ModelFault
from context.prompt import Answer, Prompt
from context.usage import Window

Sleep = Callable[[timedelta], Awaitable[None]]

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one answer may be waited for while models are busy.

    Attributes:
        total: From the start until the last call may begin.
        first_wait: Our own measure where the API asks for nothing longer; it doubles.
        longest_wait: Where it stops doubling.
        calls_each: Calls of a busy model before the next model is asked, if there is one.
    """

    total: timedelta = timedelta(minutes=2)
    first_wait: timedelta = timedelta(seconds=1)
    longest_wait: timedelta = timedelta(seconds=30)
    calls_each: int = 3


class PatientModel:
    """Asks the first model, and while it is overloaded or gone the next ones.

    Every answer begins again with the first. An answer's calls are one after the other.
    """

    def __init__(
        self,
        models: Sequence[Claude],
        *,
        windows: Windows,
        call_log: CallLog,
        clock: Clock,
        sleep: Sleep,
        chance: Random,
        patience: Patience,
    ) -> None:
        """Take the models in the order in which they are asked.

        Args:
            models: At least one.
            windows: Knows what each takes.
            call_log: Books every call, before and after.
            clock: Measures patience.
            sleep: Lets time pass on that clock.
            chance: Spreads the waits, so that sessions do not come back all at once.
            patience: For each answer.
        """
        self._models = tuple(models)
        self._windows = windows
        self._calls = BookedCalls(call_log, clock=clock)
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._patience = patience

    async def window(self) -> Window:
        """What every one of the models takes, so that a fallback never refuses for size."""
        windows = [await self._windows.window(model.name) for model in self._models]
        return Window(
            limit_tokens=min(window.limit_tokens for window in windows),
            output_tokens=min(window.output_tokens for window in windows),
        )

    async def count(self, prompt: Prompt) -> int | None:
        """Ask the first model; None where that can't be had."""
        return await self._models[0].count(prompt)

    async def answer(self, prompt: Prompt, errand: Errand) -> Answer:
        """Answer the prompt, with as many calls as patience allows; errors as the port has them.

        A broken stream is tried once more. A model that is gone (404) makes way for the next.
        """
        course = _Course(self._models, self._patience, self._clock.now())
        while True:
            try:
                return await self._calls.answer(
                    course.model, prompt, errand, earlier_calls=course.failed_calls
                )
            except ModelBusy as error:
                wait = course.after_busy(error, self._clock.now(), self._chance)
            except ModelFault as error:
                wait = course.after_fault(error)
            if wait:
                await self._sleep(wait)


class _Course:
    """What one answer has left: models, patience, and one more try after a broken stream."""

    def __init__(self, models: Sequence[Claude], patience: Patience, now: datetime) -> None:
        self._models = deque(models)
        self._patience = patience
        self._give_up_at = now + patience.total
        self._wait = patience.first_wait
        self._busy_calls = 0
        self._has_broken = False
        self.failed_calls = 0

    @property
    def model(self) -> Claude:
        """Whom to ask now."""
        return self._models[0]

    def after_busy(self, error: ModelBusy, now: datetime, chance: Random) -> timedelta:
        """How long to wait before the next call; raises the error if there is none."""
        self.failed_calls += 1
        self._busy_calls += 1
        asked = error.retry_after or timedelta()
        left = self._give_up_at - now
        is_in_time = left > timedelta() and asked <= left
        if is_in_time and (self._is_last or self._busy_calls < self._patience.calls_each):
            return min(self._drawn_wait(asked, chance), left)
        if self._is_last:
            raise error
        return self._pass_over()

    def after_fault(self, error: ModelFault) -> timedelta:
        """No time to wait before the next call; raises the error if there is none."""
        self.failed_calls += 1
        if error.status == _NOT_FOUND and not self._is_last:
            return self._pass_over()
        if error.status is not None or self._has_broken:
            raise error
        self._has_broken = True
        return timedelta()

    @property
    def _is_last(self) -> bool:
        return len(self._models) == 1

    def _pass_over(self) -> timedelta:
        self._models.popleft()
        self._busy_calls = 0
        self._wait = self._patience.first_wait
        return timedelta()

    def _drawn_wait(self, asked: timedelta, chance: Random) -> timedelta:
        """Between half of our own measure and all of it, or up to a quarter over what is asked."""
        own = self._wait * chance.uniform(0.5, 1)
        self._wait = min(self._wait * 2, self._patience.longest_wait)
        return max(own, asked * chance.uniform(1, 1.25))
