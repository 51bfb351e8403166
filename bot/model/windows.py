"""How much each model takes: as the Models API says, else as the models' own pages did."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import anthropic
from anthropic import AsyncAnthropic
from pydantic import BaseModel, PositiveInt, ValidationError

from bot.ports import Clock
from context.usage import Window

# The maker's recommendation where nothing speaks for another (Claude docs, models overview,
# read 2026-11): a window of a million tokens, and thinking that sets its own measure.
DEFAULT_MODEL = "claude-opus-5-5"

_MILLION = Window(limit_tokens=1_000_000, output_tokens=128_000)
_SMALL = Window(limit_tokens=200_000, output_tokens=64_000)

# Claude docs, models overview, read 2026-11.
_TABLE = {
    "claude-fable-5-2": _MILLION,
    "claude-fable-5-1": _MILLION,
    "claude-opus-5-5": _MILLION,
    "claude-opus-5": _MILLION,
    "claude-sonnet-5-5": _MILLION,
    "claude-sonnet-5": _MILLION,
    "claude-haiku-5-5": _MILLION,
    "claude-haiku-4-5": _SMALL,
    "claude-haiku-4-5-20251001": _SMALL,
}

# The smallest window that the Messages API still serves, and half of its longest answer.
_UNKNOWN = Window(limit_tokens=200_000, output_tokens=32_000)


class _ModelInfo(BaseModel):
    """What is read of `GET /v1/models/{id}` (Anthropic SDK 2.11, `types.ModelInfo`, 2026-11).

    {"type": "model", "id": "claude-opus-5-5", "display_name": "Claude Opus 5.5",
     "max_input_tokens": 1000000, "max_tokens": 128000, …}

    `max_input_tokens` is the context window; both may be null or missing.
    """

    max_input_tokens: PositiveInt | None = None
    max_tokens: PositiveInt | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    window: Window
    ask_again_at: datetime | None


class Windows:
    """The windows of models, each asked of the API once."""

    def __init__(
        self,
        client: AsyncAnthropic,
        *,
        clock: Clock,
        answer_within: timedelta = timedelta(seconds=2),
        ask_again_after: timedelta = timedelta(minutes=10),
    ) -> None:
        """Ask nothing yet.

        Args:
            client: From `connection`; stays its owner's to close.
            clock: Tells when to ask again.
            answer_within: Longest wait; somebody's turn waits too.
            ask_again_after: How long a question without an answer is let rest.
        """
        self._client = client
        self._clock = clock
        self._answer_within = answer_within
        self._ask_again_after = ask_again_after
        self._asking = asyncio.Lock()
        self._known: dict[str, _Known] = {}

    async def window(self, model: str) -> Window:
        """What `model` takes; never fails, as the table has an answer for every name."""
        async with self._asking:
            known = self._known.get(model)
            if known is not None and not self._is_due(known):
                return known.window
            known = self._known[model] = await self._ask(model)
            return known.window

    def _is_due(self, known: _Known) -> bool:
        return known.ask_again_at is not None and known.ask_again_at <= self._clock.now()

    async def _ask(self, model: str) -> _Known:
        expected = _TABLE.get(model, _UNKNOWN)
        info = await self._info(model)
        if info is None:
            return _Known(expected, self._clock.now() + self._ask_again_after)
        window = Window(
            limit_tokens=info.max_input_tokens or expected.limit_tokens,
            output_tokens=info.max_tokens or expected.output_tokens,
        )
        return _Known(window, ask_again_at=None)

    async def _info(self, model: str) -> _ModelInfo | None:
        """The API's entry of the model; None if it gives none, as some servers have no list."""
        try:
            async with asyncio.timeout(self._answer_within.total_seconds()):
                response = await self._client.models.with_raw_response.retrieve(model)
            return _ModelInfo.model_validate_json(await response.read())
        except (anthropic.APIError, TimeoutError, ValidationError):
            return None
