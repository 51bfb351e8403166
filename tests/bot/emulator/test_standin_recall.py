"""The stand-in looks up what its prompt does not hold: once, and only if it is asked."""

import pytest

from bot.emulator.servers import standin
from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_request import Json, ToolUseBlock
from bot.emulator.servers.standin import INTRODUCTION, NOT_FOUND
from tests.bot.emulator.conversations import ASKED, TOLD
from tests.bot.emulator.prompts import a_request, assistant, call, result, text, user

RECALL: Json = {
    "name": "recall",
    "input_schema": {
        "type": "object",
        "properties": {"query": {"type": "string"}, "limit": {"type": "integer"}},
        "required": ["query"],
    },
}
OFFERED: Json = {"tools": [RECALL]}
FOUND = "[2026-11-20] person: My order number is BX-48213-A."


def answer(*messages: Json, more: Json = OFFERED) -> Answer:
    return standin.answer(a_request(*messages, more=more))


def calls(said: Answer) -> list[tuple[str, Json]]:
    return [(b.name, b.input) for b in said.content if isinstance(b, ToolUseBlock)]


def test_a_question_that_the_prompt_does_not_answer_is_looked_up() -> None:
    said = answer(user("Hi"), assistant("Noted."), user(ASKED))

    assert calls(said) == [("recall", {"query": ASKED})]
    assert said.text == ""


def test_several_unknown_questions_are_looked_up_together() -> None:
    said = answer(user(f"{ASKED} And which city is mine?"))

    assert [wanted["query"] for _, wanted in calls(said)] == [ASKED, "And which city is mine?"]


def test_a_question_that_the_prompt_answers_is_not() -> None:
    said = answer(user(TOLD), assistant("Noted."), user(ASKED))

    assert calls(said) == []
    assert "BX-48213-A" in said.text


def test_what_is_known_of_something_else_is_no_answer() -> None:
    told = "It is still open whether the piano goes into the attic."
    more = [user(told), assistant("Noted.")]

    known = answer(*more, user("What is still open about the piano?"))
    unknown = answer(*more, user("What is still open about the greenhouse?"))

    assert (len(calls(known)), len(calls(unknown))) == (0, 1)


@pytest.mark.parametrize(
    "asked",
    ["Could you look up my order number?", "Can you please find the order number again?"],
)
def test_words_of_asking_do_not_count(asked: str) -> None:
    assert calls(answer(user(TOLD), assistant("Noted."), user(asked))) == []


def test_scripts_without_spaces_are_known_by_what_they_share() -> None:
    said = answer(
        user("注文番号はBX-1です。"), assistant("Noted."), user("注文番号は何ですか?")
    )

    assert calls(said) == []


@pytest.mark.parametrize("told", ["My order number is BX-1.", "Good morning", "Who are you?"])
def test_what_is_no_question_about_the_past_is_never_looked_up(told: str) -> None:
    assert calls(answer(user(told))) == []


def test_nothing_is_looked_up_where_no_tool_may_be_called() -> None:
    more: Json = {"tools": [RECALL], "tool_choice": {"type": "none"}}

    assert answer(user("Hi"), assistant("Noted."), user(ASKED), more=more).text == NOT_FOUND


def test_a_tool_of_another_name_is_not_called() -> None:
    more: Json = {"tools": [{**RECALL, "name": "search"}]}

    assert calls(answer(user(ASKED), more=more)) == []


def test_what_was_found_is_quoted() -> None:
    said = answer(
        user("Hi"),
        assistant("Noted."),
        user(ASKED),
        assistant([call("t1", "recall")]),
        user([result("t1", FOUND)]),
    )

    assert "My order number is BX-48213-A." in said.text
    assert calls(said) == []


def test_what_was_not_found_is_said_and_not_looked_up_again() -> None:
    said = answer(
        user("Hi"),
        assistant("Noted."),
        user(ASKED),
        assistant([call("t1", "recall")]),
        user([result("t1", "Nothing was found.")]),
    )

    assert (said.text, calls(said)) == (NOT_FOUND, [])


def test_a_later_question_is_looked_up_again() -> None:
    said = answer(
        user(ASKED),
        assistant([call("t1", "recall")]),
        user([result("t1", "Nothing was found.")]),
        assistant(NOT_FOUND),
        user("And which city is mine?"),
    )

    assert len(calls(said)) == 1


def test_state_around_the_question_is_no_part_of_it() -> None:
    said = answer(
        user([text("<clock>noon on 5 May 2026</clock>"), text(ASKED)]),
        assistant([call("t1", "recall")]),
        user([result("t1", FOUND)]),
    )

    assert "BX-48213-A" in said.text
    assert "noon" not in said.text


def test_a_first_answer_says_what_it_is_though_something_was_looked_up() -> None:
    said = answer(user(ASKED), assistant([call("t1", "recall")]), user([result("t1", FOUND)]))

    assert said.text.startswith(INTRODUCTION)


def test_a_call_that_nobody_said_anything_before_is_passed_on() -> None:
    picture: Json = {"type": "image", "source": {"type": "url", "url": "https://ex.org/a"}}

    said = answer(
        user([picture]), assistant([call("t1", "recall")]), user([result("t1", FOUND)])
    )

    assert "The tool gave back" in said.text


def test_a_recall_without_a_form_is_called_without_input() -> None:
    more: Json = {"tools": [{"name": "recall", "type": "memory_20250818"}]}

    assert calls(answer(user(ASKED), more=more)) == [("recall", {})]
