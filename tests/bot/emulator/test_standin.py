"""The stand-in says what its prompt holds, that it is a stand-in, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.emulator.servers import standin
from bot.emulator.servers.model_request import Json, ToolUseBlock
from bot.emulator.servers.standin import INTRODUCTION, NOT_FOUND
from tests.bot.emulator.conversations import ASKED, TOLD, after, filler, said
from tests.bot.emulator.prompts import a_request, assistant, call, result, text, tool, user


def test_the_first_answer_says_what_it_is_and_later_ones_do_not() -> None:
    first = said(user("Good morning"))
    later = said(user("Good morning"), assistant(first), user("Nice to meet you"))

    assert first.startswith(INTRODUCTION)
    assert INTRODUCTION not in later


@pytest.mark.parametrize(
    "question",
    ["Who are you?", "are you a bot?", "Wer bist du?", "Qui es-tu ?", "¿Quién eres?"],
)
def test_it_says_what_it_is_whenever_it_is_asked(question: str) -> None:
    assert after(TOLD, asked=question) == INTRODUCTION


@pytest.mark.parametrize("tag", ["handoff", "summary", "previous-briefing"])
def test_a_conversation_that_an_earlier_agent_began_is_not_greeted_again(tag: str) -> None:
    state = f'<{tag} sequence="1">\nkey facts: none\n</{tag}>'

    assert said(user([text(state), text("Good morning")])) == "Noted."


def test_other_state_in_a_first_message_does_not_hide_what_it_is() -> None:
    first = said(user([text("<clock>noon</clock>"), text("Good morning")]))

    assert first.startswith(INTRODUCTION)


def test_a_statement_is_acknowledged_with_what_can_be_looked_up_in_it() -> None:
    heard = after(
        "Hello",
        asked="Order BX-48213-A of 5 March 2026 cost $42.50, see https://ex.org/a?b=1. "
        "Write to ann@example.org.",
    )

    assert heard == (
        "Noted: BX-48213-A, 5 March 2026, $42.50, https://ex.org/a?b=1, ann@example.org."
    )


def test_at_most_five_identifiers_are_named_each_once() -> None:
    heard = after("Hello", asked="A1 A1 B2 C3 D4 E5 F6")

    assert heard == "Noted: A1, B2, C3, D4, E5."


def test_a_briefing_answers_as_well_as_the_words_themselves() -> None:
    state = "<handoff>\nkey facts:\n- order number: BX-48213-A\n- city: Ghent\n</handoff>\n\n"

    found = said(user(f"{state}{ASKED}"))

    assert found == "In this conversation it says: “order number: BX-48213-A”"


def test_instructions_and_its_own_words_are_no_source() -> None:
    more: Json = {"system": "The order number is BX-48213-A."}

    found = said(
        user("Hi"), assistant("Your order number is BX-48213-A."), user(ASKED), more=more
    )

    assert found == NOT_FOUND


def test_what_is_remembered_around_the_question_counts_as_older_than_the_messages() -> None:
    memory = "<memory>\nMy order number is BX-1.\n</memory>"

    found = said(
        user("My order number is BX-2."), assistant("Noted."), user([text(memory), text(ASKED)])
    )

    assert "BX-2" in found


def test_an_unclosed_tag_is_part_of_what_is_said() -> None:
    assert after("Hello", asked="<b>My order is BX-1") == "Noted: BX-1."


def test_a_message_that_is_all_in_tags_is_said_all_the_same() -> None:
    assert after("Hello", asked="<b>BX-1</b>") == "Noted: BX-1."


def test_several_questions_get_an_answer_each() -> None:
    found = after(
        TOLD, "My city is Ghent.", asked=f"{ASKED} And which city is mine? And my cat?"
    )

    assert found.count("In this conversation it says") == 2
    assert "BX-48213-A" in found
    assert "Ghent" in found
    assert NOT_FOUND in found


def test_what_is_told_with_a_question_is_noted_and_can_answer_it() -> None:
    found = after("Hello", asked="My order number is BX-9. What is my order number?")

    assert found == ("Noted: BX-9.\nIn this conversation it says: “My order number is BX-9.”")


def test_the_question_of_a_long_message_stands_at_its_end() -> None:
    assert "BX-48213-A" in after(TOLD, asked=f"{filler(50_000)}\n{ASKED}")


def test_messages_that_came_together_are_all_heard() -> None:
    heard = said(
        user("Hi"), assistant("Noted."), user("It is BX-1."), user([text("And BX-2.")])
    )

    assert heard == "Noted: BX-1, BX-2."


def test_documents_and_tool_results_can_be_quoted() -> None:
    paper: Json = {
        "type": "document",
        "source": {"type": "text", "data": "The warranty ends on 2027-01-31."},
    }
    turns = [
        user([paper, text("Read this")]),
        assistant([call("t1")]),
        user([result("t1", "Stock level of pumps: 17")]),
        assistant("Done."),
    ]
    more: Json = {"tools": [tool()]}

    assert "2027-01-31" in said(*turns, user("When does the warranty end?"), more=more)
    assert "17" in said(*turns, user("What is the stock level of pumps?"), more=more)


def test_a_bare_tool_result_is_passed_on() -> None:
    heard = said(user("Weather?"), assistant([call("t1")]), user([result("t1", "sunny")]))

    assert heard == "The tool gave back: “sunny”"


def test_remarks_of_the_system_are_not_the_persons() -> None:
    remark: Json = {"role": "system", "content": "The order number is BX-1."}

    assert said(user("Hi"), assistant("Noted."), user(ASKED), remark) == NOT_FOUND


def test_pictures_are_passed_over() -> None:
    picture: Json = {"type": "image", "source": {"type": "url", "url": "https://ex.org/a"}}

    assert after("Hello") == said(
        user("Hello"), assistant("Noted."), user([picture, text(ASKED)])
    )


@pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "tool", "name": "book"}])
def test_a_demanded_tool_is_called_with_what_the_prompt_says(choice: Json) -> None:
    book: Json = {
        "name": "book",
        "input_schema": {
            "type": "object",
            "properties": {"order_number": {"type": "string"}, "seats": {"type": "integer"}},
            "required": ["order_number", "seats"],
        },
    }

    answer = standin.answer(
        a_request(user(TOLD), more={"tools": [book], "tool_choice": choice})
    )

    (used,) = answer.content
    assert isinstance(used, ToolUseBlock)
    assert (used.name, used.input) == ("book", {"order_number": "BX-48213-A", "seats": 0})


def test_a_tool_that_may_be_called_is_not() -> None:
    more: Json = {"tools": [tool()], "tool_choice": {"type": "auto"}}

    assert said(user("Hi"), assistant("Noted."), user("Nice day"), more=more) == "Noted."


def test_a_demanded_platform_tool_is_called_without_input() -> None:
    memory: Json = {"type": "memory_20250818", "name": "memory"}
    more: Json = {"tools": [memory], "tool_choice": {"type": "any"}}

    (used,) = standin.answer(a_request(more=more)).content

    assert isinstance(used, ToolUseBlock)
    assert used.input == {}


@given(st.text(min_size=1), st.text(min_size=1))
def test_whatever_is_said_there_is_an_answer(told: str, asked: str) -> None:
    answer = standin.answer(a_request(user(told), assistant("Noted."), user(asked)))

    assert answer.text
