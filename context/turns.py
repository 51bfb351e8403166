"""A transcript cut into turns that may stand or go alone: no call is cut off from its result."""

from collections.abc import Sequence
from itertools import pairwise

from context.prompt import Item


def whole_turns(items: Sequence[Item]) -> tuple[tuple[Item, ...], ...]:
    """Cut a transcript where the person begins a new turn; the parts joined are the transcript.

    What no turn of the person begins belongs to the turn before it. So does a turn before which
    a tool call waits for a result that stands in it or later.
    """
    answered_at = _result_places(items)
    starts: list[int] = []
    reach = -1
    for place, item in enumerate(items):
        if reach < place and _begins_turn(items, place):
            starts.append(place)
        for block in item.blocks:
            if block["type"] == "tool_use":
                reach = max(reach, answered_at.get(block["id"], place))
    # What stands before the first beginning goes with it.
    cuts = [0, *starts[1:], len(items)]
    return tuple(tuple(items[begin:end]) for begin, end in pairwise(cuts) if begin < end)


def _result_places(items: Sequence[Item]) -> dict[object, int]:
    return {
        block["tool_use_id"]: place
        for place, item in enumerate(items)
        for block in item.blocks
        if block["type"] == "tool_result"
    }


def _begins_turn(items: Sequence[Item], place: int) -> bool:
    item = items[place]
    return (
        item.role == "user"
        and (place == 0 or items[place - 1].turn_id != item.turn_id)
        and all(block["type"] != "tool_result" for block in item.blocks)
    )
