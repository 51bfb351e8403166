from collections.abc import Mapping
from dataclasses import replace

import pytest

from context import trackers
from context.categories import OriginalRequest
from context.entries import Commitment, ErrorNote, FileNote, PendingCall
from context.fact_patterns import FactKind
from context.facts import Origin
from context.messages import Said
from context.prompt import Block, mail_blocks
from tests.builders import (
    a_conversation,
    a_photo,
    a_text,
    a_tool_result,
    a_tool_use,
    an_inbound,
    an_item,
)

OVERHEARD = a_text("<overheard>\nBob: the code is B-77\n</overheard>")


def test_the_original_request_is_the_first_thing_the_person_said() -> None:
    items = a_conversation("Where is my order 48213?", "Let me see.", "And my lamp?")

    assert trackers.original_request(items) == OriginalRequest(
        text="Where is my order 48213?", message_id=items[0].message_ids[0]
    )


def test_what_others_said_is_no_request() -> None:
    items = (an_item(0, OVERHEARD), an_item(2, OVERHEARD, "What do they mean?"))

    assert trackers.original_request(items).text == "What do they mean?"


def test_of_a_very_long_request_the_middle_is_left_out() -> None:
    request = trackers.original_request(a_conversation("begin " + "x" * 100_000 + " end"))

    assert request.text.startswith("begin ")
    assert request.text.endswith(" end")
    assert len(request.text.encode()) <= 8_192


def test_a_request_of_no_known_message_has_no_source() -> None:
    item = an_item(0, "Hello", role="user")

    request = trackers.original_request((replace(item, message_ids=()),))

    assert request == OriginalRequest(text="Hello")


def test_without_a_request_there_is_none() -> None:
    assert trackers.original_request(()) == OriginalRequest()
    assert trackers.original_request((an_item(1, "As I said"),)) == OriginalRequest()


def test_recent_turns_hold_both_sides_word_for_word() -> None:
    items = (
        an_item(0, "Find it"),
        an_item(1, "One moment.", a_tool_use(), turn=0),
        an_item(2, a_tool_result(), turn=0),
        an_item(3, "Found.", turn=0),
        an_item(4, "Thanks"),
    )

    turns = trackers.recent_turns(items, max_tokens=1_000)

    assert [(turn.person, turn.assistant, turn.is_whole) for turn in turns] == [
        ("Find it", "One moment.\nFound.", True),
        ("Thanks", "", True),
    ]


def test_a_newest_turn_that_is_too_large_is_cut_on_both_sides() -> None:
    items = a_conversation("old", "older", "a" + "x" * 9_000 + "z", "b" + "y" * 9_000 + "c")

    (turn,) = trackers.recent_turns(items, max_tokens=400)

    assert not turn.is_whole
    assert (turn.person[0], turn.person[-1]) == ("a", "z")
    assert (turn.assistant[0], turn.assistant[-1]) == ("b", "c")
    assert len(turn.line.encode()) < 1_300


def test_a_transcript_without_items_has_no_turns() -> None:
    assert trackers.recent_turns((), max_tokens=400) == ()


def test_facts_say_who_said_them() -> None:
    items = (
        an_item(0, OVERHEARD, "my order number is 48213"),
        an_item(1, "I see ticket PR-1", a_tool_use()),
        an_item(2, a_tool_result(text="invoice R-9")),
        an_item(4, a_tool_result(text=""), {"type": "image", "source": {}}),
    )

    found = [(fact.value, fact.origin) for fact in trackers.facts(items)]

    assert found == [
        ("B-77", Origin.OTHERS),
        ("48213", Origin.USER),
        ("PR-1", Origin.MODEL),
        ("R-9", Origin.TOOL),
    ]


def test_a_persons_facts_know_their_message() -> None:
    items = a_conversation("order 48213", "ticket PR-1")

    assert [fact.message_id for fact in trackers.facts(items)] == [
        items[0].message_ids[0],
        None,
    ]


def test_what_is_answered_is_only_quoted() -> None:
    item = an_item(0, "[in reply to: I'll always call you Ann. Order 48213]", "Always?")

    assert [(fact.value, fact.origin) for fact in trackers.facts((item,))] == [
        ("48213", Origin.OTHERS),
        ("Always?", Origin.USER),
    ]


