import json
import time
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from context.categories import OriginalRequest, Termination, Trigger, UserProfile
from context.entries import (
    Commitment,
    DecisionNote,
    ErrorNote,
    FileNote,
    Preference,
    RejectedAlternative,
    Statement,
    TaskProgress,
    Todo,
    WorkNote,
)
from context.fact_patterns import FactKind
from context.facts import MOST_FACTS, Fact, Origin
from context.handoff import (
    HandoffDocument,
    bulleted,
    completion_percentage,
    document,
    markdown,
    notes_of,
    summary_line,
)
from context.lifecycle import TerminationReason
from context.messages import Said
from context.notes import Notes
from context.prompt import Item, mail_blocks
from context.usage import Usage
from tests.builders import (
    NOON,
    a_conversation,
    a_document,
    a_photo,
    a_text,
    a_tool_result,
    a_tool_use,
    an_agent,
    an_inbound,
    an_item,
)

CATEGORIES = [
    "original_request",
    "agent_info",
    "termination_reason",
    "token_usage",
    "recent_turns",
    "key_facts",
    "user_profile",
    "open_commitments",
    "todos",
    "task_progress",
    "tool_state",
    "errors",
    "decisions",
    "rejected_alternatives",
    "files",
    "work_completed",
    "conversation_summary",
]

MADE = a_document().model_dump()

any_text = st.text(st.characters(codec=None), max_size=30)
facts = st.builds(
    Fact,
    kind=st.sampled_from(FactKind),
    name=st.text(max_size=10),
    value=st.text(max_size=10),
    origin=st.sampled_from(Origin),
    said_at=st.datetimes(timezones=st.just(UTC)),
)
documents = st.builds(
    lambda update: HandoffDocument.model_validate({**MADE, **update}),
    st.fixed_dictionaries(
        {
            "original_request": st.builds(OriginalRequest, text=any_text),
            "termination_reason": st.builds(
                Termination, percent=st.floats(0, 200), code=st.sampled_from(TerminationReason)
            ),
            "key_facts": st.lists(facts, max_size=3),
            "user_profile": st.builds(UserProfile, name=any_text),
            "todos": st.lists(st.builds(Todo, text=any_text), max_size=3),
            "decisions": st.lists(st.builds(DecisionNote, decision=any_text), max_size=3),
            "conversation_summary": any_text,
        }
    ),
)


@pytest.mark.slow
@given(documents)
def test_a_document_survives_being_written_and_read(made: HandoffDocument) -> None:
    assert HandoffDocument.model_validate_json(made.model_dump_json()) == made


@pytest.mark.slow
@given(documents)
def test_a_document_survives_a_json_column(made: HandoffDocument) -> None:
    column = json.loads(json.dumps(made.model_dump(mode="json")))

    assert HandoffDocument.model_validate(column) == made


def test_a_document_has_the_seventeen_categories_in_order_of_worth() -> None:
    made = a_document()

    assert list(HandoffDocument.model_fields)[:18] == ["schema_number", *CATEGORIES]
    assert [name for name, _ in made.sections] == CATEGORIES


@pytest.mark.parametrize(
    "change", [{"mood": "good"}, {"schema_number": 2}, {"todos": [{"text": "a", "mood": 1}]}]
)
def test_what_is_not_of_this_schema_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HandoffDocument.model_validate({**a_document().model_dump(mode="json"), **change})


def test_neither_repr_nor_error_shows_what_was_said() -> None:
    made = a_document("my secret is plum-77")

    with pytest.raises(ValidationError) as caught:
        HandoffDocument.model_validate({**made.model_dump(), "todos": ["plum-77"]})

    assert "plum" in made.original_request.text
    assert "plum" not in f"{made!r} {made} {made.key_facts} {made.recent_turns} {caught.value}"


