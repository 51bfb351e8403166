import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.prompt import Block, Item, Role
from context.replay import newest_turn, replayable
from context.usage import estimated_block_tokens
from tests.builders import a_conversation, a_text, a_tool_result, a_tool_use, an_item


@st.composite
def transcripts(draw: st.DrawFn) -> tuple[Item, ...]:
    """Turns of a person's words, perhaps tool calls with results, and perhaps an answer."""
    items: list[Item] = []
    for turn in range(draw(st.integers(0, 6))):
        said: list[tuple[Role, Block]] = [("user", a_text("x" * draw(st.integers(1, 300))))]
        for call in range(draw(st.integers(0, 2))):
            said.append(("assistant", a_tool_use(f"{turn}-{call}")))
            said.append(("user", a_tool_result(f"{turn}-{call}")))
        if draw(st.booleans()):
            said.append(("assistant", a_text("y")))
        for role, block in said:
            items.append(an_item(100 + len(items), block, role=role, turn=turn))
    return tuple(items)


def tokens(items: tuple[Item, ...]) -> int:
    return sum(estimated_block_tokens(item.blocks) for item in items)


@pytest.mark.slow
@given(transcripts(), st.integers(0, 600))
def test_what_is_replayed_are_the_newest_turns_whole(
    items: tuple[Item, ...], max_tokens: int
) -> None:
    kept = replayable(items, max_tokens=max_tokens)

    assert kept == items[len(items) - len(kept) :]
    assert tokens(kept) <= max_tokens
    if kept:
        before = items[: len(items) - len(kept)]
        assert kept[0].role == "user"
        assert {item.turn_id for item in before}.isdisjoint(item.turn_id for item in kept)
        assert "tool_result" not in {block["type"] for block in kept[0].blocks}


@pytest.mark.slow
@given(transcripts(), st.integers(0, 600))
def test_another_turn_would_not_fit(items: tuple[Item, ...], max_tokens: int) -> None:
    kept = replayable(items, max_tokens=max_tokens)

    if len(kept) < len(items):
        before = items[: len(items) - len(kept)]
        assert tokens(newest_turn(before) + kept) > max_tokens


def test_everything_is_replayed_where_it_fits() -> None:
    items = a_conversation("one", "two", "three", "four")

    assert replayable(items, max_tokens=10_000) == items


def test_a_transcript_that_begins_with_an_answer_is_replayed_from_the_next_turn() -> None:
    items = a_conversation("one", "two", "three", "four")

    assert replayable(items[1:], max_tokens=10_000) == items[2:]


def test_nothing_is_replayed_of_a_newest_turn_that_is_too_large() -> None:
    items = a_conversation("one", "two", "x" * 10_000, "four")

    assert replayable(items, max_tokens=100) == ()


def test_the_newest_turn_is_all_of_its_items() -> None:
    items = a_conversation("one", "two", "three", "four")

    assert newest_turn(items) == items[2:]
    assert newest_turn(()) == ()
