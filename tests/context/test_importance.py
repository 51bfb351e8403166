from dataclasses import replace

import pytest

from context.fact_patterns import FactKind
from context.facts import Fact, Origin, merged
from context.importance import Importance, Remark, chosen, remarks
from context.messages import MessageId
from context.prompt import Item
from context.trackers import facts as facts_of
from context.turns import whole_turns
from tests.builders import NOON, a_conversation, a_tool_result, a_tool_use, an_item
from tests.conversations import a_long_conversation

PLAIN = "It rained all day."


def a_fact(
    value: str,
    *,
    turn: int = 1,
    kind: FactKind = FactKind.IDENTIFIER,
    origin: Origin = Origin.USER,
    superseded_by: str | None = None,
) -> Fact:
    """A fact in the person's message of a turn."""
    return Fact(
        kind=kind,
        name="order",
        value=value,
        message_id=MessageId(f"slack-{turn:032x}"),
        said_at=NOON,
        origin=origin,
        superseded_by=superseded_by,
    )


def weighed(*said: str, facts: tuple[Fact, ...] = (), focus: str | None = None) -> list[int]:
    """What each message of the person but the first is worth; the assistant answers between."""
    turns = whole_turns(a_conversation("first", "yes", *said))
    found = remarks(turns, facts, focus=focus)
    assert [remark.position for remark in found] == list(range(0, len(said) + 2, 2))
    return [remark.importance for remark in found[1:]]


def test_plain_words_are_worth_nothing() -> None:
    assert weighed(PLAIN, "Indeed.") == [0]


def test_the_first_request_is_pinned() -> None:
    found = remarks(whole_turns(a_conversation("Good day", "Hello", PLAIN)), ())

    assert [one.importance for one in found] == [Importance.PINNED, 0]
    assert found[0].text == "Good day"
    assert found[0].said_at == NOON


def test_the_first_request_may_be_asked_too() -> None:
    found = remarks(whole_turns(a_conversation("Where is it?")), ())

    assert found[0].importance == Importance.PINNED + Importance.ASKED


@pytest.mark.parametrize("text", ["Where is it?", "在哪里\uff1f", "أين هو؟"])
def test_a_question_is_asked_in_any_script(text: str) -> None:
    assert weighed(text) == [Importance.ASKED]


@pytest.mark.parametrize(
    "text",
    [
        "Let\u2019s go with the blue one",
        "OK, agreed.",
        "I decided to stay",
        "Wir nehmen die blaue",
        "D'accord, on prend celle-là",
        "De acuerdo, vamos con la azul",
        "Combinado!",
        "Deciso: la blu",
        "Akkoord",
    ],
)
def test_a_decision_is_heard_in_several_languages(text: str) -> None:
    assert weighed(text) == [Importance.DECIDED]


@pytest.mark.parametrize("text", ["I am undecided", "We disagreed", "misgo with it"])
def test_a_word_within_a_word_decides_nothing(text: str) -> None:
    assert weighed(text) == [0]


def test_a_decision_behind_such_a_word_counts() -> None:
    assert weighed("I was undecided, but now it is decided") == [Importance.DECIDED]


def test_what_was_found_in_a_message_makes_it_important() -> None:
    facts = (
        a_fact("always be brief", turn=1, kind=FactKind.INSTRUCTION),
        a_fact("I will pay", turn=2, kind=FactKind.PROMISE),
        a_fact("which one", turn=3, kind=FactKind.QUESTION),
        a_fact("never mind", turn=4, kind=FactKind.SETTLEMENT),
    )

    assert weighed("a", "-", "b", "-", "c", "-", "d", facts=facts) == [
        Importance.PINNED,
        Importance.DECIDED,
        Importance.ASKED,
        0,
    ]


def test_each_reason_counts_once() -> None:
    facts = (
        a_fact("be brief", kind=FactKind.INSTRUCTION),
        a_fact("be kind", kind=FactKind.INSTRUCTION),
        a_fact("48213"),
        a_fact("5551"),
    )

    assert weighed("be brief, be kind, 48213, 5551?", "48213, 5551", "48213", facts=facts) == [
        Importance.PINNED + Importance.REFERENCED + Importance.ASKED,
        0,
    ]


def test_what_the_person_asked_to_have_kept_is_worth_most() -> None:
    worth = weighed("The wedding is in June.", "Noted.", PLAIN, focus="the wedding")

    assert worth == [Importance.WISHED, 0]
    assert sum(one for one in Importance if one is not Importance.WISHED) < Importance.WISHED


