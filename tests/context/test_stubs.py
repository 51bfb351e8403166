import json
from collections.abc import Iterable

import pytest

from context.prompt import Block, Item
from context.stubs import cut_down, old_results, stubbed, superseded_results
from context.truncation import SMALLEST_BYTES, SMALLEST_LINES, clipped
from tests.builders import a_text, a_tool_result, a_tool_use, an_item

STUB = "[left out to save room: {} bytes, id toolu_1]"


def a_result(text: str) -> Item:
    return an_item(2, a_tool_result(text=text), role="user")


def content(item: Item) -> object:
    return item.blocks[0]["content"]


def positions(items: Iterable[Item]) -> list[int]:
    return sorted(item.position for item in items)


def test_a_long_result_becomes_a_line_with_its_size_and_id() -> None:
    assert content(stubbed(a_result("x" * 12_345))) == STUB.format("12,345")


def test_all_else_of_the_item_stays() -> None:
    item = an_item(
        2, a_tool_result("a", "x" * 500, failed=True), a_text("so?" * 100), role="user"
    )

    shown = stubbed(item)

    assert shown.blocks[0]["is_error"] is True
    assert shown.blocks[0]["tool_use_id"] == "a"
    assert shown.blocks[1] == item.blocks[1]
    assert (shown.position, shown.turn_id, shown.said_at) == (2, item.turn_id, item.said_at)


@pytest.mark.parametrize(("size", "is_stub"), [(109, False), (110, True)])
def test_a_result_is_left_out_where_that_saves_64_bytes(size: int, *, is_stub: bool) -> None:
    assert len(STUB.format(110)) == 46
    item = a_result("x" * size)

    assert (stubbed(item) is not item) is is_stub


def test_a_stub_is_not_made_shorter_again() -> None:
    once = stubbed(a_result("x" * 10_000_000))

    assert stubbed(once) is once


def test_size_is_in_bytes() -> None:
    assert content(stubbed(a_result("é" * 500))) == STUB.format("1,000")


def test_a_result_of_parts_counts_as_it_is_sent() -> None:
    parts = [a_text("é" * 100), {"type": "image", "source": {"data": "y" * 100}}]
    result = {**a_tool_result(), "content": parts}
    size_bytes = len(json.dumps(parts, ensure_ascii=False).encode())

    assert content(stubbed(an_item(2, result, role="user"))) == STUB.format(size_bytes)


def test_words_and_calls_are_no_results() -> None:
    item = an_item(1, "x" * 1_000, a_tool_use("a"), role="assistant")

    assert stubbed(item) is item
    assert cut_down(item, max_bytes=200, max_lines=10) is item


def test_a_result_without_content_stays() -> None:
    item = an_item(2, {"type": "tool_result", "tool_use_id": "a"}, role="user")

    assert stubbed(item) is item
    assert cut_down(item, max_bytes=200, max_lines=10) is item


def test_an_overlong_result_loses_its_middle() -> None:
    text = "\n".join(f"line {n}" for n in range(1_000))

    assert content(cut_down(a_result(text), max_bytes=512, max_lines=20)) == clipped(
        text, max_bytes=512, max_lines=20, kept_as="toolu_1"
    )


@pytest.mark.parametrize(
    ("text", "is_cut"),
    [("x" * 512, False), ("x" * 513, True), ("\n" * 20, False), ("\n" * 21, True)],
)
def test_a_result_within_both_limits_stays(text: str, *, is_cut: bool) -> None:
    item = a_result(text)

    assert (cut_down(item, max_bytes=512, max_lines=20) is not item) is is_cut


def test_limits_without_room_for_a_marker_are_raised_to_the_smallest() -> None:
    text = "x\n" * 500

    assert content(cut_down(a_result(text), max_bytes=1, max_lines=1)) == clipped(
        text, max_bytes=SMALLEST_BYTES, max_lines=SMALLEST_LINES, kept_as="toolu_1"
    )


