import json

import pytest
from pydantic import ValidationError

from context.prompt import Item
from context.stubs import cut_down, stubbed
from context.summary import Summary, view, widened
from tests.builders import a_conversation, a_text, a_tool_result, a_tool_use, an_item

TEXT = "<summary>\nsecret words\n</summary>"
ITEMS = a_conversation(*(f"message {number}" for number in range(10)), first=4)


def positions(items: tuple[Item, ...]) -> list[int]:
    return [item.position for item in items]


def results() -> tuple[Item, ...]:
    """A turn with two long results, in items 1 and 2 of it."""
    return (
        an_item(0, turn=0),
        an_item(1, a_tool_use("a"), turn=0),
        an_item(2, a_tool_result("a", "x\n" * 500), turn=0),
        an_item(3, a_tool_use("b"), turn=0),
        an_item(4, a_tool_result("b", "y\n" * 500), turn=0),
    )


def test_without_a_summary_all_is_shown() -> None:
    assert view(list(ITEMS), None) == ITEMS


def test_a_summary_stands_where_the_first_item_stood_that_it_stands_for() -> None:
    shown = view(ITEMS, Summary(covers_to=9, kept=(4, 5), text=TEXT))

    assert positions(shown) == [4, 5, 6, 10, 11, 12, 13]
    assert shown[:2] == ITEMS[:2]
    assert shown[3:] == ITEMS[6:]


def test_a_summary_is_one_item_of_the_persons_side_with_no_message_of_theirs() -> None:
    told = view(ITEMS, Summary(covers_to=8, kept=(4,), text=TEXT))[1]

    assert told.role == "user"
    assert told.blocks == (a_text(TEXT),)
    assert told.message_ids == ()
    assert (told.position, told.turn_id, told.said_at) == (
        5,
        ITEMS[1].turn_id,
        ITEMS[1].said_at,
    )


def test_kept_items_in_the_middle_stay_where_they_were() -> None:
    shown = view(ITEMS, Summary(covers_to=11, kept=(4, 8, 9), text=TEXT))

    assert positions(shown) == [4, 5, 8, 9, 12, 13]


@pytest.mark.parametrize(("covers_to", "first"), [(3, 4), (4, 4), (5, 4), (13, 4)])
def test_what_a_summary_covers_ends_with_its_position(covers_to: int, first: int) -> None:
    shown = view(ITEMS, Summary(covers_to=covers_to, text=TEXT))

    covered = max(covers_to - 3, 0)
    assert positions(shown) == [*([first] if covered else []), *range(4 + covered, 14)]


def test_without_words_nothing_takes_the_place_of_what_is_covered() -> None:
    assert positions(view(ITEMS, Summary(covers_to=11))) == [12, 13]


def test_stubs_and_clips_are_shown_anywhere() -> None:
    items = results()
    summary = Summary(covers_to=-1, stubbed=(2,), clipped=(4,), clip_bytes=200, clip_lines=9)

    assert view(items, summary) == (
        *items[:2],
        stubbed(items[2]),
        items[3],
        cut_down(items[4], max_bytes=200, max_lines=9),
    )
    assert view(items, summary)[2] != items[2]
    assert view(items, summary)[4] != items[4]


def test_a_stub_in_what_is_kept_is_a_stub_still() -> None:
    items = results()

    assert view(items, Summary(covers_to=4, kept=(0, 1, 2), stubbed=(2,)))[2] != items[2]


def test_the_items_themselves_are_never_changed() -> None:
    items = results()
    before = json.dumps([dict(block) for item in items for block in item.blocks])

    view(items, Summary(covers_to=0, stubbed=(2,), clipped=(4,), clip_bytes=200, text=TEXT))

    assert json.dumps([dict(block) for item in items for block in item.blocks]) == before


def test_a_view_of_a_view_is_the_same() -> None:
    summary = Summary(covers_to=3, kept=(0,), clipped=(4,), clip_bytes=200, text=TEXT)
    once = view(results(), summary)

    assert view(once, summary) == once
    assert view(results(), summary) == once


def test_a_wider_summary_forgets_what_it_covers_and_its_words() -> None:
    summary = Summary(
        covers_to=3,
        kept=(0, 1, 2),
        stubbed=(0, 2, 5, 6),
        clipped=(1, 4, 5, 7),
        clip_bytes=512,
        text=TEXT,
    )

    wider = widened(summary, covers_to=5, kept=(0, 1))

    assert wider == Summary(
        covers_to=5, kept=(0, 1), stubbed=(0, 6), clipped=(1, 7), clip_bytes=512
    )
    assert widened(summary, covers_to=2, kept=(0,)).covers_to == 3


def test_it_survives_json() -> None:
    summary = Summary(covers_to=41, kept=(0, 1), stubbed=(45,), clipped=(47,), text=TEXT)

    stored = json.loads(json.dumps(summary.model_dump(mode="json")))

    assert stored == {
        "schema_number": 1,
        "covers_to": 41,
        "kept": [0, 1],
        "stubbed": [45],
        "clipped": [47],
        "clip_bytes": 10_240,
        "clip_lines": 256,
        "text": TEXT,
    }
    assert Summary.model_validate(stored) == summary


def test_neither_its_repr_nor_an_error_shows_words() -> None:
    assert "secret" not in repr(Summary(covers_to=1, text=TEXT))
    with pytest.raises(ValidationError) as caught:
        Summary.model_validate({"covers_to": TEXT, "text": TEXT})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"covers_to": -2}, {"covers_to": 1, "kept": (-1,)}, {"covers_to": 1, "more": 1}]
)
def test_what_is_no_summary_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Summary.model_validate(wrong)


def test_text_that_cannot_be_stored_is_not_in_it() -> None:
    assert Summary(covers_to=1, text="a\x00b\ud83d").text == "ab"
