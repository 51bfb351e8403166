"""What a window does not hold, and what cannot be read, ends in an answer or one clear sentence."""

import pytest

from bot.emulator.servers.model_answer import Answer
from context import notices
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.continuity.whole import wrongs
from tests.storage.scenes import rows, run, value

WARNED, FULL = int(0.76 * LIMIT), int(0.91 * LIMIT)
TOLD = "My order is BX-48213-A. From now on, always name the weekday, too."
UNREADABLE = '{"schema_number": 99, "covers_to": "the end", "todos": 2}'


async def told(chat: Chat, *, occupied_tokens: int) -> None:
    chat.api.script(says(occupied_tokens=occupied_tokens))
    await chat.tell(a_message(TOLD, number=1))


async def answered(chat: Chat) -> list[str]:
    """What comes back to one message more."""
    chat.api.script(says("It is BX-48213-A."))
    heard = await chat.tell(a_message("What is my order?", number=99))
    return [one.text for one in heard if one.kind == "reply"]


async def test_a_message_larger_than_any_window_is_refused_and_the_talk_goes_on(
    chat: Chat,
) -> None:
    await told(chat, occupied_tokens=WARNED)

    refused = await chat.tell(a_message("word " * 3 * LIMIT, number=2))

    assert [one.text for one in refused] == [notices.too_long()]
    assert await answered(chat) == ["It is BX-48213-A."]
    assert TOLD in given(chat.asked[-1])
    assert await chat.agents() == [(1, "active")]
    assert await wrongs(chat.database) == []


async def test_a_message_that_only_an_empty_window_holds_is_answered_by_a_fresh_agent(
    chat: Chat,
) -> None:
    await told(chat, occupied_tokens=WARNED)
    chat.api.script(says("I read it."))

    heard = await chat.tell(a_message("word " * int(0.55 * LIMIT), number=2))

    assert [one.text for one in heard if one.kind == "reply"] == ["I read it."]
    held = "\n".join(given(chat.asked[-1]))
    assert "BX-48213-A" in held
    assert "always name the weekday, too" in held
    assert await wrongs(chat.database) == []


@pytest.mark.parametrize(
    "noted", ['{"todos": "many"}', "[]", '{"conversation_summary": {"of": "it"}}']
)
async def test_notes_of_another_form_are_not_kept_and_the_handoff_does_without(
    chat: Chat, noted: str
) -> None:
    chat.api.notes = lambda _: Answer.saying(noted)
    await told(chat, occupied_tokens=WARNED)

    await chat.tidy(a_message(number=1))
    chat.api.script(says(occupied_tokens=FULL))
    await chat.tell(a_message("We chose the green one.", number=2))

    assert await value(chat.database, "select count(*) from notes") == 0
    assert await rows(chat.database, "select probe_score from agent_handoff") == [
        {"probe_score": 1.0}
    ]
    assert await answered(chat) == ["It is BX-48213-A."]
    assert "BX-48213-A" in given(chat.asked[-1])[0]


async def test_what_stood_in_a_document_that_cannot_be_read_is_back_with_the_next(
    chat: Chat,
) -> None:
    await told(chat, occupied_tokens=WARNED)
    chat.api.script(says(occupied_tokens=FULL))
    await chat.tell(a_message("Look at all these lamps. " * 200, number=2))
    await run(
        chat.database, "update agent_handoff set briefing = null, document = $1", UNREADABLE
    )

    heard = await answered(chat)
    without = "\n".join(given(chat.asked[-1]))
    chat.api.script(says(occupied_tokens=FULL), says("Yes."))
    await chat.tell(a_message("And now?", number=100))
    await chat.tell(a_message("Go on.", number=101))

    assert heard == ["It is BX-48213-A."]
    assert "BX-48213-A" not in without
    held = "\n".join(given(chat.asked[-1]))
    assert "BX-48213-A" in held
    assert "always name the weekday, too" in held
    assert await wrongs(chat.database) == []


async def test_notes_that_cannot_be_read_are_no_end_of_the_conversation(chat: Chat) -> None:
    await told(chat, occupied_tokens=WARNED)
    await chat.tidy(a_message(number=1))
    await run(chat.database, "update notes set document = $1", UNREADABLE)
    chat.api.script(says(occupied_tokens=FULL))
    await chat.tell(a_message("We chose the green one.", number=2))

    heard = await answered(chat)

    assert heard == ["It is BX-48213-A."]
    assert "BX-48213-A" in given(chat.asked[-1])[0]
    assert await chat.agents() == [(1, "handoff_complete"), (2, "active")]


async def test_a_summary_that_cannot_be_read_leaves_the_words_themselves(chat: Chat) -> None:
    for number in range(1, 11):
        chat.api.script(says(occupied_tokens=WARNED + 100 * number))
        await chat.tell(a_message(f"{TOLD} And {number} lamps. " * 9, number=number))
    await chat.tidy(a_message(number=1))
    assert await value(chat.database, "select state from compaction where summary is not null")
    await run(chat.database, "update compaction set summary = $1", UNREADABLE)

    heard = await answered(chat)

    assert heard == ["It is BX-48213-A."]
    assert sum(TOLD in text for text in given(chat.asked[-1])) == 10
