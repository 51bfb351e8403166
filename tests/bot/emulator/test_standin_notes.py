"""The stand-in takes notes of a numbered transcript, in its speakers' words and nothing else."""

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.emulator.servers import standin
from bot.emulator.servers.model_request import Json, MessageRequest
from bot.emulator.servers.standin import NOT_FOUND
from bot.emulator.servers.tokens import Tokenizer
from tests.bot.emulator.conversations import filler
from tests.bot.emulator.prompts import a_request, assistant, user
from tests.bot.emulator.transcripts import Fact, asking, noted


def facts(*lines: str) -> dict[str, str]:
    return {fact.name: fact.value for fact in noted(*lines).key_facts}


@pytest.mark.parametrize(
    ("told", "name", "value"),
    [
        (
            "Hi, my order number is BX-48213-A, please remember it.",
            "order number",
            "BX-48213-A",
        ),
        ("My city is Ghent.", "city", "Ghent"),
        ("Our budget: $1,250.", "budget", "$1,250"),
        ("The door code has changed to 4711 and the bell is new.", "door code", "4711"),
        ("My name is Ada Lovelace.", "name", "Ada Lovelace"),
        ("It all arrives on 5 March 2027.", "arrives", "5 March 2027"),
        ("See https://ex.org/a?b=1 for the plan.", "see", "https://ex.org/a?b=1"),
        ("4711 opens the garage.", "opens garage", "4711"),
        ("Call me Zoë.", "name", "Zoë"),
    ],
)
def test_values_are_noted_with_their_names(told: str, name: str, value: str) -> None:
    assert facts(told) == {name: value}


def test_every_value_says_where_it_stood() -> None:
    notes = noted("Hello", "Good day.", "My order number is BX-1.")

    assert notes.key_facts == [Fact(name="order number", value="BX-1", sources=[2])]


def test_a_value_given_anew_takes_the_old_ones_place() -> None:
    told = facts("My order number is BX-1.", "Noted.", "My order number is now BX-2.")

    assert told == {"order number": "BX-2"}


def test_the_models_own_words_are_no_facts() -> None:
    assert facts("Hello", "Your order number is BX-1.") == {}


@pytest.mark.parametrize(
    ("told", "category"),
    [
        ("From now on always answer in Dutch.", "standing_instructions"),
        ("Never call me before noon.", "standing_instructions"),
        ("Let's go with Hermes.", "decisions"),
        ("We decided to move in May.", "decisions"),
        ("We ruled out the blue one.", "rejected_alternatives"),
        ("Remind me to buy paint.", "todos"),
        ("I'll pay on Friday.", "open_commitments"),
        ("The invoice is paid.", "work_completed"),
    ],
)
def test_what_people_say_is_sorted_by_what_it_is(told: str, category: str) -> None:
    notes = noted(told).model_dump()

    assert [note["text"] for note in notes[category]] == [told]
    assert notes[category][0]["sources"] == [0]


def test_likes_and_needs_are_in_the_profile() -> None:
    profile = noted("I'd prefer oat milk. I am allergic to nuts. My name is Ada.").profile

    assert profile.name == "Ada"
    assert [note.text for note in profile.preferences] == ["I'd prefer oat milk."]
    assert [note.text for note in profile.constraints] == ["I am allergic to nuts."]


def test_reasons_dates_and_speakers_are_kept_with_what_they_belong_to() -> None:
    notes = noted(
        "We decided to wait because the paint is wet.", "I'll send the plan by Friday."
    )

    (decision,), (promise,) = notes.decisions, notes.open_commitments
    assert (decision.reason, decision.by) == ("the paint is wet", "person")
    assert (promise.due, promise.by, promise.kind) == ("Friday", "assistant", "promise")
    assert promise.since == "2026-11-20"


def test_a_question_is_open_until_it_is_answered() -> None:
    notes = noted(
        "Where is my parcel?", NOT_FOUND, "What is two and two?", "Four.", "And when?"
    )

    open_questions = [(note.text, note.kind) for note in notes.open_commitments]
    assert open_questions == [
        ("Where is my parcel?", "question"),
        ("And when?", "unanswered"),
    ]


def test_what_the_model_quotes_is_not_noted_again() -> None:
    notes = noted("Hello", "In this conversation it says: “I'll pay on Friday.”")

    assert notes.open_commitments == []


def test_the_summary_is_made_of_the_telling_sentences() -> None:
    notes = noted("Hi there. My city is Ghent. Nice weather.", "Noted.", "I'll pay on Friday.")

    assert notes.conversation_summary == "My city is Ghent. I'll pay on Friday."


def test_without_telling_sentences_the_summary_says_how_it_began() -> None:
    assert noted("Good morning. Nice weather.").conversation_summary == (
        "Good morning. Nice weather."
    )


def test_a_summary_has_at_most_400_words_and_loses_the_oldest_first() -> None:
    turns = [f"My number {n} is {n} and this sentence goes on for a while." for n in range(200)]

    words = noted(*turns).conversation_summary.split()

    assert 380 <= len(words) <= 400
    assert "198" in words


def test_earlier_notes_are_carried_on() -> None:
    earlier: Json = {
        "restated_goal": "Move to Ghent",
        "key_facts": [{"name": "city", "value": "Ghent", "sources": [4]}],
        "todos": [{"text": "Buy paint", "sources": [2]}],
        "conversation_summary": "They move.",
    }

    notes = noted("My order number is BX-1.", earlier=earlier)

    assert notes.restated_goal == "Move to Ghent"
    assert [fact.value for fact in notes.key_facts] == ["Ghent", "BX-1"]
    assert notes.key_facts[0].sources == [4]
    assert [note.text for note in notes.todos] == ["Buy paint"]
    assert notes.conversation_summary == "They move. My order number is BX-1."


