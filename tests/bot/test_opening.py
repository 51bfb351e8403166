"""What a turn is opened from once a compaction stands for the older part of a conversation."""

from context.messages import Said
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.bot.test_maintain import talked
from tests.builders import a_photo, an_inbound
from tests.storage.scenes import run, value


async def test_a_summary_that_cannot_be_read_stands_for_nothing(chat: Chat) -> None:
    last = await talked(chat)
    await chat.tidy(last)
    await run(chat.database, "update compaction set summary = summary || '{\"text\": 1}'")

    chat.api.script(says("It is."))
    await chat.tell(a_message("What was my second order?", number=99))

    told = "\n".join(given(chat.asked[-1]))
    assert "My order 2 is BX-200-A." in told
    assert "<summary>" not in told


async def test_what_a_summary_stands_for_is_in_the_document_of_a_handoff(chat: Chat) -> None:
    chat.api.script(says("Hello."), says("A fine lamp."))
    await chat.tell(a_message("Hello", number=200))
    await chat.tell(an_inbound(number=201, content=Said(text="See:", media=(a_photo(),))))
    last = await talked(chat)
    await chat.tidy(last)

    chat.api.script(says("Noted.", occupied_tokens=int(0.91 * LIMIT)))
    await chat.tell(a_message("We decided to replace it.", number=99))

    assert "<summary>" in "\n".join(given(chat.asked[-1]))
    document = await value(chat.database, "select document->'files' from agent_handoff")
    assert "lamp.jpg" in str(document)


async def test_a_successor_is_told_the_same_words_turn_after_turn(chat: Chat) -> None:
    chat.api.script(says("Hello.", occupied_tokens=int(0.91 * LIMIT)), says("A."), says("B."))
    await chat.tell(a_message("My order is BX-48213-A.", number=1))

    await chat.tell(a_message("And now?", number=2))
    # As if the words were written otherwise since.
    await run(chat.database, "update agent_handoff set document = document - 'key_facts'")
    await chat.tell(a_message("And now?", number=3))

    first, second = (given(asked)[0] for asked in chat.asked[-2:])
    assert first == second
    assert "BX-48213-A" in first


async def test_a_handoff_from_before_briefings_were_kept_is_told_from_its_document(
    chat: Chat,
) -> None:
    chat.api.script(says("Hello.", occupied_tokens=int(0.91 * LIMIT)), says("A."), says("B."))
    await chat.tell(a_message("My order is BX-48213-A.", number=1))
    await chat.tell(a_message("And now?", number=2))

    await run(chat.database, "update agent_handoff set briefing = null")
    await chat.tell(a_message("And now?", number=3))

    first, second = (given(asked)[0] for asked in chat.asked[-2:])
    assert first == second