@pytest.mark.parametrize("kind", [list, tuple])
def test_each_text_of_a_result_of_parts_is_cut(kind: type) -> None:
    picture: Block = {"type": "image", "source": {}}
    long: Block = {**a_text("x" * 1_000), "citations": None}
    result = {**a_tool_result(), "content": kind([long, picture, a_text("y")])}
    item = an_item(2, result, role="user")

    shorter = {
        **long,
        "text": clipped("x" * 1_000, max_bytes=512, max_lines=20, kept_as="toolu_1"),
    }
    shown = cut_down(item, max_bytes=512, max_lines=20)
    assert content(shown) == kind([shorter, picture, a_text("y")])
    assert cut_down(shown, max_bytes=512, max_lines=20) is shown


def calls(
    *results: str | tuple[str, str] | None, failed: tuple[int, ...] = ()
) -> tuple[Item, ...]:
    """Calls of tools by name, each with its result; None is a turn without a call."""
    items: list[Item] = []
    for number, name in enumerate(results):
        turn = number
        items.append(an_item(len(items), f"ask {number}", role="user", turn=turn))
        names = () if name is None else (name,) if isinstance(name, str) else name
        ids = [f"{number}-{place}" for place in range(len(names))]
        if names:
            uses = [a_tool_use(one, tool) for one, tool in zip(ids, names, strict=True)]
            items.append(an_item(len(items), *uses, role="assistant", turn=turn))
            given = [a_tool_result(one, failed=number in failed) for one in ids]
            items.append(an_item(len(items), *given, role="user", turn=turn))
        items.append(an_item(len(items), "so be it", role="assistant", turn=turn))
    return tuple(items)


def test_the_newest_three_results_are_not_old() -> None:
    items = calls("a", "b", None, "c", "d", "e")

    assert positions(old_results(items)) == [2, 6]
    assert positions(old_results(calls("a", "b", "c"))) == []


def test_an_item_with_one_of_the_newest_results_is_not_old() -> None:
    items = calls("a", ("b", "c"), ("d", "e"))

    assert positions(old_results(items)) == [2]


def test_a_result_that_was_got_again_is_superseded() -> None:
    items = calls("a", "b", "a", "a")

    assert positions(superseded_results(items)) == [2, 10]


def test_another_input_is_another_call() -> None:
    first = an_item(1, {**a_tool_use("x"), "input": {"query": "one"}}, role="assistant")
    second = an_item(3, {**a_tool_use("y"), "input": {"query": "two"}}, role="assistant")
    items = (
        first,
        an_item(2, a_tool_result("x"), role="user"),
        second,
        an_item(4, a_tool_result("y"), role="user"),
    )

    assert positions(superseded_results(items)) == []


def test_the_order_of_an_inputs_keys_does_not_matter() -> None:
    first = an_item(1, {**a_tool_use("x"), "input": {"a": 1, "b": 2}}, role="assistant")
    second = an_item(3, {**a_tool_use("y"), "input": {"b": 2, "a": 1}}, role="assistant")
    items = (
        first,
        an_item(2, a_tool_result("x"), role="user"),
        second,
        an_item(4, a_tool_result("y"), role="user"),
    )

    assert positions(superseded_results(items)) == [2]


def test_a_later_failure_takes_no_results_place() -> None:
    assert positions(superseded_results(calls("a", "a", failed=(1,)))) == []
    assert positions(superseded_results(calls("a", "a", failed=(0,)))) == [2]


def test_an_item_is_superseded_only_with_all_its_results() -> None:
    assert positions(superseded_results(calls(("a", "b"), "a"))) == []
    assert positions(superseded_results(calls(("a", "b"), "a", "b"))) == [2]


def test_a_result_without_its_call_is_never_superseded() -> None:
    items = (
        an_item(0, a_tool_result("x"), role="user"),
        an_item(2, a_tool_result("x"), role="user"),
    )

    assert positions(superseded_results(items)) == []
