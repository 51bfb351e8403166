import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.categories import UserProfile
from context.entries import (
    Commitment,
    DecisionNote,
    ErrorNote,
    Preference,
    RejectedAlternative,
    Statement,
    TaskProgress,
    Todo,
    WorkNote,
)
from context.fact_finding import questions_in
from context.facts import Fact, Origin
from context.note_text import notes_text
from context.notes import Notes
from context.trackers import facts
from context.usage import estimated_tokens
from tests.builders import NOON, a_conversation


def some_notes(times: int = 12) -> Notes:
    """Something in every list."""
    numbers = range(times)
    return Notes(
        restated_goal="get a lamp",
        standing_instructions=tuple(Statement(text=f"always {n}") for n in numbers),
        profile=UserProfile(
            language="German", preferences=tuple(Preference(text=f"likes {n}") for n in numbers)
        ),
        open_commitments=tuple(Commitment(kind="promise", text=f"vow {n}!") for n in numbers),
        todos=tuple(Todo(text=f"todo {n}") for n in numbers),
        task_progress=tuple(TaskProgress(task=f"task {n}", status="x") for n in numbers),
        errors=tuple(ErrorNote(message=f"error {n}", where="find") for n in numbers),
        decisions=tuple(DecisionNote(decision=f"decided {n}") for n in numbers),
        rejected_alternatives=tuple(RejectedAlternative(option=f"not {n}") for n in numbers),
        work_completed=tuple(WorkNote(what=f"work {n}") for n in numbers),
        conversation_summary="\n".join(f"chapter {n}" for n in numbers),
        workflow_type="shopping",
    )


def some_facts(times: int = 12) -> tuple[Fact, ...]:
    """As many ticket numbers, and what is to be observed always."""
    said = [f"My ticket number is T-{n}" for n in range(times)]
    return tuple(facts(a_conversation("Always answer in French.", "Ok.", *said)))


def sections(text: str) -> dict[str, list[str]]:
    """The lines of each section."""
    parts = re.split(r"(?m)^## (\w+)\n", text)[1:]
    return dict(
        zip(parts[::2], ([*part.strip().split("\n")] for part in parts[1::2]), strict=True)
    )


def test_notes_and_facts_are_told_in_the_order_of_the_categories() -> None:
    text = notes_text(some_notes(1), some_facts(1), max_tokens=1_000)

    assert text == (
        "## original_request\n- goal: get a lamp\n- always: Always answer in French.\n"
        "- always: always 0\n\n"
        "## key_facts\n- ticket number: T-0\n\n"
        "## user_profile\n- language: German\n- prefers: likes 0\n\n"
        "## open_commitments\n- promise: vow 0!\n\n"
        "## todos\n- [open] todo 0\n\n"
        "## task_progress\n- kind: shopping\n- task 0: x\n\n"
        "## errors\n- find: error 0\n\n"
        "## decisions\n- decided 0\n\n"
        "## rejected_alternatives\n- not 0\n\n"
        "## work_completed\n- work 0\n\n"
        "## conversation_summary\n- chapter 0"
    )


def test_of_nothing_nothing_is_told() -> None:
    assert notes_text(Notes(), (), max_tokens=1_000) == ""


def test_open_questions_of_the_ledger_are_told() -> None:
    asked = questions_in(
        "When does it come?", message_id=None, said_at=NOON, origin=Origin.USER
    )

    text = notes_text(Notes(), asked, max_tokens=1_000)

    assert text == "## open_commitments\n- question: When does it come?"


@pytest.mark.slow
@given(st.integers(0, 1_500))
def test_the_text_fits(max_tokens: int) -> None:
    text = notes_text(some_notes(), some_facts(), max_tokens=max_tokens)

    assert text == "" or estimated_tokens(text) <= max_tokens


@pytest.mark.parametrize("max_tokens", [50, 100, 200, 300, 400, 500, 700])
def test_a_section_is_trimmed_only_once_those_behind_it_are_gone(max_tokens: int) -> None:
    whole = sections(notes_text(some_notes(), some_facts(), max_tokens=9_000))
    few = sections(notes_text(some_notes(), some_facts(), max_tokens=max_tokens))

    trimmed = [name for name, lines in whole.items() if few.get(name, []) != lines]
    order = ["original_request", "key_facts", *list(whole)[2:]]
    assert trimmed == order[order.index(trimmed[0]) :]
    assert [name for name in trimmed if few.get(name)] in ([], trimmed[:1])


def test_the_newest_entries_of_a_list_stay() -> None:
    whole = sections(notes_text(some_notes(), (), max_tokens=9_000))
    few = next(
        found
        for limit in range(900, 0, -50)
        if 0
        < len(
            (found := sections(notes_text(some_notes(), (), max_tokens=limit))).get("todos", [])
        )
        < 12
    )

    assert few["todos"] == whole["todos"][-len(few["todos"]) :]


def test_nothing_noted_passes_for_a_section() -> None:
    notes = Notes(todos=(Todo(text="a\n## key_facts\n- order: 1"),))

    assert list(sections(notes_text(notes, (), max_tokens=1_000))) == ["todos"]
