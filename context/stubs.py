"""Tool results shown shorter than they were: old ones as a line with their id, long ones cut.

Nothing is lost: the transcript keeps every result whole, and a call stays with its result.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from context.prompt import Block, Item
from context.truncation import SMALLEST_BYTES, SMALLEST_LINES, clipped

WHOLE_RESULTS = 3
"""So many of the newest results are never taken for old."""

_LEAST_SAVED_BYTES = 64
"""A result that is hardly longer than its stub stays: it says more."""


def stubbed(item: Item) -> Item:
    """The item with a line in place of each tool result that is longer than that."""
    return _with_results(item, _stub)


def cut_down(item: Item, *, max_bytes: int, max_lines: int) -> Item:
    """The item with the middle of each tool result's text left out that is over a limit.

    Args:
        item: Any item.
        max_bytes: Longest text of a result.
        max_lines: Most lines of it.
    """
    cut = partial(
        _cut,
        max_bytes=max(max_bytes, SMALLEST_BYTES),
        max_lines=max(max_lines, SMALLEST_LINES),
    )
    return _with_results(
        item,
        lambda result: (
            {**result, "content": cut(result["content"], kept_as=str(result["tool_use_id"]))}
            if "content" in result
            else result
        ),
    )


def old_results(items: Sequence[Item]) -> Iterator[Item]:
    """The items that hold tool results, without those that hold one of the newest three."""
    found = 0
    for item in reversed(items):
        count = sum(block["type"] == "tool_result" for block in item.blocks)
        if count and found >= WHOLE_RESULTS:
            yield item
        found += count


def superseded_results(items: Sequence[Item]) -> Iterator[Item]:
    """The items all of whose tool results were got again later: same tool, same input.

    A later failure takes no earlier result's place.
    """
    calls = {block["id"]: _call(block) for block in _blocks(items, "tool_use")}
    later: set[str] = set()
    for item in reversed(items):
        results = [block for block in item.blocks if block["type"] == "tool_result"]
        asked = [calls.get(result["tool_use_id"]) for result in results]
        if results and all(call in later for call in asked):
            yield item
        later.update(
            call
            for call, result in zip(asked, results, strict=True)
            if call is not None and not result.get("is_error")
        )


def _with_results(item: Item, changed: Callable[[Block], Block]) -> Item:
    """The item with its tool results changed; the item itself where none is."""
    blocks = tuple(
        changed(block) if block["type"] == "tool_result" else block for block in item.blocks
    )
    return item if blocks == item.blocks else replace(item, blocks=blocks)


def _stub(result: Block) -> Block:
    size_bytes = _size_bytes(result.get("content"))
    line = f"[left out to save room: {size_bytes:,} bytes, id {result['tool_use_id']}]"
    if size_bytes - _size_bytes(line) < _LEAST_SAVED_BYTES:
        return result
    return {**result, "content": line}


def _size_bytes(content: object) -> int:
    written = content if isinstance(content, str) else _json(content)
    return len(written.encode("utf-8", "surrogatepass"))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=dict)


def _cut(content: object, *, max_bytes: int, max_lines: int, kept_as: str) -> object:
    """Cut a result's text, or the text of each of its parts; what is no text stays."""
    cut = partial(_cut, max_bytes=max_bytes, max_lines=max_lines, kept_as=kept_as)
    match content:
        case str(text):
            return clipped(text, max_bytes=max_bytes, max_lines=max_lines, kept_as=kept_as)
        case list() | tuple() as parts:
            return type(parts)(cut(part) for part in parts)
        case {"type": "text", "text": text, **others}:
            shorter = cut(text)
            return {"type": "text", "text": shorter, **others}
        case _:
            return content


def _blocks(items: Iterable[Item], kind: str) -> Iterator[Block]:
    return (block for item in items for block in item.blocks if block["type"] == kind)


def _call(block: Block) -> str:
    return _json([block.get("name"), block.get("input")])