def test_what_the_trackers_know_is_told() -> None:
    message = an_inbound(content=Said(text="My order number is 48213", media=(a_photo(),)))
    items = (
        an_item(0, *mail_blocks([message])),
        an_item(1, a_tool_use("a", "find"), a_tool_use("b", "refund"), turn=0),
        an_item(2, a_tool_result("a", "no such order", failed=True), turn=0),
        an_item(4, "Are you there?"),
    )

    made = document(
        agent=an_agent(version=2, occupied_tokens=181_000),
        items=items,
        previous=None,
        reason=TerminationReason.FORCED_ROTATION,
        limit_tokens=200_000,
        now=NOON + timedelta(hours=1),
        trigger=Trigger.PROMPT_TOO_LONG,
        name="Ada",
    )

    assert made.original_request.text.startswith("My order number is 48213")
    assert (made.agent_info.version, made.agent_info.ended_at.hour) == (2, 13)
    assert made.termination_reason == Termination(
        code=TerminationReason.FORCED_ROTATION, percent=90.5, trigger=Trigger.PROMPT_TOO_LONG
    )
    assert (made.token_usage.occupied_tokens, made.token_usage.turns) == (181_000, 3)
    assert [turn.is_whole for turn in made.recent_turns] == [True, True]
    assert [fact.value for fact in made.key_facts] == ["48213", "lamp.jpg"]
    assert made.user_profile.name == "Ada"
    assert [one.text.split("\n")[0] for one in made.open_commitments] == [
        "My order number is 48213",
        "Are you there?",
    ]
    assert [call.name for call in made.tool_state.pending_calls] == ["refund"]
    assert [error.where for error in made.errors] == ["find"]
    assert [file.reference for file in made.files] == ["photo: image/jpeg, lamp.jpg"]
    assert "2026-11-20: My order number is 48213" in made.conversation_summary


def test_what_only_a_model_can_say_is_empty_at_first() -> None:
    made = a_document()

    assert not any([made.todos, made.task_progress, made.decisions, made.work_completed])
    assert made.rejected_alternatives == ()


def test_the_next_document_goes_on_from_the_one_before() -> None:
    before = a_document().model_copy(
        update={
            "user_profile": UserProfile(name="Ada", preferences=(Preference(text="tea"),)),
            "open_commitments": (
                Commitment(kind="unanswered", text="old question"),
                Commitment(kind="promise", text="call back"),
            ),
            "todos": (Todo(text="refund"),),
            "decisions": (DecisionNote(decision="red"),),
            "files": (FileNote(reference="a.pdf"),),
            "work_completed": (WorkNote(what="searched"),),
        }
    )

    after = a_document(
        "My order number is 48214 now", "Noted.", "and?", first=2, previous=before
    )

    assert after.original_request == before.original_request
    assert [(fact.value, fact.superseded_by) for fact in after.key_facts] == [
        ("48213", "48214"),
        ("48214", None),
    ]
    assert after.user_profile == before.user_profile
    assert [one.text for one in after.open_commitments] == ["call back", "and?"]
    assert (after.todos, after.decisions) == (before.todos, before.decisions)
    assert (after.files, after.work_completed) == (before.files, before.work_completed)
    assert after.conversation_summary.splitlines() == [
        "2026-11-20: My order number is 48213, where is it?",
        "2026-11-20: My order number is 48214 now",
        "2026-11-20: and?",
    ]


def test_turns_that_two_agents_saw_are_counted_once() -> None:
    before = a_document()

    after = a_document(previous=before)

    assert after == before


def test_a_request_that_was_missing_is_made_good() -> None:
    before = a_document(" ")

    assert a_document("Where is it?", previous=before).original_request.text == "Where is it?"


@pytest.mark.slow
def test_the_order_number_survives_many_generations() -> None:
    made = a_document()
    for generation in range(2, 12):
        made = a_document(
            *(
                f"message {number} of {generation}: A{number}-{generation}"
                for number in range(99)
            ),
            first=100 * generation,
            agent=an_agent(version=generation),
            previous=made,
        )

    assert "48213" in [fact.value for fact in made.key_facts]
    assert len(made.key_facts) == MOST_FACTS


# What a model noted.

CHAT = a_conversation(
    "My order number is 48213. Always answer in German.",
    "I will send the refund on Friday.",
    "Thanks! Which colour is the new one?",
)


def ended(
    items: tuple[Item, ...] = CHAT,
    *,
    notes: Notes | None = None,
    previous: HandoffDocument | None = None,
    known: tuple[Fact, ...] | None = None,
    project_id: str | None = None,
    spent: Usage | None = None,
) -> HandoffDocument:
    """The document of an agent that ends after some items."""
    return document(
        agent=an_agent(),
        items=items,
        previous=previous,
        reason=TerminationReason.USER_REQUEST,
        limit_tokens=200_000,
        now=NOON,
        notes=notes,
        facts=known,
        project_id=project_id,
        spent=spent,
    )


