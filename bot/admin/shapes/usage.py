"""What model calls took, in tokens and money."""

from collections.abc import Iterable
from decimal import Decimal

from pydantic import Field

from bot.admin.shapes.shape import Shape, Tokens
from bot.model.prices import cost_usd
from context.usage import Usage
from storage.usage_report import ModelSpend, UsageGroup

_CENTS_OF_CENTS = 6


class SpendShape(Shape):
    """What a number of model calls took."""

    calls: int = Field(ge=0, description="Also those that were cut off, whose cost is unknown.")
    input_tokens: Tokens = Field(description="Without what the cache served or stored.")
    cache_read_tokens: Tokens
    cache_write_tokens: Tokens
    output_tokens: Tokens
    cost_usd: float | None = Field(
        description="By the list prices of the models; null if the price of one is not known."
    )

    @classmethod
    def of(cls, spends: Iterable[ModelSpend]) -> "SpendShape":
        """Sum up the calls of some models."""
        known = tuple(spends)
        return cls(calls=sum(one.calls for one in known), **_sums(known))


class UsageShape(SpendShape):
    """What all calls of one group took."""

    key: str = Field(
        description="An identity of a person, a platform, an agent's type, a model, or a day in"
        " UTC as in 2026-11-20."
    )

    @classmethod
    def group(cls, group: UsageGroup) -> "UsageShape":
        """Make it of what is stored."""
        calls = sum(one.calls for one in group.spends)
        return cls(key=group.key, calls=calls, **_sums(group.spends))


def _sums(spends: tuple[ModelSpend, ...]) -> dict[str, float | None]:
    usage = sum((one.usage for one in spends), start=Usage())
    return {
        "input_tokens": usage.input_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": _cost(spends),
    }


def _cost(spends: tuple[ModelSpend, ...]) -> float | None:
    """What all of it cost, to a ten-thousandth of a cent; None if a price is missing."""
    total = Decimal(0)
    for one in spends:
        cost = cost_usd(one.model, one.usage, is_long=one.is_long)
        if cost is None:
            return None
        total += cost
    return round(float(total), _CENTS_OF_CENTS)