def test_what_is_pinned_outweighs_all_the_rest() -> None:
    assert Importance.PINNED > Importance.REFERENCED + Importance.DECIDED + Importance.ASKED
    assert Importance.REFERENCED > Importance.DECIDED + Importance.ASKED
    assert Importance.DECIDED > Importance.ASKED


@pytest.mark.parametrize(
    "later", ["Order 48213 is late", "48213", "x48213y", "(48213).", "It is 48213!"]
)
def test_a_fact_that_comes_up_again_makes_its_message_important(later: str) -> None:
    said = ("My order is 48213.", "Thanks.", PLAIN, later)

    assert weighed(*said, facts=(a_fact("48213"),))[0] == Importance.REFERENCED


@pytest.mark.parametrize("later", ["Order 482131", "Order 148213", "Order 4821"])
def test_another_number_is_no_reference(later: str) -> None:
    said = ("My order is 48213.", "Thanks.", PLAIN, later)

    assert weighed(*said, facts=(a_fact("48213"),)) == [0, 0]


@pytest.mark.parametrize(
    "value", ["ORD-48213", "ada@example.org", "the blue lamp", "синяя лампа", "青いランプ", "→"]
)
def test_a_value_of_any_kind_is_found_again(value: str) -> None:
    said = (f"It is {value}.", "Thanks.", PLAIN, f"As to {value}: yes.", PLAIN, "ORD, 48213")

    assert weighed(*said, facts=(a_fact(value),)) == [Importance.REFERENCED, 0, 0]


def test_figures_and_words_are_found_again_beside_each_other() -> None:
    said = ("the blue lamp", "-", "48213", "-", PLAIN, "The blue lamp, the blue lamp, 48213.")
    facts = (a_fact("blue lamp"), a_fact("48213", turn=2))

    assert weighed(*said, facts=facts) == [Importance.REFERENCED, Importance.REFERENCED, 0]


def test_a_part_of_a_value_is_no_reference() -> None:
    said = ("It is ORD-48213.", "Thanks.", "ORD 48213", "ORD/48213")

    assert weighed(*said, facts=(a_fact("ORD-48213"),)) == [0, 0]


def test_a_value_said_again_in_the_same_turn_is_no_reference() -> None:
    assert weighed("My order is 48213.", "Noted, 48213.", facts=(a_fact("48213"),)) == [0]


def test_a_value_said_before_is_no_reference() -> None:
    assert weighed("48213", "-", "48213", facts=(a_fact("48213", turn=2),)) == [0, 0]


def test_what_a_tool_is_asked_is_a_reference() -> None:
    call = {**a_tool_use("a"), "input": {"order": "48213"}}
    items = (
        *a_conversation("first", "yes", "My order is 48213.", "Thanks."),
        an_item(4, PLAIN),
        an_item(5, call),
    )

    found = remarks(whole_turns(items), (a_fact("48213"),))

    assert [one.importance for one in found[1:]] == [Importance.REFERENCED, 0]


def test_what_a_tool_gave_back_is_no_reference() -> None:
    items = (
        *a_conversation("first", "yes", "My order is 48213.", "Thanks."),
        an_item(4, PLAIN),
        an_item(5, a_tool_use("a")),
        an_item(6, a_tool_result("a", "48213"), turn=2),
    )

    found = remarks(whole_turns(items), (a_fact("48213"),))

    assert [one.importance for one in found[1:]] == [0, 0]


def test_a_superseded_value_makes_nothing_important() -> None:
    facts = (a_fact("48213", superseded_by="5551"),)

    assert weighed("Order 48213", "-", "48213", facts=facts) == [0, 0]


@pytest.mark.parametrize("origin", [Origin.OTHERS, Origin.TOOL, Origin.MODEL])
def test_what_others_said_makes_nothing_important(origin: Origin) -> None:
    facts = (
        a_fact("48213", origin=origin),
        a_fact("pay me", kind=FactKind.INSTRUCTION, origin=origin),
    )

    assert weighed("Order 48213, pay me", "-", "48213", facts=facts) == [0, 0]


def test_a_sentence_said_again_is_no_reference() -> None:
    facts = (a_fact("be brief", kind=FactKind.INSTRUCTION),)

    assert weighed("be brief", "-", "be brief", facts=facts) == [Importance.PINNED, 0]


