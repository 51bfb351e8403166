"""What a window would hold if it showed something else, weighed by what it is known to hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from context.prompt import Item
from context.usage import estimated_block_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A window as it is, and how its items are estimated.

    Attributes:
        held_tokens: What it holds by the provider's count.
        shown_tokens: What its items are estimated at.
        bytes_per_token: As calibrated for the session.
    """

    held_tokens: int
    shown_tokens: int
    bytes_per_token: float

    @classmethod
    def of(cls, shown: Iterable[Item], *, occupied_tokens: int, bytes_per_token: float) -> Self:
        """Weigh a window.

        Args:
            shown: The items that its prompt holds.
            occupied_tokens: What it held after the last call; 0 where that is not known.
            bytes_per_token: As calibrated for the session.
        """
        shown_tokens = _estimated(shown, bytes_per_token)
        return cls(
            held_tokens=occupied_tokens or shown_tokens,
            shown_tokens=shown_tokens,
            bytes_per_token=bytes_per_token,
        )

    def estimated(self, items: Iterable[Item]) -> int:
        """Tokens of some items alone, leaning high."""
        return _estimated(items, self.bytes_per_token)

    def held_with(self, shown_tokens: int) -> int:
        """Tokens that the window would hold with items of another size, and all else as it is.

        Where the items alone are estimated at more than there is, so is what is put in their
        place, by as much.

        Args:
            shown_tokens: What those items are estimated at.
        """
        share = min(1.0, self.held_tokens / max(self.shown_tokens, 1))
        return max(0, round(self.held_tokens - share * (self.shown_tokens - shown_tokens)))


def _estimated(items: Iterable[Item], bytes_per_token: float) -> int:
    return sum(
        estimated_block_tokens(item.blocks, bytes_per_token=bytes_per_token) for item in items
    )
