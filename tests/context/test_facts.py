import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.fact_patterns import FactKind
from context.facts import MOST_OF_ONE_TEXT, Fact, Origin, facts_in, kept, merged
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


@st.composite
def facts(draw: st.DrawFn) -> tuple[Fact, ...]:
    """A few facts of few names and values, as several messages said them one after another."""
    drawn = draw(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans()))
    )
    return tuple(
        Fact(
            kind=FactKind.IDENTIFIER,
            name=name,
            value=value,
            message_id=MessageId(f"m{number}"),
            said_at=NOON + timedelta(minutes=number),
            origin=USER,
            stated=stated,
        )
        for number, (value, name, stated) in enumerate(drawn)
    )


def test_a_fact_keeps_value_name_and_source() -> None:
    assert said("my order number is 48213") == (
        Fact(
            kind=FactKind.IDENTIFIER,
            name="order number",
            value="48213",
            message_id=MessageId("m1"),
            said_at=NOON + timedelta(minutes=1),
            origin=USER,
            stated=True,
        ),
    )


def test_facts_come_in_the_order_of_the_text_each_once() -> None:
    text = "ticket PR-2291 on 2026-11-20 for €20, and again PR-2291"

    assert values(said(text)) == ["PR-2291", "2026-11-20", "€20"]


def test_a_quoted_fact_is_no_quotation_too() -> None:
    assert [fact.kind for fact in said('it says "PR-2291" and "no way"')] == [
        FactKind.IDENTIFIER,
        FactKind.QUOTE,
    ]


def test_what_cannot_be_stored_is_in_no_fact() -> None:
    assert values(said("ticket PR-\x0022\ud83d91 and “a\x00b”")) == ["PR-2291", "ab"]


def test_of_too_many_facts_the_most_telling_stay() -> None:
    dates = [f"2026-11-20T10:{n // 60:02}:{n % 60:02}" for n in range(1_000)]
    dates.insert(500, "order 48213")

    found = said(" ".join(dates))

    assert len(found) == MOST_OF_ONE_TEXT
    assert "48213" in values(found)
    assert found[0].value == "2026-11-20T10:00:00"
    assert found[-1].value == "2026-11-20T10:16:39"


def test_a_value_said_again_is_the_same_fact() -> None:
    first = said("order 48213", number=1)

    assert merged(first, said("order number is 48213", number=2)) == first


def test_a_fact_without_a_name_gets_one_later() -> None:
    facts = merged(said("48213", number=1), said("my order number is 48213", number=2))

    assert [(fact.name, fact.message_id) for fact in facts] == [("order number", "m1")]


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


def test_an_older_message_supersedes_nothing() -> None:
    facts = merged(said("my pin is 2222", number=2), said("my pin is 1111", number=1))

    assert current(facts) == ["2222", "1111"]


@pytest.mark.slow
@given(facts(), facts())
def test_merging_twice_changes_nothing(old: tuple[Fact, ...], new: tuple[Fact, ...]) -> None:
    later = tuple(
        replace(
            fact,
            message_id=MessageId(f"later-{fact.message_id}"),
            said_at=fact.said_at + timedelta(days=1),
        )
        for fact in new
    )
    once = merged(old, later)

    assert merged(once, later) == once


@pytest.mark.slow
@given(facts())
def test_no_value_is_lost_and_none_comes_twice(new: tuple[Fact, ...]) -> None:
    facts = merged((), new)

    assert values(facts) == list(dict.fromkeys(values(new)))


@pytest.mark.slow
@given(facts())
def test_of_every_name_stated_at_least_one_value_is_current(new: tuple[Fact, ...]) -> None:
    facts = merged((), new)

    assert all(fact.superseded_by in {None, *values(facts)} for fact in facts)
    assert bool(current(facts)) == bool(facts)


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


@pytest.mark.slow
def test_many_facts_of_one_name_are_merged_in_no_time() -> None:
    flood = tuple(
        fact
        for number in range(5_000)
        for fact in said(f"my order number is A-{number}", number=number)
    )
    begun = time.process_time()

    facts = merged((), flood)

    assert time.process_time() - begun < 1
    assert current(facts) == ["A-4999"]


@pytest.mark.slow
@given(facts(), st.integers(0, 10))
def test_what_is_kept_stays_in_order(some: tuple[Fact, ...], most: int) -> None:
    few = kept(some, most=most)

    assert len(few) == min(most, len(some))
    assert [fact for fact in some if fact in few] == list(few)


@pytest.mark.slow
def test_a_mebibyte_of_prose_takes_a_quarter_of_a_second() -> None:
    text = ("The quick brown fox ran away 42 times, then order 48213 came on 3 May. " * 15_000)[
        : 2**20
    ]
    begun = time.process_time()

    found = said(text)

    # 0.25 s is the aim; twice that leaves room for a busy machine.
    assert time.process_time() - begun < 0.5
    assert values(found) == ["48213", "3 May"]
