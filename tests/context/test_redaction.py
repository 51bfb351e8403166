import json
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.categories import UserProfile
from context.compactor import notes_prompt
from context.entries import DecisionNote, Preference, Statement, Todo
from context.fact_finding import facts_in
from context.facts import Origin
from context.handoff import HandoffDocument, document, markdown
from context.lifecycle import TerminationReason
from context.note_reading import read_notes
from context.notes import Notes
from context.placeholders import Known
from context.prompt import Block, Item
from context.redaction import (
    Redactor,
    Scope,
    placeholders,
    redacted,
    redacted_document,
    redacted_items,
    redacted_notes,
)
from context.redaction_patterns import Sensitive
from tests.builders import (
    NOON,
    a_conversation,
    a_document,
    a_tool_result,
    a_tool_use,
    an_agent,
    an_item,
)
from tests.context.written import an_answer, an_entry

CARD = "4111 1111 1111 1111"
KEY = "sk-ant-api03-Ab12Cd34Ef56Gh78"
SECRET = f"My card is {CARD}, password: hunter2, key {KEY}"
HIDDEN = "My card is <CARD_1>, password: <PASSWORD_1>, key <KEY_1>"

scopes = st.sampled_from(["secrets", "all"])
spiteful = st.lists(
    st.sampled_from(
        [
            "4111 1111 1111 1111", "4111111111111111", "41 11 11", "12", " ", "-", ".", ",", "\n",
            "password: ", "password is ", "hunter2", "sk-", "Ab12Cd34Ef56Gh78", "Bearer ", "a@b.co",
            "+1 415 555 0100", "0151 2345678", "10.0.0.1", "::1", "123-45-6789", "12345678Z",
            "DE89 3704 0044 0532 0130 00", "<CARD_1>", "<EMAIL_3>", "<", ">", "_1>", "tel ", "x",
            "-----BEGIN PRIVATE KEY-----", "://", "u:p@h", "cvc 123", "é", "\ue000", "ghp_",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@pytest.mark.slow
@given(st.one_of(st.text(max_size=60), spiteful), scopes)
def test_redacting_again_changes_nothing(text: str, scope: Scope) -> None:
    once = redacted(text, scope=scope)

    assert redacted(once, scope=scope) == once


@pytest.mark.slow
@given(spiteful, scopes)
def test_a_placeholder_that_stands_in_a_text_stays(text: str, scope: Scope) -> None:
    assert redacted(f"<CARD_7> {text}", scope=scope).startswith("<CARD_7> ")


def test_the_same_value_has_the_same_placeholder_in_order_of_appearance() -> None:
    text = "4111 1111 1111 1111, 5500 0000 0000 0004, 4111111111111111"

    assert redacted(text, scope="secrets") == "<CARD_1>, <CARD_2>, <CARD_1>"


def test_all_hides_what_secrets_hides_and_more() -> None:
    text = f"{SECRET}, mail ada@example.com"

    assert redacted(text, scope="secrets") == f"{HIDDEN}, mail ada@example.com"
    assert redacted(text, scope="all") == f"{HIDDEN}, mail <EMAIL_1>"


def test_a_redactor_gives_a_value_the_number_it_had_first() -> None:
    redactor = Redactor(scope="all").after(["a@b.co", "c@d.co"])

    assert redactor.redacted("from C@D.co to e@f.co") == "from <EMAIL_2> to <EMAIL_3>"
    assert redactor.after(["x"]) == redactor


def test_a_number_that_is_taken_is_not_given_again() -> None:
    redactor = Redactor(scope="all").after(["<EMAIL_4> wrote"])

    assert redactor.redacted("a@b.co") == "<EMAIL_5>"
    assert redacted("a@b.co answers <EMAIL_1>", scope="all") == "<EMAIL_2> answers <EMAIL_1>"


def test_neither_a_redactor_nor_what_it_knows_shows_values() -> None:
    redactor = Redactor(scope="all").after([SECRET])

    assert Known(Sensitive.PASSWORD, 1, "hunter2") in redactor.known
    assert "hunter2" not in f"{redactor!r} {redactor.known!r}"


def test_a_password_that_was_named_once_is_hidden_wherever_it_stands() -> None:
    text = "Is hunter2 right? My password is hunter2. Yes, hunter2! Not xhunter2 or hunter23."

    assert redacted(text, scope="secrets") == (
        "Is <PASSWORD_1> right? My password is <PASSWORD_1>. Yes, <PASSWORD_1>! "
        "Not xhunter2 or hunter23."
    )


def test_a_word_after_a_colon_is_not_hidden_everywhere() -> None:
    text = "password: please tell me, please"

    assert redacted(text, scope="secrets") == "password: <PASSWORD_1> tell me, please"


def test_a_fact_is_redacted_by_its_name() -> None:
    (fact, *_) = facts_in("code A-17", message_id=None, said_at=NOON, origin=Origin.USER)
    fact = replace(fact, name="wifi password", value="hunter2")

    named = replace(fact, name="see ada@example.com")

    hidden, other = redacted_notes(Notes(key_facts=(fact, named)), "all").key_facts

    assert (hidden.name, hidden.value) == ("wifi password", "<PASSWORD_1>")
    assert (other.name, other.value) == ("see <EMAIL_1>", "hunter2")


def ended(
    items: tuple[Item, ...], *, previous: HandoffDocument | None = None
) -> HandoffDocument:
    """The document of an agent that ends after some items."""
    return document(
        agent=an_agent(),
        items=items,
        previous=previous,
        reason=TerminationReason.USER_REQUEST,
        limit_tokens=200_000,
        now=NOON,
    )


# What a document, notes and a transcript say.


def test_every_text_of_a_document_is_redacted_and_nothing_else() -> None:
    made = a_document(SECRET, f"Noted: {CARD}").model_copy(
        update={
            "todos": (Todo(text=f"charge {CARD}", owner="Ada"),),
            "decisions": (DecisionNote(decision="pay", reason=f"with {CARD}"),),
            "user_profile": UserProfile(preferences=(Preference(text=CARD),)),
            "workflow_type": CARD,
        }
    )
    made = made.model_copy(
        update={
            "original_request": made.original_request.model_copy(
                update={"standing_instructions": (f"never show {CARD}",)}
            ),
            "key_facts": (replace(made.key_facts[0], superseded_by=CARD), *made.key_facts[1:]),
        }
    )

    hidden = redacted_document(made, "secrets")

    written = hidden.model_dump_json()
    assert "1111" not in written
    assert "hunter2" not in written
    assert KEY not in written
    assert hidden.original_request.text == HIDDEN
    assert hidden.original_request.standing_instructions == ("never show <CARD_1>",)
    assert hidden.todos[0] == Todo(text="charge <CARD_1>", owner="Ada")
    assert hidden.key_facts[0].superseded_by == "<CARD_1>"
    assert (hidden.agent_info, hidden.token_usage) == (made.agent_info, made.token_usage)
    assert hidden.recent_turns[0].turn_id == made.recent_turns[0].turn_id
    assert HandoffDocument.model_validate_json(written) == hidden
    assert redacted_document(hidden, "secrets") == hidden
    assert "1111" not in markdown(hidden)


def test_a_document_without_secrets_stays_as_it_is() -> None:
    assert redacted_document(a_document(), "secrets") == a_document()


def test_notes_are_redacted_like_documents() -> None:
    notes = Notes(
        standing_instructions=(Statement(text=f"use {CARD}"),),
        conversation_summary="They wrote from ada@example.com.",
    )

    assert redacted_notes(notes, "secrets").standing_instructions[0].text == "use <CARD_1>"
    assert redacted_notes(notes, "all").conversation_summary == "They wrote from <EMAIL_1>."


def test_numbers_go_on_where_an_earlier_agent_ended() -> None:
    said = redacted_items(a_conversation("Mail ada@example.com or bob@example.com"), "all")
    earlier = ended(said).model_copy(update={"recent_turns": (), "key_facts": ()})
    items = a_conversation("Mail eve@example.com")

    known = placeholders(earlier)

    assert known == (Known(Sensitive.EMAIL, 2, None),)
    assert redacted_items(items, "all", known=known)[0].blocks[0]["text"] == "Mail <EMAIL_3>"
    assert redacted_document(
        a_document("a@b.co"), "all", known=known
    ).original_request.text == ("<EMAIL_3>")
    assert redacted_notes(Notes(restated_goal="a@b.co"), "all", known=known).restated_goal == (
        "<EMAIL_3>"
    )
    later = ended(redacted_items(items, "all", known=known), previous=earlier)
    assert later.placeholders == ("<EMAIL_3>",)
    assert ended(a_conversation("Hi"), previous=later).placeholders == ("<EMAIL_3>",)


def test_before_the_first_document_every_number_is_free() -> None:
    assert placeholders(None) == ()
    assert placeholders(a_document()) == ()


def test_all_that_a_transcript_says_is_redacted() -> None:
    thinking: Block = {"type": "thinking", "thinking": CARD, "signature": CARD}
    image: Block = {"type": "image", "source": {"data": CARD}}
    call: Block = {
        **a_tool_use(),
        "input": {"card": CARD, "more": [CARD, 7], "password": "hunter2"},
    }
    result: Block = {
        **a_tool_result(),
        "content": [{"type": "text", "text": CARD}, dict(image)],
    }
    items = (an_item(0, SECRET, image), an_item(1, thinking, call), an_item(2, result))

    hidden = redacted_items(items, scope="secrets")

    assert hidden[0].blocks == ({"type": "text", "text": HIDDEN}, image)
    assert hidden[1].blocks == (
        thinking,
        {
            **call,
            "input": {"card": "<CARD_1>", "more": ["<CARD_1>", 7], "password": "<PASSWORD_1>"},
        },
    )
    assert hidden[2].blocks[0]["content"] == [{"type": "text", "text": "<CARD_1>"}, image]
    assert (hidden[0].position, hidden[0].message_ids) == (0, items[0].message_ids)
    assert redacted_items(hidden, scope="secrets") == hidden


def test_a_placeholder_in_a_later_message_is_not_mistaken_for_an_earlier_value() -> None:
    items = a_conversation("4111 1111 1111 1111", "What is <CARD_1>?")

    hidden = redacted_items(items, "secrets")

    assert [item.blocks[0]["text"] for item in hidden] == ["<CARD_2>", "What is <CARD_1>?"]


# Two redactors that disagree.


@pytest.mark.parametrize("scope", ["secrets", "all"])
@pytest.mark.parametrize("text", [SECRET, "ada@example.com, +1 415 555 0100", "10.0.0.1"])
def test_everything_that_is_redacted_is_redacted_alike(text: str, scope: Scope) -> None:
    expected = redacted(text, scope=scope)

    assert redacted_document(a_document(text), scope).original_request.text == expected
    assert redacted_notes(Notes(restated_goal=text), scope).restated_goal == expected
    assert redacted_items(a_conversation(text), scope)[0].blocks[0]["text"] == expected


def test_a_secret_reaches_neither_the_compactor_nor_what_it_notes() -> None:
    items = redacted_items(a_conversation(SECRET, f"I noted {CARD}."), "secrets")

    prompt, _ = notes_prompt(items, max_prompt_tokens=20_000, max_output_tokens=1_000)
    reading = read_notes(
        an_answer(
            todos=[an_entry(0, text="charge <CARD_1>"), an_entry(0, text=f"charge {CARD}")]
        ),
        items,
    )

    assert "1111" not in json.dumps([dict(block) for block in prompt.messages[0].blocks])
    assert [todo.text for todo in reading.notes.todos] == ["charge <CARD_1>"]


@pytest.mark.alone
@pytest.mark.slow
def test_a_full_window_is_redacted_in_a_fraction_of_a_second() -> None:
    text = "The quick brown fox ran away 42 times, order 48213. " * 100
    items = a_conversation(*[text] * 60)
    begun = time.process_time()

    redacted_items(items, "secrets")

    assert time.process_time() - begun < 1