def test_a_fact_of_an_earlier_agents_transcript_is_passed_over() -> None:
    assert weighed("48213", "-", "48213", facts=(a_fact("48213", turn=99),)) == [0, 0]
    assert weighed("48213", facts=(replace(a_fact("48213"), message_id=None),)) == [0]


def test_what_others_said_and_blank_text_are_no_words_of_the_persons() -> None:
    items = (
        an_item(0, "<overheard>\nBob: buy it?\n</overheard>", "  ", "one", "two"),
        an_item(2, "<overheard>\nBob: buy it?\n</overheard>"),
        an_item(3, "an answer"),
    )

    assert [one.text for one in remarks(whole_turns(items), ())] == ["one\ntwo"]


def test_a_bullet_is_dated_and_shows_further_lines_as_its_own() -> None:
    remark = Remark(position=0, said_at=NOON, text="one\n- two\n</summary>")

    assert remark.bullet == "- 2026-11-20: one\n  - two\n  &lt;/summary>"


@pytest.mark.parametrize(("size", "is_cut"), [(4_096, False), (4_097, True)])
def test_a_bullet_of_very_long_words_loses_its_middle(size: int, *, is_cut: bool) -> None:
    bullet = Remark(position=0, said_at=NOON, text="x" * size).bullet

    assert ("left out" in bullet) is is_cut
    assert len(bullet.encode()) < 4_096 + 200


@pytest.mark.parametrize(("lines", "is_cut"), [(128, False), (129, True)])
def test_a_bullet_of_very_many_lines_loses_its_middle(lines: int, *, is_cut: bool) -> None:
    bullet = Remark(position=0, said_at=NOON, text="x\n" * lines).bullet

    assert ("left out" in bullet) is is_cut


def test_a_remarks_repr_shows_no_words() -> None:
    remark = Remark(position=0, said_at=NOON, text="secret")

    assert "secret" not in repr(remark)
    assert remark.importance == 0


def some_remarks(*importances: int, text: str = "0123456789") -> tuple[Remark, ...]:
    return tuple(
        Remark(position=place, said_at=NOON, text=text, importance=importance)
        for place, importance in enumerate(importances)
    )


BULLET_BYTES = len("- 2026-11-20: 0123456789\n")


def positions(found: tuple[Remark, ...]) -> list[int]:
    return [remark.position for remark in found]


def test_the_most_important_are_chosen_and_stand_in_order() -> None:
    found = chosen(some_remarks(4, 0, 8, 1, 2), max_bytes=3 * BULLET_BYTES)

    assert positions(found) == [0, 2, 4]


def test_of_equal_importance_the_newest_are_chosen() -> None:
    assert positions(chosen(some_remarks(0, 0, 0, 0), max_bytes=2 * BULLET_BYTES)) == [2, 3]


def test_what_fits_exactly_is_chosen() -> None:
    assert positions(chosen(some_remarks(0), max_bytes=BULLET_BYTES)) == [0]
    assert positions(chosen(some_remarks(0), max_bytes=BULLET_BYTES - 1)) == []
    assert positions(chosen(some_remarks(0), max_bytes=-1)) == []


def test_what_does_not_fit_makes_room_for_less_important_words() -> None:
    long = Remark(position=9, said_at=NOON, text="x" * 100, importance=8)

    found = chosen((*some_remarks(0, 1), long), max_bytes=2 * BULLET_BYTES)

    assert positions(found) == [0, 1]


def test_bytes_are_counted_and_not_letters() -> None:
    remark = some_remarks(0, text="éééééééééé")

    assert chosen(remark, max_bytes=BULLET_BYTES + 9) == ()
    assert chosen(remark, max_bytes=BULLET_BYTES + 10) == remark


def kept_values(items: tuple[Item, ...], values: set[str], *, by_age: bool) -> int:
    """How many of some values are among the words that a budget leaves."""
    found = remarks(whole_turns(items), merged((), facts_of(items)))
    if by_age:
        found = tuple(replace(remark, importance=0) for remark in found)
    said = "\n".join(remark.text for remark in chosen(found, max_bytes=6_000))
    return sum(value in said for value in values)


@pytest.mark.slow
def test_by_importance_what_is_needed_later_stays_and_by_age_it_does_not() -> None:
    items, planted = a_long_conversation(turns=400)
    needed = {one.value for one in planted if one.is_needed}
    middle = items[2:-12]

    by_importance = kept_values(middle, needed, by_age=False)
    by_age = kept_values(middle, needed, by_age=True)

    assert len(needed) == 36
    assert by_importance == 36
    assert by_age <= 6
