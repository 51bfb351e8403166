import pytest
from hypothesis import given

from context.prompt import Item
from context.turns import whole_turns
from tests.builders import a_conversation, a_tool_result, a_tool_use, an_item
from tests.context.test_prompt import transcripts as any_transcripts
from tests.conversations import transcripts


def positions(turns: tuple[tuple[Item, ...], ...]) -> list[list[int]]:
    return [[item.position for item in turn] for turn in turns]


def test_each_message_of_the_person_begins_a_turn() -> None:
    items = a_conversation("one", "two", "three", "four", first=6)

    assert positions(whole_turns(items)) == [[6, 7], [8, 9]]


def test_an_empty_transcript_has_no_turns() -> None:
    assert whole_turns(()) == ()


def test_a_turn_without_an_answer_is_a_turn() -> None:
    items = (an_item(0, role="user", turn=0), an_item(1, role="user", turn=1))

    assert positions(whole_turns(items)) == [[0], [1]]


def test_what_was_said_meanwhile_belongs_to_the_turn_it_came_into() -> None:
    items = (
        an_item(0, turn=0),
        an_item(1, turn=0),
        an_item(2, role="user", turn=0),
        an_item(3, role="user", turn=1),
        an_item(4, role="user", turn=1),
    )

    assert positions(whole_turns(items)) == [[0, 1, 2], [3, 4]]
    assert positions(whole_turns(items[:3])) == [[0, 1, 2]]
    assert positions(whole_turns(items[3:])) == [[3, 4]]
    assert positions(whole_turns((*items[3:], items[0]))) == [[3, 4], [0]]


def test_a_call_and_its_result_are_in_one_turn() -> None:
    items = (
        an_item(0, turn=0),
        an_item(1, a_tool_use("a"), turn=0),
        an_item(2, a_tool_result("a"), turn=0),
        an_item(3, "done", turn=0),
        an_item(4, turn=1),
    )

    assert positions(whole_turns(items)) == [[0, 1, 2, 3], [4]]


def test_a_turn_into_which_an_earlier_calls_result_falls_is_not_cut_off() -> None:
    items = (
        an_item(0, turn=0),
        an_item(1, a_tool_use("a"), turn=0),
        an_item(2, "and?", role="user", turn=1),
        an_item(3, a_tool_result("a"), role="user", turn=2),
        an_item(4, "thanks", role="user", turn=3),
    )

    assert positions(whole_turns(items)) == [[0, 1, 2, 3], [4]]


def test_a_call_that_was_never_answered_holds_nothing_up() -> None:
    items = (
        an_item(0, turn=0),
        an_item(1, a_tool_use("a"), turn=0),
        an_item(2, "and?", role="user", turn=1),
    )

    assert positions(whole_turns(items)) == [[0, 1], [2]]


def test_a_result_without_its_call_begins_no_turn() -> None:
    items = (
        an_item(0, turn=0),
        an_item(1, a_tool_result("x"), role="user", turn=1),
        an_item(2, "and?", a_tool_result("y"), role="user", turn=2),
    )

    assert positions(whole_turns(items)) == [[0, 1, 2]]


def test_what_the_assistant_said_first_goes_with_the_first_turn() -> None:
    items = (an_item(1, turn=0), an_item(2, turn=1), an_item(3, turn=1), an_item(4, turn=2))

    assert positions(whole_turns(items)) == [[1, 2, 3], [4]]


def test_a_transcript_of_the_assistant_alone_is_one_turn() -> None:
    items = (an_item(1, turn=0), an_item(3, turn=1))

    assert positions(whole_turns(items)) == [[1, 3]]


@pytest.mark.slow
@given(any_transcripts() | transcripts())
def test_the_turns_joined_are_the_transcript_and_no_call_leaves_its_result(
    items: tuple[Item, ...],
) -> None:
    turns = whole_turns(items)

    assert tuple(item for turn in turns for item in turn) == items
    assert all(turns)
    places = {item.position: number for number, turn in enumerate(turns) for item in turn}
    calls: dict[object, int] = {}
    for item in items:
        for block in item.blocks:
            if block["type"] == "tool_use" and item.role == "assistant":
                calls[block["id"]] = places[item.position]
            elif block["type"] == "tool_result" and block["tool_use_id"] in calls:
                assert calls[block["tool_use_id"]] == places[item.position]
