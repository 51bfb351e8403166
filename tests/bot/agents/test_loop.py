"""The loop of one turn: steps, calls of tools, and how it comes to an end."""

from collections.abc import Mapping
from dataclasses import fields

from typing_extensions import override

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model_answer import Answer, tool_use
from bot.emulator.servers.model_request import MessageRequest, TextBlock, ToolResultBlock
from bot.limits import Limits
from bot.tools.results import ReadResultTool
from bot.tools.toolbox import Toolbox
from context import notices
from context.calls import Errand
from context.prompt import Tool
from storage.tool_outputs import ToolOutputs
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.storage.scenes import value

TOLD = notices.failed()


def results(request: MessageRequest) -> list[ToolResultBlock]:
    """What tools gave back, as the model was given it."""
    return [
        block
        for message in request.messages
        for block in message.content
        if isinstance(block, ToolResultBlock)
    ]


def text_of(result: ToolResultBlock) -> str:
    (part,) = result.content
    assert isinstance(part, TextBlock)
    return part.text


async def test_an_unknown_tool_is_answered_and_the_turn_goes_on(chat: Chat) -> None:
    call = tool_use("track", {"query": "order"})
    chat.api.script(
        Answer(content=(TextBlock(text="Let me see."), call)), says("I have no such tool.")
    )

    told = await chat.tell(a_message())

    assert told[-1].text == "I have no such tool."
    (result,) = results(chat.asked[1])
    assert (result.tool_use_id, result.is_error) == (call.id, True)
    assert await value(chat.database, "select count(*) from step") == 2


async def test_what_was_said_before_is_looked_up_and_kept_with_its_step(chat: Chat) -> None:
    chat.api.script(says("Noted."))
    await chat.tell(a_message("My parrot is called Polly", number=1))
    call = tool_use("recall", {"question": "name of the parrot"})
    chat.api.script(Answer(content=(call,)), says("Polly."))

    told = await chat.tell(a_message("What is its name?", number=2))

    assert told[-1].text == "Polly."
    (result,) = results(chat.asked[-1])
    assert "My parrot is called Polly" in text_of(result)
    assert "What is its name?" not in text_of(result)
    assert result.is_error is None
    assert await value(chat.database, "select count(*) from step") == 3
    assert await value(chat.database, "select count(*) from content_item") == 6


async def test_several_calls_of_a_step_have_their_results_in_order(chat: Chat) -> None:
    calls = [tool_use("recall", {"question": word}) for word in ("parrot", "lamp")]
    chat.api.script(Answer(content=tuple(calls)), says())

    await chat.tell(a_message())

    assert [one.tool_use_id for one in results(chat.asked[1])] == [one.id for one in calls]


async def test_every_prompt_offers_the_same_tools_in_the_same_words(chat: Chat) -> None:
    chat.api.script(Answer(content=(tool_use("recall", {"question": "x"}),)), says(), says())

    await chat.tell(a_message(number=1))
    await chat.tell(a_message(number=2))

    offered = [asked.tools for asked in chat.asked]
    assert [tool.name for tool in offered[0]] == ["read_result", "recall"]
    assert offered == [offered[0]] * 3


async def test_a_call_in_an_answer_that_was_cut_short_is_not_run(chat: Chat) -> None:
    call = tool_use("recall", {"question": "parrot"})
    chat.api.script(
        Answer(content=(TextBlock(text="Let me"), call), stop_reason="max_tokens"), says()
    )

    told = await chat.tell(a_message(number=1))
    await chat.tell(a_message(number=2))

    assert told[-2].text == "Let me"
    (result,) = results(chat.asked[1])
    assert (result.tool_use_id, result.is_error) == (call.id, True)


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


async def test_results_that_leave_no_room_for_a_step_go_to_a_fresh_agent(chat: Chat) -> None:
    chat.api.script(says("Noted.", occupied_tokens=int(0.89 * LIMIT)))
    await chat.tell(a_message("My parrot is called Polly", number=1))
    full = BilledUsage(input_tokens=int(0.979 * LIMIT), output_tokens=5)
    call = tool_use("recall", {"question": "name of the parrot"})
    chat.api.script(Answer(content=(call,), usage=full), says("Polly."))

    told = await chat.tell(a_message("What is its name?", number=2))

    assert told[-1].text == "Polly."
    assert await chat.agents() == [(1, "handoff_complete"), (2, "active")]
    assert [one.tool_use_id for one in results(chat.asked[-1])] == [call.id]
    calls = "select count(*) from model_usage where outcome = 'answered'"
    assert await value(chat.database, calls) == len(chat.asked) == 3


async def test_what_was_cut_from_a_result_is_read_by_its_id(chat: Chat) -> None:
    talkative = LongWinded(**{one.name: getattr(chat, one.name) for one in fields(chat)})
    call = tool_use("list", {})
    reading = tool_use("read_result", {"id": call.id, "offset": 30_000, "limit": 100})
    chat.api.script(Answer(content=(call,)), Answer(content=(reading,)), says("It is 3,115."))

    told = await talkative.tell(a_message("What is in the middle?"))

    assert told[-1].text == "It is 3,115."
    cut, page = (text_of(one) for one in results(chat.asked[-1]))
    assert f"left out, id {call.id} …]" in cut
    assert "item 3115" not in cut
    assert "item 3115" in page


async def test_a_result_that_became_a_line_is_read_by_the_id_in_it(chat: Chat) -> None:
    chat.api.script(says("Noted."))
    await chat.tell(a_message("My parrot is called Polly. " * 10, number=1))
    call = tool_use("recall", {"question": "parrot"})
    chat.api.script(Answer(content=(call,)), says("Polly."))
    await chat.tell(a_message("What is it called?", number=2))
    reading = tool_use("read_result", {"id": call.id})
    chat.api.script(Answer(content=(reading,)), says("Polly."))

    await chat.tell(a_message("Again?", number=3))

    assert "parrot is called Polly" in text_of(results(chat.asked[-1])[-1])


class Listing:
    """A tool that gives back far more than anybody asked for."""

    @property
    def offer(self) -> Tool:
        return Tool(name="list", description="Lists.", input_schema={"type": "object"})

    async def run(self, _arguments: Mapping[str, object], _errand: Errand) -> str:
        return "".join(f"item {number}\n" for number in range(100_000 // 8))


class LongWinded(Chat):
    """The chat with an agent who has that tool, too."""

    @override
    def _tools(self, limits: Limits) -> Toolbox:
        shaping = limits.shaping
        reading = ReadResultTool(ToolOutputs(self.database), shaping=shaping)
        return Toolbox([Listing(), reading], shaping=shaping)
