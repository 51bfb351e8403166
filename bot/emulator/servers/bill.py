"""What the model server charges: every answered call, and sums that tests compare with ours."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledUsage:
    """Tokens of one call or of many, by what they cost.

    `input_tokens` leaves out what the cache served or stored (Anthropic SDK 2.11,
    `types.Usage`, read 2026-11).
    """

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    output_tokens: int = 0

    @property
    def cache_write_tokens(self) -> int:
        """Tokens written to the cache, whatever its life."""
        return self.cache_write_5m_tokens + self.cache_write_1h_tokens

    @property
    def prompt_tokens(self) -> int:
        """Tokens that were sent."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    @property
    def occupied_tokens(self) -> int:
        """Tokens the conversation holds after the call."""
        return self.prompt_tokens + self.output_tokens

    def __add__(self, other: Self) -> "BilledUsage":
        return BilledUsage(
            input_tokens=self.input_tokens + other.input_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_5m_tokens=self.cache_write_5m_tokens + other.cache_write_5m_tokens,
            cache_write_1h_tokens=self.cache_write_1h_tokens + other.cache_write_1h_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True)
class BilledCall:
    """One call that got an answer or a part of one.

    Attributes:
        message_id: The answer's id.
        model: Who answered.
        usage: What it cost; of an answer cut short, only the output that was sent.
        whole: Whether the answer was sent to its end.
    """

    message_id: str
    model: str
    usage: BilledUsage
    whole: bool = True


class Bill:
    """The newest calls, and the sums over every one there was."""

    def __init__(self, *, keep_calls: int = 100_000) -> None:
        self._keep_calls = keep_calls
        self._calls: dict[str, BilledCall] = {}
        self._totals: dict[str, BilledUsage] = {}

    @property
    def calls(self) -> tuple[BilledCall, ...]:
        """The calls, oldest first."""
        return tuple(self._calls.values())

    def total(self, model: str | None = None) -> BilledUsage:
        """What all calls cost together, or those to one model."""
        if model is not None:
            return self._totals.get(model, BilledUsage())
        return sum(self._totals.values(), start=BilledUsage())

    def add(self, call: BilledCall) -> None:
        """Charge a call."""
        self._calls[call.message_id] = call
        if len(self._calls) > self._keep_calls:
            del self._calls[next(iter(self._calls))]
        self._totals[call.model] = self.total(call.model) + call.usage

    def cut_short(self, message_id: str, *, output_tokens: int) -> None:
        """Charge only the output that was sent of a call already charged."""
        call = self._calls.get(message_id)
        if call is None:  # long ago
            return
        unsent = BilledUsage(output_tokens=output_tokens - call.usage.output_tokens)
        self._calls[message_id] = replace(call, usage=call.usage + unsent, whole=False)
        self._totals[call.model] = self.total(call.model) + unsent
