import pytest

from context.fact_patterns import FactKind
from context.facts import Origin
from context.notes import Notes
from context.prompt import Item, mail_blocks
from tests.builders import a_conversation, a_tool_result, an_inbound, an_item
from tests.context.written import an_entry, read

CHAT = a_conversation("My dog is called Rex. Order\n48213 is hers.", "Noted: Rex.")


def a_fact(position: int, name: str, value: str, *, key: str = "") -> dict[str, object]:
    """One fact of an answer."""
    return an_entry(position, key=key, name=name, value=value)


def noted(items: tuple[Item, ...], *facts: dict[str, object]) -> Notes:
    """Notes that hold nothing else."""
    return read(items, key_facts=facts, conversation_summary="They talk.").notes


def test_a_value_is_kept_word_for_word_with_who_said_it() -> None:
    (fact,) = noted(CHAT, a_fact(0, "dog", "Rex")).key_facts

    assert (fact.name, fact.value, fact.kind) == ("dog", "Rex", FactKind.QUOTE)
    assert (fact.origin, fact.message_id) == (Origin.USER, CHAT[0].message_ids[0])
    assert (fact.said_at, fact.sources) == (CHAT[0].said_at, CHAT[0].message_ids)


def test_a_value_that_a_pattern_knows_has_its_kind() -> None:
    (fact,) = noted(CHAT, a_fact(0, "order number", "48213")).key_facts

    assert fact.kind is FactKind.IDENTIFIER


def test_white_space_in_a_value_does_not_count() -> None:
    (fact,) = noted(CHAT, a_fact(0, "thing", "Order \n 48213")).key_facts

    assert fact.value == "Order 48213"


@pytest.mark.parametrize("value", ["rex", "Re", "Order 4821", "48214", ""])
def test_a_value_that_does_not_stand_in_its_source_is_not_stored(value: str) -> None:
    assert noted(CHAT, a_fact(0, "dog", value)).key_facts == ()


@pytest.mark.parametrize(
    ("name", "value"), [(" ", "Rex"), ("x" * 61, "Rex"), ("order 999", "Rex")]
)
def test_a_name_must_be_one_and_hold_nothing_new(name: str, value: str) -> None:
    assert noted(CHAT, a_fact(0, name, value)).key_facts == ()


def test_a_fact_without_a_line_is_not_stored() -> None:
    reading = read(CHAT, key_facts=[a_fact(9, "dog", "Rex")], conversation_summary="They talk.")

    assert reading.notes.key_facts == ()
    assert reading.dropped == ("key_facts: no source",)


def test_of_a_line_in_which_several_speak_the_person_counts_first() -> None:
    blocks = mail_blocks([an_inbound("Rex is mine")], overheard=[("Bob", "Rex and Bello")])
    items = (an_item(0, *blocks),)

    facts = noted(items, a_fact(0, "dog", "Rex"), a_fact(0, "other dog", "Bello")).key_facts

    assert [fact.origin for fact in facts] == [Origin.USER, Origin.OTHERS]


@pytest.mark.parametrize(("position", "origin"), [(1, Origin.MODEL), (2, Origin.TOOL)])
def test_what_no_message_says_has_no_message(position: int, origin: Origin) -> None:
    items = (*CHAT, an_item(2, a_tool_result(text="Rex, a dog")))

    (fact,) = noted(items, a_fact(position, "dog", "Rex")).key_facts

    assert (fact.origin, fact.message_id, fact.sources) == (origin, None, ())


def test_a_newer_value_takes_an_older_ones_place() -> None:
    before = noted(CHAT, a_fact(0, "dog", "Rex"))
    items = (*CHAT, an_item(2, "Sorry, she is called Bella."))

    after = read(items, before, key_facts=[a_fact(2, "dog", "Bella", key="key_facts-1")]).notes

    assert [(fact.value, fact.superseded_by) for fact in after.key_facts] == [
        ("Rex", "Bella"),
        ("Bella", None),
    ]


def test_a_tool_does_not_overrule_the_person() -> None:
    before = noted(CHAT, a_fact(0, "dog", "Rex"))
    items = (*CHAT, an_item(2, a_tool_result(text="dog: Bella")))

    reading = read(items, before, key_facts=[a_fact(2, "dog", "Bella", key="key_facts-1")])

    assert [fact.superseded_by for fact in reading.notes.key_facts] == [None, None]
    assert [conflict.line for conflict in reading.conflicts] == [
        "key_facts: kept “dog: Rex”, not “dog: Bella (from a tool)”"
    ]


def test_an_older_value_does_not_take_a_newer_ones_place() -> None:
    items = a_conversation("Call her Rex.", "Rex.", "No, Bella.")
    before = noted(items, a_fact(2, "dog", "Bella"))

    reading = read(items, before, key_facts=[a_fact(0, "dog", "Rex", key="key_facts-1")])

    assert [fact.superseded_by for fact in reading.notes.key_facts] == [None, None]
    assert len(reading.conflicts) == 1


def test_what_has_given_way_already_gives_way_no_more() -> None:
    items = a_conversation("Rex", "ok", "Bella", "ok", "Luna")
    before = noted(items[:1], a_fact(0, "dog", "Rex"))
    before = read(items, before, key_facts=[a_fact(2, "dog", "Bella", key="key_facts-1")]).notes

    after = read(items, before, key_facts=[a_fact(4, "dog", "Luna", key="key_facts-1")]).notes

    assert [fact.superseded_by for fact in after.key_facts] == ["Bella", None, None]


def test_a_fact_said_again_stays_the_same_fact() -> None:
    before = noted(CHAT, a_fact(0, "dog", "Rex"))

    reading = read(
        CHAT, before, key_facts=[a_fact(1, "pet", "Rex")], conversation_summary="They talk."
    )

    assert reading.notes.key_facts == before.key_facts
    assert reading.dropped == ()