NOTED = Notes(
    covers_to=1,
    restated_goal="get a refund",
    standing_instructions=(Statement(text="be brief", positions=(0,)),),
    profile=UserProfile(language="English", preferences=(Preference(text="tea"),)),
    open_commitments=(
        Commitment(kind="promise", text="send the refund", due="Friday", positions=(1,)),
    ),
    todos=(Todo(text="refund"), Todo(text="ask", status="done")),
    task_progress=(TaskProgress(task="refund", status="promised"),),
    key_facts=(
        Fact(
            kind=FactKind.QUOTE,
            name="dog",
            value="Rex",
            message_id=None,
            said_at=NOON,
            origin=Origin.USER,
        ),
    ),
    errors=(ErrorNote(message="late", where="bank"),),
    decisions=(DecisionNote(decision="refund"),),
    rejected_alternatives=(RejectedAlternative(option="voucher"),),
    work_completed=(WorkNote(what="found it"),),
    conversation_summary="2026-11-20: They want their money back.",
    workflow_type="support",
    current_phase="refund",
    task_status="waiting",
    task_description="a refund",
)


def test_what_a_model_noted_stands_in_its_categories() -> None:
    made = ended(notes=NOTED)

    assert made.original_request.restated_goal == "get a refund"
    assert made.original_request.standing_instructions == (
        "Always answer in German.",
        "be brief",
    )
    assert made.user_profile == NOTED.profile
    assert made.open_commitments[0].line == (
        "promise: I will send the refund on Friday. (due Friday)"
    )
    assert [fact.value for fact in made.key_facts] == ["48213", "Rex"]
    for name in (
        "todos",
        "task_progress",
        "errors",
        "decisions",
        "rejected_alternatives",
        "work_completed",
        "workflow_type",
        "current_phase",
        "task_status",
        "task_description",
    ):
        assert getattr(made, name) == getattr(NOTED, name)


def test_the_summary_goes_on_where_the_notes_end() -> None:
    assert ended(notes=NOTED).conversation_summary.splitlines() == [
        "2026-11-20: They want their money back.",
        "2026-11-20: Thanks! Which colour is the new one?",
    ]


def test_what_the_whole_is_about_is_told_with_the_tasks() -> None:
    sections = dict(ended(notes=NOTED).sections)

    assert sections["task_progress"] == (
        "about: a refund",
        "kind: support",
        "phase: refund",
        "status: waiting",
        "refund: promised",
    )


def test_where_notes_and_transcript_differ_the_transcript_wins_and_it_is_told() -> None:
    items = a_conversation("My order number is 48213.", "Ok.", "My order number is 48214 now.")
    wrong = tuple(replace(one, superseded_by=None) for one in ended(items).key_facts)

    made = ended(items, notes=Notes(key_facts=wrong))

    assert [fact.superseded_by for fact in made.key_facts] == ["48214", None]
    assert [conflict.line for conflict in made.conflicts] == [
        "key_facts: kept “order number: 48213 (superseded by 48214)”, not “order number: 48213”"
    ]
    assert "## Conflicts\n\n- key_facts: kept" in markdown(made)


def test_the_ledger_is_believed_where_it_is_known() -> None:
    (known,) = ended(a_conversation("Order 777 it is.")).key_facts

    assert [fact.value for fact in ended(known=(known,)).key_facts] == ["777"]
    assert [fact.value for fact in ended(known=()).key_facts] == ["48213"]


def test_the_next_notes_begin_from_the_document() -> None:
    made = ended(notes=NOTED)

    begun = notes_of(made)

    assert begun.covers_to is None
    assert [one.text for one in begun.standing_instructions] == [
        "Always answer in German.",
        "be brief",
    ]
    assert [one.kind for one in begun.open_commitments] == ["promise"]
    assert [fact.value for fact in begun.key_facts] == ["Rex"]
    assert ended(previous=made) == ended(previous=made, notes=begun)


def test_what_a_model_noted_is_carried_on_without_it() -> None:
    made = ended(notes=NOTED)

    later = ended(a_conversation("Well, hello.", first=4), previous=made)

    assert later.original_request == made.original_request
    assert later.open_commitments[0] == made.open_commitments[0]
    assert (later.todos, later.decisions) == (made.todos, made.decisions)
    assert (later.key_facts, later.errors) == (made.key_facts, made.errors)
    assert (later.workflow_type, later.task_status) == ("support", "waiting")


def test_empty_notes_take_nothing_away() -> None:
    made = ended(notes=NOTED)

    assert ended(previous=made, notes=Notes()) == ended(previous=made)


