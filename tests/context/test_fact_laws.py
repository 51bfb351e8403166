import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from context.fact_finding import facts_in
from context.fact_patterns import FactKind
from context.facts import Fact, Origin, kept, merged
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
        st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xy"), st.booleans()))
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
@given(facts(), st.lists(st.integers(0, 20), max_size=4))
def test_facts_may_be_merged_in_any_parts(new: tuple[Fact, ...], cuts: list[int]) -> None:
    # A value that is given another name forgets the one it had, so here each has one.
    new = tuple(replace(fact, name="y" if fact.value == "c" else "x") for fact in new)
    places = [0, *sorted(cuts), len(new)]
    parts = [new[begin:end] for begin, end in pairwise(places)]
    step_by_step: tuple[Fact, ...] = ()
    merged_parts: tuple[Fact, ...] = ()
    for part in parts:
        step_by_step = merged(step_by_step, part)
        merged_parts = merged(merged_parts, merged((), part))

    assert step_by_step == merged((), new)
    assert current(merged_parts) == current(step_by_step)


@pytest.mark.slow
@given(facts())
def test_what_was_stated_last_of_a_name_is_current_and_nothing_stated_before(
    new: tuple[Fact, ...],
) -> None:
    facts = {fact.value: fact for fact in merged((), new)}

    latest = {fact.name: fact for fact in new if fact.stated}
    for fact in facts.values():
        last = latest.get(fact.name)
        if last is not None and fact.value != last.value and fact.said_at < last.said_at:
            assert fact.superseded_by is not None


@pytest.mark.slow
@given(facts())
def test_facts_survive_being_written_as_json(new: tuple[Fact, ...]) -> None:
    adapter = TypeAdapter(tuple[Fact, ...])
    known = merged((), new)

    assert adapter.validate_json(adapter.dump_json(known)) == known


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


@pytest.mark.alone
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
