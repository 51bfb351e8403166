from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.categories import OriginalRequest, ToolState, UserProfile
from context.entries import (
    Commitment,
    DecisionNote,
    ErrorNote,
    FileNote,
    PendingCall,
    Preference,
    TaskProgress,
    Todo,
)
from context.fact_patterns import FactKind
from context.facts import Fact, Origin
from context.handoff import HandoffDocument
from context.handoff_diff import CategoryDiff, dropped_open, handoff_diff
from context.handoff_entries import Entry, entries
from tests.builders import NOON, a_document

MADE = a_document().model_dump()

# Few words, so that documents have much in common.
words = st.sampled_from(["tea", "order 48213", "call back", "", "<b>"])
documents = st.builds(
    lambda parts: HandoffDocument.model_validate({**MADE, **parts}),
    st.fixed_dictionaries(
        {
            "original_request": st.builds(
                OriginalRequest, text=words, standing_instructions=st.tuples(words)
            ),
            "key_facts": st.lists(
                st.builds(
                    Fact,
                    kind=st.sampled_from([FactKind.IDENTIFIER, FactKind.QUOTE]),
                    name=words,
                    value=words,
                    message_id=st.none(),
                    said_at=st.just(NOON),
                    origin=st.sampled_from(Origin),
                ),
                max_size=3,
            ),
            "user_profile": st.builds(
                UserProfile,
                name=words,
                preferences=st.tuples(st.builds(Preference, text=words)),
            ),
            "open_commitments": st.lists(
                st.builds(Commitment, kind=st.just("question"), text=words), max_size=3
            ),
            "todos": st.lists(
                st.builds(Todo, text=words, status=st.sampled_from(["open", "done"])),
                max_size=3,
            ),
            "task_progress": st.lists(
                st.builds(TaskProgress, task=words, status=words), max_size=2
            ),
            "tool_state": st.builds(
                ToolState,
                pending_calls=st.tuples(st.builds(PendingCall, call_id=words, name=words)),
            ),
            "errors": st.lists(st.builds(ErrorNote, message=words, where=words), max_size=2),
            "decisions": st.lists(st.builds(DecisionNote, decision=words), max_size=3),
            "files": st.lists(st.builds(FileNote, reference=words), max_size=2),
            "conversation_summary": words,
        }
    ),
)


def changed(**parts: object) -> HandoffDocument:
    """A document that differs from all others here in these parts."""
    return HandoffDocument.model_validate({**MADE, **parts})


def applied(
    diff: Sequence[CategoryDiff], before: Mapping[str, tuple[Entry, ...]]
) -> dict[str, dict[str, Entry]]:
    """What a document says after its diff was applied: category → key → entry."""
    told = {name: {one.key: one for one in found} for name, found in before.items()}
    for category in diff:
        found = told[category.category]
        for entry in category.dropped:
            assert found.pop(entry.key) == entry
        for change in category.changed:
            assert found[change.before.key] == change.before
            found[change.after.key] = change.after
        for entry in category.added:
            assert entry.key not in found
            found[entry.key] = entry
    return told


@pytest.mark.slow
@given(documents)
def test_a_document_does_not_differ_from_itself(made: HandoffDocument) -> None:
    assert handoff_diff(made, made) == ()


@pytest.mark.slow
@given(documents, documents)
def test_what_differs_applied_to_the_one_gives_the_other(
    before: HandoffDocument, after: HandoffDocument
) -> None:
    diff = handoff_diff(before, after)

    assert applied(diff, entries(before)) == applied((), entries(after))


@pytest.mark.slow
@given(documents, documents)
def test_the_way_back_drops_what_was_added(
    before: HandoffDocument, after: HandoffDocument
) -> None:
    there, back = handoff_diff(before, after), handoff_diff(after, before)

    assert [one.category for one in there] == [one.category for one in back]
    assert [one.added for one in there] == [one.dropped for one in back]
    assert [len(one.changed) for one in there] == [len(one.changed) for one in back]


def test_what_is_added_dropped_and_changed_is_told_by_category() -> None:
    before = changed(
        todos=[Todo(text="call"), Todo(text="refund")], decisions=[DecisionNote(decision="red")]
    )
    after = changed(
        todos=[Todo(text="refund", status="done"), Todo(text="ship")],
        decisions=[DecisionNote(decision="red")],
    )

    (todos,) = handoff_diff(before, after)

    assert todos.category == "todos"
    assert [one.line for one in todos.added] == ["[open] ship"]
    assert [one.line for one in todos.dropped] == ["[open] call"]
    assert [(one.before.line, one.after.line) for one in todos.changed] == [
        ("[open] refund", "[done] refund")
    ]


def test_what_was_open_and_is_not_mentioned_any_more_is_flagged() -> None:
    before = changed(
        open_commitments=[
            Commitment(kind="question", text="Where is it?"),
            Commitment(kind="promise", text="I will call"),
        ],
        todos=[Todo(text="ask"), Todo(text="pay", status="done")],
        decisions=[DecisionNote(decision="red")],
    )
    after = changed(open_commitments=[Commitment(kind="promise", text="I will call")])

    flagged = dropped_open(handoff_diff(before, after))

    assert [one.line for one in flagged] == ["question: Where is it?", "[open] ask"]


def test_another_order_number_is_added_and_does_not_change_the_first() -> None:
    first = Fact(
        kind=FactKind.IDENTIFIER,
        name="order",
        value="A-1",
        message_id=None,
        said_at=NOON,
        origin=Origin.USER,
    )
    before = changed(key_facts=[first])
    after = changed(
        key_facts=[
            {**changed(key_facts=[first]).model_dump()["key_facts"][0], "superseded_by": "A-2"},
            {**changed(key_facts=[first]).model_dump()["key_facts"][0], "value": "A-2"},
        ]
    )

    (facts,) = handoff_diff(before, after)

    assert [one.line for one in facts.added] == ["order: A-2"]
    assert [one.after.line for one in facts.changed] == ["order: A-1 (superseded by A-2)"]
    assert facts.dropped == ()
