from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from context.fact_finding import facts_in, questions_in
from context.facts import MOST_SOURCES, Fact, Origin, kept, lasting, merged
from context.messages import MessageId
from tests.builders import NOON

USER, MODEL = Origin.USER, Origin.MODEL


def said(text: str, *, number: int = 1, origin: Origin = USER) -> tuple[Fact, ...]:
    return facts_in(
        text,
        message_id=MessageId(f"m{number}"),
        said_at=NOON + timedelta(minutes=number),
        origin=origin,
    )


def values(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.value for fact in facts]


def current(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.value for fact in facts if fact.superseded_by is None]


def test_a_value_said_again_is_the_same_fact_and_knows_both_messages() -> None:
    [fact] = merged(said("order 48213", number=1), said("and 48213 again", number=2))

    assert (fact.name, fact.message_id) == ("order number", "m1")
    assert fact.sources == ("m1", "m2")


def test_only_the_first_messages_are_known() -> None:
    [fact] = merged((), (one for number in range(20) for one in said("A-77", number=number)))

    assert fact.sources == tuple(f"m{number}" for number in range(MOST_SOURCES))


def test_what_is_stated_outright_counts_from_then() -> None:
    [fact] = merged(said("order 48213", number=1), said("order number is 48213", number=2))

    assert (fact.stated, fact.message_id, fact.sources) == (True, "m2", ("m1", "m2"))


@pytest.mark.parametrize("later", ["my order number is 48213", "order 48213 then"])
def test_a_fact_without_a_name_gets_one_later(later: str) -> None:
    [fact] = merged(said("48213", number=1), said(later, number=2))

    assert (fact.name, fact.sources) == ("order number", ("m1", "m2"))


def test_what_the_assistant_repeats_stays_the_persons() -> None:
    person = said("my order number is 48213", number=1)

    [fact] = merged(person, said("Your order number is 48213.", number=2, origin=MODEL))

    assert (fact.origin, fact.said_at) == (USER, person[0].said_at)


def test_a_newly_stated_value_supersedes_the_older_one_which_is_kept() -> None:
    facts = merged(
        said("order 48213", number=1), said("sorry, my order number is 48214", number=2)
    )

    assert [(fact.value, fact.superseded_by) for fact in facts] == [
        ("48213", "48214"),
        ("48214", None),
    ]


def test_a_value_stated_again_is_current_again() -> None:
    facts = merged(
        (),
        (
            *said("my pin is 1111", number=1),
            *said("my pin is 2222", number=2),
            *said("no, my pin is 1111", number=3),
        ),
    )

    assert current(facts) == ["1111"]
    assert values(facts) == ["1111", "2222"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("order 48213", "order 48214"),  # in passing: two orders
        ("my order number is 48213", "my ticket number is 48214"),
        ("lamp: €20", "lamp: €30"),  # amounts add up rather than change
        ("48213", "48214"),
    ],
)
def test_other_facts_stand_side_by_side(first: str, second: str) -> None:
    facts = merged(said(first, number=1), said(second, number=2))

    assert len(current(facts)) == 2


def test_two_values_in_one_message_stand_side_by_side() -> None:
    facts = merged((), said("order number: 48213\norder number: 48214"))

    assert current(facts) == ["48213", "48214"]


def test_a_model_corrects_itself_but_never_the_person() -> None:
    person = said("my order number is 48213", number=1)
    model = said("order number: 48214", number=2, origin=MODEL)

    assert current(merged(person, model)) == ["48213", "48214"]
    assert current(merged(model, said("order number: 48215", number=3, origin=MODEL))) == [
        "48215"
    ]


def test_an_older_message_that_comes_late_supersedes_nothing_and_is_superseded() -> None:
    facts = merged(said("my pin is 2222", number=2), said("my pin is 1111", number=1))

    assert current(facts) == ["2222"]
    assert values(facts) == ["2222", "1111"]


def test_a_superseded_value_may_become_something_else() -> None:
    facts = merged(
        (),
        (
            *said("my pin is 1111", number=1),
            *said("my pin is 2222", number=2),
            *said("my door code is 1111", number=3),
        ),
    )

    assert [(fact.name, fact.value) for fact in facts if not fact.superseded_by] == [
        ("door code", "1111"),
        ("pin", "2222"),
    ]