def test_an_earlier_value_of_the_same_name_is_replaced() -> None:
    earlier: Json = {
        "key_facts": [{"name": "City", "value": "Ghent", "sources": [4]}],
        "conversation_summary": "",
    }

    notes = noted("My city is Bruges.", earlier=earlier)

    assert [fact.value for fact in notes.key_facts] == ["Bruges"]


def test_in_a_form_of_changes_only_what_is_new_is_written_with_the_key_it_replaces() -> None:
    entry: Json = {
        "type": "object",
        "properties": {
            "key": {"type": "string"},
            "positions": {"type": "array", "items": {"type": "integer"}},
            "name": {"type": "string"},
            "value": {"type": "string"},
        },
    }
    form: Json = {
        "type": "object",
        "properties": {
            "key_facts": {"type": "array", "items": entry},
            "conversation_summary": {"type": "string"},
        },
    }
    earlier: Json = {
        "key_facts": [
            {"key": "key_facts-1", "name": "city", "value": "Ghent"},
            {"key": "key_facts-2", "name": "pet", "value": "a cat"},
        ],
        "conversation_summary": "Long ago.",
    }
    asked = asking("My city is Bruges. My car is red.", earlier=earlier, form=form)

    notes = json.loads(standin.answer(asked).text)

    assert notes["key_facts"] == [
        {"key": "key_facts-1", "positions": [0], "name": "city", "value": "Bruges"},
        {"key": "", "positions": [0], "name": "car", "value": "red"},
    ]
    assert notes["conversation_summary"] == "My city is Bruges. My car is red."


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"type": "array", "items": {"type": "string"}}, ["I'll pay."]),
        ({"type": "string"}, ""),
        (
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "what": {"type": "string"},
                        "kind": {"enum": ["promise", "question"]},
                        "status": {"enum": ["open", "done"]},
                        "due": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                        "since": {"type": "string", "format": "date"},
                        "at": {"type": "string", "format": "date-time"},
                        "positions": {"type": "array", "items": {"type": "string"}},
                        "weight": {"type": "integer"},
                        "id": {"$ref": "#/$defs/Id"},
                    },
                },
            },
            [
                {
                    "what": "I'll pay.",
                    "kind": "promise",
                    "status": "open",
                    "due": None,
                    "since": "2026-11-20",
                    "at": "1970-01-01T00:00:00Z",
                    "positions": ["0"],
                    "weight": 0,
                    "id": "",
                }
            ],
        ),
    ],
)
def test_the_form_decides_how_an_entry_looks(form: Json, expected: JsonValue) -> None:
    whole: Json = {
        "type": "object",
        "properties": {"promises": form, "conversation_summary": {"type": "string"}},
        "$defs": {"Id": {"type": "string"}},
    }

    notes = json.loads(standin.answer(asking("I'll pay.", form=whole)).text)

    assert notes["promises"] == expected


def test_a_line_may_go_over_several_and_ends_at_the_closing_tag() -> None:
    notes = noted("Hello,\nmy city is Ghent.\n\nMy car is red.", "Noted.")

    assert {fact.name: fact.value for fact in notes.key_facts} == {
        "city": "Ghent",
        "car": "red",
    }


@pytest.mark.parametrize("broken", ['{"a": oops}', '{"a":' + "[" * 100_000, '{"a": 1}', "{}"])
def test_what_is_no_notes_before_the_lines_is_passed_over(broken: str) -> None:
    whole = asking("My city is Ghent.")
    text = f"{broken}\n[0] person (2026-11-20): My city is Ghent."
    asked = a_request(
        user("Hello"),
        assistant("[9] person: My city is Bruges."),
        user(text),
        more={"output_config": {"format": {"type": "json_schema", "schema": schema_of(whole)}}},
    )

    notes = json.loads(standin.answer(asked).text)

    assert [fact["value"] for fact in notes["key_facts"]] == ["Ghent"]


def schema_of(asked: MessageRequest) -> Json:
    return asked.output_schema or {}


def test_a_recursive_form_is_refused() -> None:
    form: Json = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}, "conversation_summary": {"type": "string"}},
        "$defs": {"A": {"$ref": "#/$defs/A"}},
    }

    with pytest.raises(Exception, match="Recursive"):
        standin.answer(asking("Hello", form=form))


@pytest.mark.parametrize("max_tokens", [150, 400, 1_000])
def test_notes_keep_to_the_length_that_was_asked_for(max_tokens: int) -> None:
    turns = [f"My order number {n} is BX-{n}. We decided on {n}." for n in range(200)]

    written = standin.answer(asking(*turns, max_tokens=max_tokens)).text

    assert Tokenizer().text(written) <= max_tokens
    assert json.loads(written)


@pytest.mark.alone
def test_notes_of_100_kilobytes_are_quick_and_always_the_same() -> None:
    told = filler(50_000).split(". ")
    asked = asking(*(f"{line}. My order {n} is BX-{n}." for n, line in enumerate(told)))
    standin.answer(asked)

    began = process_time()
    first = standin.answer(asked).text
    took_s = process_time() - began

    assert first == standin.answer(asked).text
    assert took_s < 0.5  # 25 ms where nothing else runs


@given(st.lists(st.text(max_size=200), max_size=8))
def test_whatever_was_said_the_notes_have_the_form(lines: list[str]) -> None:
    assert noted(*lines).conversation_summary is not None
