"""The loop of one turn: steps, calls of tools, and how it comes to an end."""

from bot.emulator.servers.model_answer import Answer, tool_use
from bot.emulator.servers.model_request import TextBlock, ToolResultBlock
from context import notices
from tests.bot.chat import Chat, a_message, given, says
from tests.storage.scenes import value

TOLD = notices.failed()


async def test_an_unknown_tool_is_answered_and_the_turn_goes_on(chat: Chat) -> None:
    call = tool_use("recall", {"query": "order"})
    chat.api.script(
        Answer(content=(TextBlock(text="Let me see."), call)), says("I have no such tool.")
    )

    told = await chat.tell(a_message())

    assert told[-1].text == "I have no such tool."
    (result,) = [
        block
        for message in chat.asked[1].messages
        for block in message.content
        if isinstance(block, ToolResultBlock)
    ]
    assert (result.tool_use_id, result.is_error) == (call.id, True)
    assert await value(chat.database, "select count(*) from step") == 2


async def test_a_paused_answer_goes_on(chat: Chat) -> None:
    chat.api.script(says("Half of it,", stop="pause_turn"), says("and the rest."))

    told = await chat.tell(a_message())

    assert told[-1].text == "and the rest."
    assert given(chat.asked[1])[-1] == "Half of it,"


async def test_a_model_that_never_comes_to_an_end_is_given_up(chat: Chat) -> None:
    chat.api.script(*[says(f"Step {n}", stop="pause_turn") for n in range(30)])

    told = await chat.tell(a_message())

    assert len(chat.asked) == 25
    assert [heard.text for heard in told] == [TOLD]
    assert await chat.fates() == [("failed", "ModelFault")]


async def test_a_pause_without_a_word_is_a_fault(chat: Chat) -> None:
    chat.api.script(Answer(content=(), stop_reason="pause_turn"))

    told = await chat.tell(a_message())

    assert [heard.text for heard in told] == [TOLD]
    assert await chat.fates() == [("failed", "ModelFault")]


async def test_an_interrupted_turn_goes_on_behind_its_last_step(chat: Chat) -> None:
    message = a_message("What is it?")
    await chat.cut_off(message, says("Half of it,", stop="pause_turn"))
    chat.api.script(says("and the rest."))

    told = await chat.go_on(message)

    assert given(chat.asked[-1]) == ["What is it?", "Half of it,"]
    assert told[-1].text == "and the rest."
    assert await value(chat.database, "select count(*) from content_item") == 3
    assert await chat.fates() == [("answered", None)]


async def test_an_interrupted_turn_may_end_without_a_word(chat: Chat) -> None:
    await chat.cut_off(a_message(), says("Half of it,", stop="pause_turn"))
    chat.api.script(Answer(content=()))

    told = await chat.go_on(a_message())

    assert told[-1].text == notices.nothing_to_say()
    assert await chat.fates() == [("answered", None)]