def test_what_the_notes_closed_is_not_brought_back_by_the_document_before() -> None:
    made = ended(notes=NOTED)
    begun = notes_of(made)

    later = ended(
        a_conversation("Well, hello.", first=4),
        previous=made,
        notes=begun.model_copy(update={"todos": begun.todos[1:], "open_commitments": ()}),
    )

    assert [todo.text for todo in later.todos] == ["ask"]


def test_a_question_that_was_open_is_carried_on_only_if_a_model_noted_it() -> None:
    noted = Commitment(kind="question", text="And the lamp?", positions=(2,))
    made = ended(CHAT[:2] + a_conversation("Ok.", "Which size?", first=2))
    made = made.model_copy(update={"open_commitments": (*made.open_commitments, noted)})
    assert [one.text for one in made.open_commitments][-2:] == ["Which size?", "And the lamp?"]

    later = ended(a_conversation("Large.", "Fine.", first=4), previous=made)

    assert [one.text for one in later.open_commitments] == [
        "I will send the refund on Friday.",
        "And the lamp?",
    ]


def test_the_project_is_carried_on() -> None:
    made = ended(project_id="lamps")

    assert ended(previous=made).project_id == "lamps"
    assert ended(previous=made, project_id="chairs").project_id == "chairs"


def test_what_was_spent_is_told_where_it_is_known() -> None:
    spent = Usage(input_tokens=5, output_tokens=7)

    stored = HandoffDocument.model_validate_json(ended(spent=spent).model_dump_json())

    assert stored.token_usage.spent == spent
    assert ended().token_usage.spent is None


def test_a_document_from_before_there_were_notes_is_read() -> None:
    old = ended().model_dump(mode="json")
    for name in ("workflow_type", "project_id", "conflicts", "task_status"):
        del old[name]
    for name in ("compactions", "spent"):
        del old["token_usage"][name]

    made = HandoffDocument.model_validate(old)

    assert (made.project_id, made.conflicts, made.token_usage.compactions) == (None, (), 0)


@pytest.mark.parametrize(
    ("statuses", "percent"),
    [((), None), (("open",), 0.0), (("done", "open", "doing"), 33.3), (("done",), 100.0)],
)
def test_done_todos_of_all_are_what_is_complete(
    statuses: tuple[Literal["open", "doing", "done"], ...], percent: float | None
) -> None:
    todos = tuple(Todo(text=str(n), status=status) for n, status in enumerate(statuses))

    assert completion_percentage(a_document().model_copy(update={"todos": todos})) == percent


@pytest.mark.slow
@given(documents)
def test_the_summary_line_is_one_short_line(made: HandoffDocument) -> None:
    line = summary_line(made)

    assert len(line) <= 200
    assert len(line.splitlines()) == 1


def test_the_summary_line_says_how_it_ended_and_what_it_is_about() -> None:
    assert summary_line(a_document()) == (
        "Agent 1 ended (context_window_exhausted at 90.2 %): "
        "My order number is 48213, where is it?"
    )
    assert summary_line(a_document(" ")).endswith("nothing was asked")


def test_markdown_shows_every_category_that_is_not_empty() -> None:
    text = markdown(a_document())

    assert text.startswith("# Handoff of agent 1, trace 0123456789abcdef")
    assert "\n## Key facts\n\n- order number: 48213\n" in text
    assert "## Todos" not in text
    assert text.endswith("\n")


@pytest.mark.slow
@given(st.lists(st.text(st.sampled_from("a\n\r\u2028# -"), max_size=20), max_size=5))
def test_no_line_passes_for_a_heading_or_another_bullet(lines: list[str]) -> None:
    shown = bulleted(lines).splitlines()

    assert len([line for line in shown if line.startswith("-")]) == len(lines)
    assert all(line.startswith(("- ", "  ")) for line in shown)


@pytest.mark.alone
@pytest.mark.slow
def test_a_full_windows_document_takes_a_fraction_of_a_second() -> None:
    text = "The quick brown fox ran away 42 times. " * 100
    items = a_conversation(*(f"{text} Order A-{number}." for number in range(120)))
    begun = time.process_time()

    made = document(
        agent=an_agent(),
        items=items,
        previous=None,
        reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
        limit_tokens=200_000,
        now=NOON,
    )

    assert time.process_time() - begun < 2
    assert len(made.key_facts) == 120
    assert a_text(made.recent_turns[-1].person) in items[-2].blocks
