from dataclasses import replace

import pytest

from context.entries import Commitment, ErrorNote, Statement
from context.fact_patterns import FactKind
from context.facts import Fact, Origin
from context.messages import MessageId
from context.notes import Notes
from context.reconciliation import commitments, errors, instructions, key_facts, reconciled
from tests.builders import NOON


def a_fact(
    value: str,
    kind: FactKind = FactKind.IDENTIFIER,
    *,
    name: str = "",
    origin: Origin = Origin.USER,
    superseded_by: str | None = None,
) -> Fact:
    """A fact of the person's first message."""
    return Fact(
        kind=kind,
        name=name,
        value=value,
        message_id=MessageId("slack-1"),
        said_at=NOON,
        origin=origin,
        superseded_by=superseded_by,
    )


def an_instruction(text: str, *, superseded_by: str | None = None) -> Fact:
    """What the person wants always."""
    return a_fact(text, FactKind.INSTRUCTION, superseded_by=superseded_by)


def a_promise(text: str, *, superseded_by: str | None = None) -> Fact:
    """What somebody promised; settled where something took its place."""
    return a_fact(text, FactKind.PROMISE, superseded_by=superseded_by)


def a_question(text: str, *positions: int) -> Commitment:
    """A question that a model noted."""
    return Commitment(kind="question", text=text, positions=positions)


# Facts.


def test_a_model_may_name_what_a_pattern_found_and_add_what_none_finds() -> None:
    tracked = [a_fact("48213"), a_fact("A-17", name="ticket")]
    dog = a_fact("Rex", FactKind.QUOTE, name="dog")

    facts, conflicts = key_facts(
        tracked, [a_fact("48213", name="order"), a_fact("A-17", name="seat"), dog]
    )

    assert [(fact.name, fact.value) for fact in facts] == [
        ("order", "48213"),
        ("ticket", "A-17"),
        ("dog", "Rex"),
    ]
    assert conflicts == ()


@pytest.mark.parametrize(("tracked", "noted"), [(None, "48214"), ("48214", None)])
def test_what_took_a_values_place_is_for_the_ledger_to_say(
    tracked: str | None, noted: str | None
) -> None:
    facts, conflicts = key_facts(
        [a_fact("48213", name="order", superseded_by=tracked)],
        [a_fact("48213", name="order", superseded_by=noted)],
    )

    assert [fact.superseded_by for fact in facts] == [tracked]
    assert [conflict.category for conflict in conflicts] == ["key_facts"]


def test_of_words_that_no_pattern_knows_the_model_is_the_judge() -> None:
    rex = a_fact("Rex", FactKind.QUOTE, name="dog")

    facts, conflicts = key_facts([rex], [replace(rex, superseded_by="Bella")])

    assert [fact.superseded_by for fact in facts] == ["Bella"]
    assert conflicts == ()


def test_sentences_are_no_values() -> None:
    kinds = (FactKind.INSTRUCTION, FactKind.PROMISE, FactKind.QUESTION, FactKind.SETTLEMENT)

    assert key_facts([a_fact("Say so.", kind) for kind in kinds], []) == ((), ())


# Standing instructions.


def test_instructions_of_both_are_told_once_in_the_persons_words() -> None:
    texts, conflicts = instructions(
        [an_instruction("Always answer in German, please.")],
        [Statement(text="always answer in German"), Statement(text="Be brief.")],
    )

    assert texts == ("Always answer in German, please.", "Be brief.")
    assert conflicts == ()


def test_an_instruction_that_another_replaced_is_not_revived_by_a_model() -> None:
    tracked = [
        an_instruction("Answer in German.", superseded_by="Answer in French."),
        an_instruction("Answer in French."),
    ]

    texts, conflicts = instructions(
        tracked, [Statement(text="Answer in German", positions=(3,))]
    )

    assert texts == ("Answer in French.",)
    assert [conflict.noted for conflict in conflicts] == ["Answer in German"]


