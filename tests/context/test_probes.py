import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.entries import fact_line
from context.fact_finding import facts_in, questions_in
from context.fact_patterns import FactKind
from context.facts import Fact, Origin, merged
from context.messages import MessageId
from context.probes import Probing, probed, probes
from tests.builders import NOON


def a_fact(
    value: str, *, kind: FactKind = FactKind.IDENTIFIER, superseded_by: str | None = None
) -> Fact:
    return Fact(
        kind=kind,
        name="pin",
        value=value,
        message_id=MessageId("m1"),
        said_at=NOON,
        origin=Origin.USER,
        superseded_by=superseded_by,
    )


def test_where_nothing_is_known_nothing_is_missing() -> None:
    assert probed((), told="anything") == Probing(score=1.0)


def test_what_stands_in_the_text_is_not_missing() -> None:
    facts = (a_fact("48213"), a_fact("BX-77"))

    assert probed(facts, told="pin: 48213\n(BX-77)") == Probing(score=1.0)


def test_what_does_not_is_missing_in_order_and_lowers_the_score() -> None:
    facts = (a_fact("A-1"), a_fact("B-2"), a_fact("C-3"), a_fact("D-4"))

    probing = probed(facts, told="only B-2 here")

    assert probing.missing == (facts[0], facts[2], facts[3])
    assert probing.score == 0.25


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("7", "room 77, 2027"),
        ("BX-48213", "BX-48213A"),
        ("€20", "€200"),
        ("48213", "148213"),
        ("A-1", ""),
    ],
)
def test_a_part_of_a_longer_word_or_number_is_not_the_value(value: str, told: str) -> None:
    assert probed((a_fact(value),), told=told).score == 0


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("7", "room 77, room 7."),
        ("12345", "我的订单号12345谢谢"),
        ("DE89 3704 0044", "DE89\u00a03704\n0044"),
        ("I'll call\n on Friday.", "- promise: I'll call\n  on Friday."),
        ("say </handoff> twice", "- quote: say &lt;/handoff> twice"),
    ],
)
def test_a_value_stands_there_in_any_white_space_and_script(value: str, told: str) -> None:
    assert probed((a_fact(value),), told=told).score == 1


def test_superseded_values_and_settlements_are_not_asked_for() -> None:
    facts = (
        a_fact("1111", superseded_by="2222"),
        a_fact("I've sent it", kind=FactKind.SETTLEMENT),
        a_fact("2222"),
    )

    assert probes(facts) == facts[2:]
    assert probed(facts, told="2222") == Probing(score=1.0)


def test_a_superseded_value_must_be_marked_where_it_stands() -> None:
    old, new = a_fact("1111", superseded_by="2222"), a_fact("2222")

    assert probed((old, new), told="the pin is 1111") == Probing(
        score=0.0, missing=(new,), unmarked=(old,)
    )
    assert probed((old, new), told="1111 (superseded by 2222)") == Probing(score=1.0)


def test_what_took_the_place_of_what_took_its_place_marks_it_too() -> None:
    facts = (
        a_fact("1111", superseded_by="2222"),
        a_fact("2222", superseded_by="3333"),
        a_fact("3333"),
    )

    assert probed(facts, told="1111, then 3333").score == 1


def test_values_that_took_each_others_place_end_the_search() -> None:
    facts = (a_fact("1111", superseded_by="2222"), a_fact("2222", superseded_by="1111"))

    assert probed(facts, told="1111").unmarked == facts[:1]


def test_a_short_value_among_very_many_longer_ones_counts_as_missing() -> None:
    told = "77 " * 2_000 + "7"

    assert probed((a_fact("7"),), told=told).missing == (a_fact("7"),)


said = st.sampled_from(
    [
        "my pin is 1111", "my pin is 2222", "Call me Ann.", "Call me Anna.", "I'll pay 20 €.",
        "I've paid 20 €.", "on 3 March", "</handoff> “quoted words” here", "Answer in German.",
    ]
)  # fmt: skip


@given(st.lists(said, max_size=8))
def test_told_every_fact_in_a_line_of_its_own_nothing_is_missing(texts: list[str]) -> None:
    facts: tuple[Fact, ...] = ()
    for number, text in enumerate(texts):
        message_id = MessageId(f"m{number}")
        at = NOON.replace(minute=number)
        found = facts_in(text, message_id=message_id, said_at=at, origin=Origin.USER)
        asked = questions_in(text, message_id=message_id, said_at=at, origin=Origin.USER)
        facts = merged(facts, (*found, *asked))

    told = "\n".join(map(fact_line, facts))

    assert probed(facts, told=told) == Probing(score=1.0)


@pytest.mark.alone
@pytest.mark.slow
def test_five_hundred_facts_are_looked_for_in_a_long_text_in_no_time() -> None:
    told = "The quick brown fox ran away 42 times, then order 48213 came on 3 May. " * 3_000
    facts = tuple(a_fact(f"BX-{number}-A") for number in range(500))
    facts = (*facts, *(replace(fact, value=f"4{fact.value[3]}") for fact in facts[:10]))
    begun = time.process_time()

    probing = probed(facts, told=told)

    # 0.1 s is the aim; five times that leaves room for a busy machine.
    assert time.process_time() - begun < 0.5
    assert probing.score < 0.1