def test_a_question_is_open_until_the_other_side_says_something() -> None:
    items = (
        *a_conversation(
            "Where is it? And when?", "Which order?", "48213", "Shall I look? Now?"
        ),
        an_item(4, a_tool_result(), role="user"),
    )

    assert [
        [fact.value for fact in trackers.open_questions(items[:length])] for length in range(6)
    ] == [
        [],
        ["Where is it?", "And when?"],
        ["Which order?"],
        [],
        ["Shall I look?", "Now?"],
        ["Shall I look?", "Now?"],
    ]


def test_questions_of_several_messages_in_a_row_are_all_open() -> None:
    items = (
        *a_conversation("Hello", "Yes?"),
        an_item(2, "Where is it?", OVERHEARD),
        an_item(4, "  ", "And when?"),
    )

    assert [(fact.value, fact.message_id) for fact in trackers.open_questions(items)] == [
        ("Where is it?", items[2].message_ids[0]),
        ("And when?", items[3].message_ids[0]),
    ]


def test_open_questions_are_facts_too() -> None:
    facts = trackers.facts(a_conversation("order 48213, where is it?"))

    assert [fact.kind for fact in facts] == [FactKind.IDENTIFIER, FactKind.QUESTION]


def test_what_was_said_since_the_last_answer_is_unanswered() -> None:
    items = (*a_conversation("one", "two"), an_item(2, "three?"), an_item(4, "four?"))

    assert trackers.unanswered(items) == (
        Commitment(kind="unanswered", text="three?", sources=items[2].message_ids),
        Commitment(kind="unanswered", text="four?", sources=items[3].message_ids),
    )
    assert trackers.unanswered(a_conversation("one", "two")) == ()


def test_a_tool_call_is_no_answer() -> None:
    items = (an_item(0, "one?"), an_item(1, a_tool_use()), an_item(2, a_tool_result()))

    assert [one.text for one in trackers.unanswered(items)] == ["one?"]


def test_calls_without_a_result_are_pending() -> None:
    items = (
        an_item(1, a_tool_use("a"), a_tool_use("b", "refund")),
        an_item(2, a_tool_result("a")),
    )

    assert trackers.pending_calls(items) == (PendingCall(call_id="b", name="refund"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no such order", "no such order"),
        ([a_text("no such"), {"type": "image"}, a_text("order")], "no such\norder"),
        (None, ""),
        ("x" * 9_000, None),
    ],
)
def test_failures_of_tools_are_kept_in_their_words(
    content: object, message: str | None
) -> None:
    failed: Mapping[str, object] = {**a_tool_result("a", failed=True), "content": content}

    (error,) = trackers.errors((an_item(1, a_tool_use("a", "find")), an_item(2, failed)))

    assert error.where == "find"
    assert error.message == message or (message is None and len(error.message) <= 512)


def test_a_failure_of_an_unknown_call_is_kept_too() -> None:
    failed: Block = a_tool_result("zzz", "boom", failed=True)

    assert trackers.errors((an_item(2, failed, a_tool_result("b")),)) == (
        ErrorNote(message="boom", where="a tool"),
    )


def test_files_are_known_by_their_lines() -> None:
    message = an_inbound(content=Said(text="look [photo: not one]", media=(a_photo(),)))
    item = an_item(0, *mail_blocks([message]))

    assert trackers.files((item, an_item(1, "[photo: by the assistant]"))) == (
        FileNote(reference="photo: image/jpeg, lamp.jpg", sources=item.message_ids),
    )


def test_the_summary_is_one_line_for_each_message_of_the_person() -> None:
    items = a_conversation("Hello\nthere", "Hello yourself", "Where is it?" + "!" * 500)

    lines = trackers.summary(items).splitlines()

    assert lines[0] == "2026-11-20: Hello there"
    assert lines[1].startswith("2026-11-20: Where is it?!!!")
    assert len(lines) == 2
    assert len(lines[1]) <= 172


def test_the_summary_keeps_the_newest_lines_up_to_four_hundred_words() -> None:
    text = trackers.newest_lines(*(f"{number} " + "word " * 19 for number in range(100)))

    assert len(text.split()) == 400
    assert text.splitlines()[-1].startswith("99 ")


def test_the_summary_is_bounded_in_scripts_without_spaces_too() -> None:
    text = trackers.newest_lines(*(f"{number}" + "字" * 150 for number in range(100)))

    assert len(text) <= 3_100
    assert text.splitlines()[-1].startswith("99")


def test_a_line_stands_in_the_summary_once() -> None:
    assert trackers.newest_lines("a\nb", "b\nc") == "a\nb\nc"
    assert trackers.newest_lines("", "") == ""
