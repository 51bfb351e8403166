from datetime import date

import pytest
from pydantic import ValidationError

from context.entries import (
    Commitment,
    Conflict,
    DecisionNote,
    ErrorNote,
    FileNote,
    PendingCall,
    Preference,
    RecentTurn,
    RejectedAlternative,
    Sourced,
    Statement,
    TaskProgress,
    Todo,
    WorkNote,
    fact_line,
)
from context.fact_patterns import FactKind
from context.facts import Fact, Origin
from context.messages import TurnId
from tests.builders import NOON


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (Preference(text="tea"), "tea"),
        (Preference(text="tea", since=date(2026, 11, 20)), "tea (since 2026-11-20)"),
        (Commitment(kind="unanswered", text="where?"), "unanswered: where?"),
        (Commitment(kind="promise", text="call", due="Friday"), "promise: call (due Friday)"),
        (Todo(text="call"), "[open] call"),
        (Todo(text="call", owner="Ada", due="Friday"), "[open] call (Ada, due Friday)"),
        (TaskProgress(task="move", status="half"), "move: half"),
        (
            TaskProgress(task="move", status="half", current_step="pack", next_step="go"),
            "move: half; now: pack; next: go",
        ),
        (PendingCall(call_id="c1", name="refund"), "pending: refund (c1)"),
        (ErrorNote(message="boom", where="find"), "find: boom"),
        (ErrorNote(message="boom", where="find", fix="again"), "find: boom; fixed by again"),
        (DecisionNote(decision="red"), "red"),
        (DecisionNote(decision="red", reason="warm"), "red (because warm)"),
        (RejectedAlternative(option="blue"), "blue"),
        (RejectedAlternative(option="blue", reason="cold"), "blue (because cold)"),
        (FileNote(reference="a.pdf"), "sent a.pdf"),
        (FileNote(reference="a.pdf", action="written", note="offer"), "written a.pdf: offer"),
        (WorkNote(what="moved"), "moved"),
        (WorkNote(what="moved", evidence="c1"), "moved (c1)"),
        (Statement(text="be brief"), "be brief"),
        (Conflict(category="todos", tracked="a", noted="b"), "todos: kept “a”, not “b”"),
    ],
)
def test_every_entry_says_itself_in_a_line(entry: Todo, line: str) -> None:
    assert entry.line == line


@pytest.mark.parametrize(
    ("entry", "gist"),
    [
        (Todo(text="call", due="Friday"), "call"),
        (TaskProgress(task="move", status="half"), "move"),
        (ErrorNote(message="boom", where="find"), "boom"),
        (DecisionNote(decision="red", reason="warm"), "red"),
        (RejectedAlternative(option="blue"), "blue"),
        (WorkNote(what="moved"), "moved"),
    ],
)
def test_an_entry_is_known_again_by_its_first_words(entry: Sourced, gist: str) -> None:
    assert entry.gist == gist


def test_an_entry_from_before_positions_were_kept_is_read() -> None:
    todo = Todo.model_validate({"text": "call", "sources": ["slack-1"]})

    assert todo.positions == ()


def test_a_turn_says_both_sides() -> None:
    turn = RecentTurn(turn_id=TurnId("t"), said_at=NOON, person="Hello", assistant="Hi")

    assert turn.line == "person: Hello\nassistant: Hi"
    assert turn.model_copy(update={"assistant": ""}).line == "person: Hello"


@pytest.mark.parametrize(
    ("name", "origin", "superseded_by", "line"),
    [
        ("order number", Origin.USER, None, "order number: 48213"),
        ("", Origin.USER, None, "identifier: 48213"),
        ("order", Origin.USER, "9", "order: 48213 (superseded by 9)"),
        ("order", Origin.MODEL, None, "order: 48213 (said by the assistant)"),
        ("order", Origin.TOOL, "9", "order: 48213 (superseded by 9; from a tool)"),
        ("order", Origin.OTHERS, None, "order: 48213 (said by others)"),
    ],
)  # fmt: skip
def test_a_fact_says_what_must_be_known_of_its_worth(
    *, name: str, origin: Origin, superseded_by: str | None, line: str
) -> None:
    fact = Fact(
        kind=FactKind.IDENTIFIER,
        name=name,
        value="48213",
        message_id=None,
        said_at=NOON,
        origin=origin,
        superseded_by=superseded_by,
    )

    assert fact_line(fact) == line


@pytest.mark.parametrize(
    ("name", "line"),
    [("", "phone: 1"), ("phone number", "phone number: 1"), ("office", "office (phone): 1")],
)
def test_a_phone_number_says_that_it_is_one(name: str, line: str) -> None:
    fact = Fact(
        kind=FactKind.PHONE,
        name=name,
        value="1",
        message_id=None,
        said_at=NOON,
        origin=Origin.USER,
    )

    assert fact_line(fact) == line


@pytest.mark.parametrize(
    ("kind", "superseded_by", "line"),
    [
        (FactKind.INSTRUCTION, None, "instruction: Call me Ann."),
        (
            FactKind.INSTRUCTION,
            "Call me Bob.",
            "instruction: Call me Ann. (superseded by Call me Bob.)",
        ),
        (FactKind.QUESTION, None, "question: Call me Ann."),
        (FactKind.PROMISE, "Never mind.", "promise: Call me Ann. (settled: Never mind.)"),
    ],
)
def test_a_sentence_goes_by_what_it_does(
    *, kind: FactKind, superseded_by: str | None, line: str
) -> None:
    fact = Fact(
        kind=kind,
        name="name",
        value="Call me Ann.",
        message_id=None,
        said_at=NOON,
        origin=Origin.USER,
        superseded_by=superseded_by,
    )

    assert fact_line(fact) == line


def test_what_cannot_be_stored_is_in_no_entry() -> None:
    assert Todo(text="a\x00b\ud83dc").text == "abc"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValidationError):
        Todo.model_validate({"text": 5})


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="mood"):
        Todo.model_validate({"text": "call", "mood": "good"})
