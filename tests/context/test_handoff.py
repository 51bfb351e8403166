import json
import time
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from context.categories import OriginalRequest, Termination, Trigger, UserProfile
from context.entries import Commitment, DecisionNote, FileNote, Preference, Todo, WorkNote
from context.fact_patterns import FactKind
from context.facts import MOST_FACTS, Fact, Origin
from context.handoff import HandoffDocument, bulleted, document, markdown, summary_line
from context.lifecycle import TerminationReason
from context.messages import Said
from context.prompt import mail_blocks
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

    assert list(HandoffDocument.model_fields) == ["schema_number", *CATEGORIES]
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
    assert [fact.value for fact in made.key_facts] == ["48213", "lamp.jpg", "Are you there?"]
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
        "My order number is 48214 now", "Noted.", "and", first=2, previous=before
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


@pytest.mark.slow
def test_a_full_windows_document_takes_a_fraction_of_a_second() -> None:
    text = "The quick brown fox ran away 42 times. " * 100
    items = a_conversation(*(f"{text} Order A-{number}." for number in range(200)))
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
    assert len(made.key_facts) == 200
    assert a_text(made.recent_turns[-1].person) in items[-2].blocks
