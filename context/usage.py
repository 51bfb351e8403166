"""Tokens: what one call used, what a window holds, and what is only estimated.

Between two calls only what was added is estimated, by bytes, at a rate that is learned from
the provider's own counts. The first guess leans far to the high side, what is learned a
little; so the margin shrinks as evidence comes. What must not be wrong is bounded instead
(`most_block_tokens`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

BYTES_PER_TOKEN = 3.0
"""First guess before a session has been measured; most text needs a third more bytes."""

_LEANING = 1.05
"""What is learned leans high by this: kinds of text differ from message to message."""

_LEAST_BYTES_PER_TOKEN, _MOST_BYTES_PER_TOKEN = 1.0, 8.0

_HALF_BYTES = 4_000
"""So many bytes of evidence weigh as much as all that was known before."""

_MOST_WEIGHT = 0.3
"""No turn alone decides: a huge paste may be unlike everything else that is said."""

_BLOCK_TOKENS = 8
"""What a block costs beside its content: its kind, its ids, a change of role."""

# An image costs at most about this many tokens (Claude docs, vision, read 2026-11).
_IMAGE_TOKENS = 1_600

_NOT_BY_BYTES = frozenset({"image", "document", "thinking", "redacted_thinking"})


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
        bytes_per_token: As calibrated for this session, or the first guess.
    """
    return int(_size_bytes(text) / bytes_per_token) + 1


def estimated_block_tokens(
    blocks: Iterable[Mapping[str, object]], *, bytes_per_token: float = BYTES_PER_TOKEN
) -> int:
    """Guess the tokens of content blocks that no call has counted yet, leaning high.

    Text counts by its bytes, an image by its price, anything else by the bytes of its JSON.

    Args:
        blocks: What will be sent, as the model's API takes it.
        bytes_per_token: As calibrated for this session, or the first guess.
    """
    tokens = 0
    for block in blocks:
        size_bytes = _block_bytes(block)
        counted = _IMAGE_TOKENS if size_bytes is None else int(size_bytes / bytes_per_token) + 1
        tokens += _BLOCK_TOKENS + counted
    return tokens


def most_block_tokens(blocks: Iterable[Mapping[str, object]]) -> int:
    """Bound the tokens of content blocks: a tokeniser makes no more of a text than its bytes.

    What fits by this fits for sure; what does not is worth asking the provider to count.
    """
    return estimated_block_tokens(blocks, bytes_per_token=_LEAST_BYTES_PER_TOKEN)


def measurable_bytes(blocks: Iterable[Mapping[str, object]]) -> int | None:
    """Bytes of content blocks, as estimates take them; None where bytes say nothing of tokens.

    They do not for images and documents, which have a price, and for thinking, which is
    counted when it is made and may be left out of later prompts.
    """
    whole_bytes = 0
    for block in blocks:
        size_bytes = None if block["type"] in _NOT_BY_BYTES else _block_bytes(block)
        if size_bytes is None:
            return None
        whole_bytes += size_bytes
    return whole_bytes


def calibrated(
    bytes_per_token: float, *, measured_bytes: int | None, counted_tokens: int
) -> float:
    """Learn from a turn how many bytes a token of this session has, between 1 and 8.

    Larger turns weigh more. Nothing is learned where the bytes are not known or nothing was
    counted.

    Args:
        bytes_per_token: What was known before.
        measured_bytes: Of all that the turn added to the window, answer included
            (`measurable_bytes`).
        counted_tokens: What that added by the provider's own counts.
    """
    if not measured_bytes or counted_tokens <= 0:
        return bytes_per_token
    weight = min(_MOST_WEIGHT, measured_bytes / (measured_bytes + _HALF_BYTES))
    # Averaged as tokens a byte, so that estimates, which are sums of bytes, are right on average.
    known = (1 - weight) / bytes_per_token
    learned = known + weight * _LEANING * counted_tokens / measured_bytes
    return min(max(1 / learned, _LEAST_BYTES_PER_TOKEN), _MOST_BYTES_PER_TOKEN)


def likely_bytes_per_token(bytes_per_token: float) -> float:
    """Take the margin off what was learned: for what is to be freed, where more is rash.

    Args:
        bytes_per_token: As calibrated, leaning to high estimates.
    """
    return bytes_per_token * _LEANING


def _block_bytes(block: Mapping[str, object]) -> int | None:
    """Bytes of a block's words or else of its JSON; None for an image."""
    match block:
        case {"type": "text", "text": str(text)}:
            return _size_bytes(text)
        case {"type": "image"}:
            return None
        case _:
            return _size_bytes(json.dumps(block, ensure_ascii=False, default=dict))


def _size_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
