"""The ports that the app needs from others; implementations satisfy them by shape."""

from datetime import datetime
from typing import Protocol

from context.calls import CallOutcome, Errand, ModelCall
from context.prompt import Answer, Prompt, Tool
from context.tools import ToolCall, ToolResult
from context.usage import Usage, Window


class Clock(Protocol):
    """The wall clock."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...


class CallLog(Protocol):
    """The book of model calls; writes are on their own, outside any claim."""

    async def begin(self, call: ModelCall) -> None:
        """Book a call that is about to be made."""
        ...

    async def end(
        self, call_id: str, *, outcome: CallOutcome, usage: Usage | None, ended_at: datetime
    ) -> None:
        """Complete the row; without `usage` its cost stays unknown."""
        ...


class Model(Protocol):
    """A language model, patient within reason."""

    async def window(self) -> Window:
        """What the model takes; asked of its provider once, then remembered."""
        ...

    async def count(self, prompt: Prompt) -> int | None:
        """Count a prompt's tokens without answering it; None where that can't be had."""
        ...

    async def answer(self, prompt: Prompt, errand: Errand) -> Answer:
        """Answer the prompt.

        Raises:
            ModelBusy: Still overloaded or out of reach after all patience and fallbacks.
            ModelRefused: The account may not go on.
            PromptTooLong: The prompt is over the window.
            ModelFault: The answer cannot be used.
        """
        ...


class Tools(Protocol):
    """What the model may call."""

    @property
    def offered(self) -> tuple[Tool, ...]:
        """All of them; the same every time, so that prompts begin with the same bytes."""
        ...

    async def run(self, call: ToolCall, errand: Errand) -> ToolResult:
        """Do what was called for; whatever goes wrong is a result too.

        Args:
            call: As the model made it, unchecked.
            errand: On whose behalf; it bounds what a tool may see.
        """
        ...
