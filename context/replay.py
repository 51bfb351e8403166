"""Which of the newest turns a fresh agent is given word for word."""

from collections.abc import Sequence

from context.prompt import Item
from context.usage import estimated_block_tokens

REPLAY_SHARE = 0.10
"""At most this share of the limit goes to turns replayed word for word."""


def replayable(items: Sequence[Item], *, max_tokens: int) -> tuple[Item, ...]:
    """The newest turns that fit together, whole, oldest first.

    They begin with a person's words, never with an answer or a tool's result. There are none
    where the newest turn alone is larger.

    Args:
        items: A transcript, oldest first.
        max_tokens: What they may take, by estimate.
    """
    first, tokens = len(items), 0
    for place in reversed(range(len(items))):
        tokens += estimated_block_tokens(items[place].blocks)
        if tokens > max_tokens:
            break
        if _begins_turn(items, place):
            first = place
    return tuple(items[first:])


def newest_turn(items: Sequence[Item]) -> tuple[Item, ...]:
    """All items of the last turn; none of an empty transcript."""
    return tuple(item for item in items if item.turn_id == items[-1].turn_id)


def _begins_turn(items: Sequence[Item], place: int) -> bool:
    item = items[place]
    return (
        item.role == "user"
        and (place == 0 or items[place - 1].turn_id != item.turn_id)
        and all(block["type"] != "tool_result" for block in item.blocks)
    )
