"""What a million tokens of each model cost, by the maker's list."""

from dataclasses import dataclass
from decimal import Decimal

from context.usage import Usage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens of each kind.

    Attributes:
        cache_write: Into the cache that keeps for five minutes, the one that requests ask for.
    """

    input: Decimal
    cache_write: Decimal
    cache_read: Decimal
    output: Decimal

    def of(self, usage: Usage) -> Decimal:
        """What some tokens cost, in US dollars."""
        return (
            self.input * usage.input_tokens
            + self.cache_write * usage.cache_write_tokens
            + self.cache_read * usage.cache_read_tokens
            + self.output * usage.output_tokens
        ) / _MILLION


def _price(base: str, *, cache_read: str, output: str) -> Price:
    """Writing into the cache costs a quarter more than plain input, of every model."""
    price = Decimal(base)
    return Price(
        input=price,
        cache_write=price * Decimal("1.25"),
        cache_read=Decimal(cache_read),
        output=Decimal(output),
    )


_HAIKU_4_5 = _price("1", cache_read="0.10", output="5")

# Claude docs, pricing ("Model pricing", prompt caching), read 2026-11. `claude-fable-5-2` is
# not on the list that was read.
_TABLE = {
    "claude-fable-5-1": _price("10", cache_read="0.25", output="50"),
    "claude-opus-5-5": _price("4", cache_read="0.20", output="20"),
    "claude-opus-5": _price("5", cache_read="0.50", output="25"),
    "claude-sonnet-5-5": _price("2", cache_read="0.10", output="10"),
    "claude-sonnet-5": _price("2", cache_read="0.20", output="10"),
    "claude-haiku-5-5": _price("0.10", cache_read="0.01", output="0.50"),
    "claude-haiku-4-5": _HAIKU_4_5,
    "claude-haiku-4-5-20251001": _HAIKU_4_5,
}

# Of these a call costs more whose prompt is over 100,000 tokens.
_LONG = {"claude-haiku-5-5": _price("0.50", cache_read="0.05", output="2.50")}

_NOTHING = Usage()


def cost_usd(model: str, usage: Usage, *, is_long: bool) -> Decimal | None:
    """What calls of a model cost; None if its price is not known and they took any tokens.

    Args:
        model: Its id, as calls name it.
        usage: All that the calls took.
        is_long: Whether their prompts were over 100,000 tokens, each of them.
    """
    if usage == _NOTHING:
        return Decimal(0)
    price = (_LONG.get(model) if is_long else None) or _TABLE.get(model)
    return None if price is None else price.of(usage)