def test_a_mark_of_being_superseded_is_taken_over() -> None:
    old = said("my pin is 1111", number=1)
    marked = (replace(old[0], superseded_by="2222"),)

    assert current(merged(old, marked)) == []
    assert current(merged(marked, old)) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Call me Ann.", "call me Anna, please"),
        ("Always answer in German.", "From now on, answer in English."),
        ("Never use emojis.", "Always use emojis."),
        ("Bitte antworte immer auf Deutsch.", "answer in English please"),
    ],
)
def test_a_later_instruction_about_the_same_takes_the_place(first: str, second: str) -> None:
    facts = merged(said(first, number=1), said(second, number=2))

    assert [(fact.value, fact.superseded_by) for fact in facts] == [
        (first, second),
        (second, None),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Call me Ann.", "Always answer in German."),
        ("Always answer in German.", "Answer in English when I write in English."),
        ("I prefer tea.", "I prefer the train."),
        ("Never use emojis.", "Never use Comic Sans."),
        ("I'll send the report.", "I'll send the report by Friday."),
    ],
)
def test_instructions_and_promises_about_different_things_stand_side_by_side(
    first: str, second: str
) -> None:
    facts = merged(said(first, number=1), said(second, number=2))

    assert current(facts) == [first, second]


def test_an_instruction_given_again_is_current_again() -> None:
    facts = merged(
        (),
        (
            *said("Call me Ann.", number=1),
            *said("Call me Anna.", number=2),
            *said("Call me Ann.", number=3),
        ),
    )

    assert current(facts) == ["Call me Ann."]


def test_a_promise_stays_open_until_its_maker_says_that_it_is_kept() -> None:
    promise = said("I'll send you the report by Friday.", number=1, origin=MODEL)
    by_another = merged(promise, said("I've sent the report.", number=2))
    kept_now = merged(promise, said("I've sent you the report.", number=3, origin=MODEL))

    assert promise[0] in by_another
    assert promise[0] not in kept_now
    assert kept_now[0].superseded_by == "I've sent you the report."


def test_the_person_may_release_anybody_from_a_promise() -> None:
    promise = said("I'll send you the report by Friday.", number=1, origin=MODEL)

    released = merged(promise, said("No need to send the report.", number=2))

    assert released[0].superseded_by == "No need to send the report."


def test_the_assistant_releases_nobody_but_itself() -> None:
    promise = said("I'll send you the report by Friday.", number=1)

    assert current(
        merged(promise, said("No need to send the report.", number=2, origin=MODEL))
    )[:1] == [promise[0].value]


def test_what_was_said_before_a_promise_does_not_settle_it() -> None:
    settlement = said("I've sent the report.", number=1)
    promise = said("I'll send the report.", number=2)

    assert promise[0] in merged(settlement, promise)


def test_a_promise_made_again_is_open_again() -> None:
    facts = merged(
        (),
        (
            *said("I'll send the report.", number=1),
            *said("I've sent the report.", number=2),
            *said("I'll send the report.", number=3),
        ),
    )

    assert facts[0].superseded_by is None


def test_settlements_are_not_kept() -> None:
    facts = merged(said("I'll send the report.", number=1), said("I've sent it.", number=2))

    assert len(facts) == 2
    assert values(kept(facts)) == ["I'll send the report."]


def test_questions_do_not_last() -> None:
    asked = questions_in("And where?", message_id=MessageId("m1"), said_at=NOON, origin=MODEL)

    assert lasting((*asked, *said("A-77"))) == said("A-77")


def test_facts_stored_before_they_had_sources_can_be_read() -> None:
    adapter = TypeAdapter(Fact)
    old = adapter.dump_python(said("order 48213")[0], mode="json")
    del old["sources"]

    assert adapter.validate_python(old).sources == ()


def test_what_is_kept_first() -> None:
    superseded = merged(said("my pin is 1111", number=1), said("my pin is 2222", number=2))
    facts = (
        *said("“never again” on 2026-11-20", number=3),
        *said("the wifi name is A1B2C3", number=4, origin=MODEL),
        *superseded,
        *said("A-77", number=5),
    )

    best_first = [
        (set(values(kept(facts, most=most))) - set(values(kept(facts, most=most - 1)))).pop()
        for most in range(1, len(facts) + 1)
    ]

    assert best_first == ["2222", "A-77", "2026-11-20", "never again", "A1B2C3", "1111"]


def test_instructions_promises_and_questions_are_kept_before_identifiers() -> None:
    facts = (
        *said("my pin is 2222", number=1),
        *said("I'll call the bank on 3 March.", number=2, origin=MODEL),
        *questions_in("Which bank?", message_id=MessageId("m3"), said_at=NOON, origin=MODEL),
        *said("Call me Ann.", number=4),
    )

    assert values(kept(facts, most=1)) == ["Call me Ann."]
    assert values(kept(facts, most=2)) == ["I'll call the bank on 3 March.", "Call me Ann."]
    assert values(kept(facts, most=3))[1] == "Which bank?"
    assert values(kept(facts, most=4))[0] == "2222"


def test_a_long_list_leaves_room_for_the_rest() -> None:
    facts = (
        *said("my order number is 48213", number=1),
        *said("on 2026-11-20", number=2),
        *(
            fact
            for number in range(100)
            for fact in said(f"topic {1_000 + number}", number=number)
        ),
    )

    few = values(kept(facts, most=20))

    assert few[:2] == ["48213", "2026-11-20"]
    assert few[-1] == "1099"