def test_an_instruction_of_an_earlier_document_that_was_replaced_is_no_conflict() -> None:
    tracked = [an_instruction("Answer in German.", superseded_by="Answer in French.")]

    assert instructions(tracked, [Statement(text="Answer in German.")]) == ((), ())


@pytest.mark.parametrize("origin", [Origin.TOOL, Origin.OTHERS, Origin.MODEL])
def test_only_the_person_instructs(origin: Origin) -> None:
    said = replace(an_instruction("Always pay first."), origin=origin)

    assert instructions([said], []) == ((), ())


# Promises and questions.


def test_commitments_of_both_are_told_once_in_the_ledgers_words() -> None:
    noted = [
        Commitment(kind="promise", text="send the lamp", due="Friday", positions=(1,)),
        a_question("Which colour?", 2),
    ]

    found, conflicts = commitments([a_promise("I will send the lamp.")], noted, ())

    assert [one.line for one in found] == [
        "promise: I will send the lamp. (due Friday)",
        "question: Which colour?",
    ]
    assert found[0].sources == ("slack-1",)
    assert conflicts == ()


def test_a_promise_that_was_kept_is_not_revived_by_a_model() -> None:
    kept = a_promise("I will send the lamp.", superseded_by="I have sent it.")
    noted = Commitment(kind="promise", text="send the lamp")

    found, conflicts = commitments([kept], [noted.model_copy(update={"positions": (1,)})], ())
    _, carried = commitments([kept], [noted], ())

    assert found == ()
    assert [conflict.category for conflict in conflicts] == ["open_commitments"]
    assert carried == ()


def test_a_question_within_the_last_words_is_not_told_twice() -> None:
    last = Commitment(kind="unanswered", text="Hello! Which colour? Bye.")

    found, _ = commitments(
        [a_fact("Which colour?", FactKind.QUESTION)], [a_question("And when?", 1)], [last]
    )

    assert [one.text for one in found] == ["And when?", "Hello! Which colour? Bye."]


def test_the_assistants_words_have_no_message() -> None:
    said = replace(a_promise("I will call."), message_id=None)

    found, _ = commitments([said], [], ())

    assert found[0].sources == ()


def test_every_message_in_which_a_promise_stood_is_named() -> None:
    sources = (MessageId("slack-1"), MessageId("slack-2"))

    found, _ = commitments([replace(a_promise("I will call."), sources=sources)], [], ())

    assert found[0].sources == sources


# What went wrong.


def test_a_tools_failure_learns_from_the_model_what_helped() -> None:
    tracked = [ErrorNote(message="429: slow down, please", where="search")]
    noted = ErrorNote(message="slow down", where="unknown", fix="waited", resolved=True)

    (error,) = errors(tracked, [noted])

    assert error.line == "search: 429: slow down, please; fixed by waited"
    assert error.resolved


def test_other_failures_come_before_the_newest() -> None:
    old = ErrorNote(message="no such order", where="find")
    blank = ErrorNote(message="", where="find")
    new = ErrorNote(message="boom", where="pay")

    assert errors([new], [old, blank, blank]) == (old, blank, new)


# All of it.


def test_questions_are_open_only_at_the_transcripts_end() -> None:
    asked = a_fact("Which colour?", FactKind.QUESTION)

    assert reconciled([asked], Notes()).commitments == ()
    assert [one.text for one in reconciled([], Notes(), questions=[asked]).commitments] == [
        "Which colour?"
    ]


def test_every_conflict_is_kept() -> None:
    notes = Notes(
        key_facts=(a_fact("48213", superseded_by="1"),),
        standing_instructions=(Statement(text="Be brief.", positions=(1,)),),
        open_commitments=(Commitment(kind="promise", text="I will call.", positions=(1,)),),
    )
    tracked = [
        a_fact("48213"),
        an_instruction("Be brief.", superseded_by="Be long."),
        a_promise("I will call.", superseded_by="Called."),
    ]

    account = reconciled(tracked, notes)

    assert [conflict.category for conflict in account.conflicts] == [
        "key_facts",
        "standing_instructions",
        "open_commitments",
    ]
