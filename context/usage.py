"""Tokens: what one call used, what a window holds, and what is only estimated."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

BYTES_PER_TOKEN = 4.0
"""First guess before a session has been measured; most text needs more bytes per token."""

ESTIMATE_MARGIN = 4 / 3
"""Estimates lean high: an underestimate ends in a refused prompt."""

_BLOCK_TOKENS = 8
"""What a block costs beside its content: its kind, its ids, a change of role."""

# An image costs at most about this many tokens (Claude docs, vision, read 2026-11).
_IMAGE_TOKENS = 1_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a model takes: `limit_tokens` prompt and answer together, `output_tokens` at most."""

    limit_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one model call.

    `input_tokens` leaves out what the cache served or stored, so what a window
    holds is the sum of all four (Anthropic SDK, `types.Usage`, read 2026-11).
    """

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0

    @property
    def prompt_tokens(self) -> int:
        """Tokens that were sent."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    @property
    def occupied_tokens(self) -> int:
        """Tokens the next call starts with."""
        return self.prompt_tokens + self.output_tokens

    def __add__(self, other: Self) -> "Usage":
        """Add up spend; never occupancy, which only the last call tells."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


def estimated_tokens(text: str, *, bytes_per_token: float = BYTES_PER_TOKEN) -> int:
    """Guess the tokens of text that no call has counted yet, leaning high.

    Args:
        text: What will be sent.
        bytes_per_token: As measured for this session, or the first guess.
    """
    size_bytes = len(text.encode("utf-8", "surrogatepass"))
    return int(size_bytes / bytes_per_token * ESTIMATE_MARGIN) + 1


def estimated_block_tokens(
    blocks: Iterable[Mapping[str, object]], *, bytes_per_token: float = BYTES_PER_TOKEN
) -> int:
    """Guess the tokens of content blocks that no call has counted yet, leaning high.

    Text counts by its bytes, an image by its price, anything else by the bytes of its JSON.

    Args:
        blocks: What will be sent, as the model's API takes it.
        bytes_per_token: As measured for this session, or the first guess.
    """
    tokens = 0
    for block in blocks:
        tokens += _BLOCK_TOKENS
        match block:
            case {"type": "text", "text": str(text)}:
                tokens += estimated_tokens(text, bytes_per_token=bytes_per_token)
            case {"type": "image"}:
                tokens += _IMAGE_TOKENS
            case _:
                written = json.dumps(block, ensure_ascii=False, default=dict)
                tokens += estimated_tokens(written, bytes_per_token=bytes_per_token)
    return tokens
