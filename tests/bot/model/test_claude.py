"""One call of the Messages API with the real SDK, over the wire."""

import asyncio
import json
from datetime import timedelta

import pytest
from anthropic import AsyncAnthropic

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_answer import (
    Answer,
    Stalled,
    thinking,
    tool_use,
)
from bot.emulator.servers.model_answer import StopReason as SentStopReason
from bot.emulator.servers.model_request import TextBlock
from bot.model.claude import Claude
from bot.model.windows import DEFAULT_MODEL
from context.prompt import StopReason
from context.usage import Usage
from tests.bot.model.canned import START, CannedApi, block, ending, text
from tests.bot.model.prompts import a_prompt, a_tool, from_model, from_person, from_tools
from tests.bot.model.waiting import until
from tests.clock import ManualClock

SOON = timedelta(milliseconds=50)


async def test_an_answer_has_text_stop_reason_usage_and_model(
    claude: Claude, model_api: ModelApi
) -> None:
    used = BilledUsage(
        input_tokens=3, cache_read_tokens=50, cache_write_5m_tokens=7, output_tokens=11
    )
    model_api.script(Answer(content=(TextBlock(text="On its way, café!"),), usage=used))

    answer = await claude.answer(a_prompt())

    assert answer.text == "On its way, café!"
    assert answer.stop is StopReason.END_TURN
    assert answer.usage == Usage(
        input_tokens=3, cache_read_tokens=50, cache_write_tokens=7, output_tokens=11
    )
    assert answer.model == DEFAULT_MODEL


async def test_tools_are_offered_and_their_calls_come_back(
    claude: Claude, model_api: ModelApi
) -> None:
    call = tool_use("recall", {"question": "parrot"})
    model_api.script(Answer(content=(call,)))

    answer = await claude.answer(a_prompt(tools=(a_tool("track"), a_tool("recall"))))

    assert answer.stop is StopReason.TOOL_USE
    assert [block["name"] for block in answer.blocks] == ["recall"]
    (asked,) = model_api.requests
    assert [tool.name for tool in asked.tools] == ["recall", "track"]
    assert asked.output_schema is None


async def test_an_answer_keeps_to_the_schema_it_is_asked_for(
    claude: Claude, model_api: ModelApi
) -> None:
    schema = {
        "type": "object",
        "properties": {"goal": {"type": "string"}},
        "required": ["goal"],
        "additionalProperties": False,
    }

    answer = await claude.answer(a_prompt(answer_schema=schema))

    assert list(json.loads(answer.text)) == ["goal"]
    assert model_api.requests[0].output_schema == schema


async def test_counting_counts_the_tools_too(claude: Claude) -> None:
    plain = await claude.count(a_prompt())
    with_tools = await claude.count(a_prompt(tools=(a_tool(),)))

    assert plain is not None
    assert with_tools is not None
    assert with_tools > plain


async def test_the_call_says_what_the_prompt_says_and_nothing_the_api_refuses(
    claude: Claude, model_api: ModelApi
) -> None:
    await claude.answer(a_prompt(from_person("Hello"), max_output_tokens=321))

    (asked,) = model_api.requests
    assert asked.stream
    assert asked.max_tokens == 321
    assert [piece.text for piece in asked.system] == ["Be brief."]
    assert [message.role for message in asked.messages] == ["user"]
    assert asked.thinking is None


@pytest.mark.parametrize("reason", [*StopReason])
async def test_every_stop_reason_is_told(
    reason: SentStopReason, claude: Claude, model_api: ModelApi
) -> None:
    model_api.script(Answer(content=(TextBlock(text="So far"),), stop_reason=reason))

    answer = await claude.answer(a_prompt())

    assert answer.stop == reason


async def test_thoughts_and_calls_come_raw_and_are_taken_back_unchanged(
    claude: Claude, model_api: ModelApi
) -> None:
    thought = thinking("The order number is 4711.")
    call = tool_use("track", {"order": 4711, "deep": {"b": [1.5, None], "a": "ü"}})
    model_api.script(Answer(content=(thought, TextBlock(text="A moment."), call)))

    answer = await claude.answer(a_prompt())

    assert answer.stop is StopReason.TOOL_USE
    assert answer.blocks == (
        thought.model_dump(),
        {"type": "text", "text": "A moment."},
        {"type": "tool_use", "id": call.id, "name": "track", "input": call.input},
    )
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "shipped"}
    again = a_prompt(from_person(), from_model(*answer.blocks), from_tools(result))
    assert (await claude.answer(again)).stop is StopReason.END_TURN


async def test_a_second_turn_reads_the_cache_that_the_first_one_wrote(
    claude: Claude, model_api: ModelApi
) -> None:
    long = a_prompt(from_person("word " * 3_000), stable_messages=1)
    model_api.script(Answer.saying("Fine."))

    first = await claude.answer(long)
    grown = a_prompt(
        *long.messages, from_model(*first.blocks), from_person(), stable_messages=1
    )
    second = await claude.answer(grown)

    assert first.usage.cache_write_tokens > 3_000
    assert second.usage.cache_read_tokens == first.usage.prompt_tokens


async def test_a_block_newer_than_the_sdk_is_kept_as_it_came(
    parrot: Claude, canned: CannedApi
) -> None:
    new = {"type": "vision", "data": "AbC/+==", "scale": None, "list": [{"z": 1, "a": 2.5}]}
    canned.answer(START, *block(0, new), *text(1, "Seen."), *ending("end_turn"))

    answer = await parrot.answer(a_prompt())

    assert answer.blocks[0] == new
    assert answer.text == "Seen."


async def test_a_character_cut_in_two_is_joined_and_what_no_store_takes_is_dropped(
    parrot: Claude, canned: CannedApi
) -> None:
    canned.answer(START, *text(0, "\ud83d", "\ude00 \ude00\x00!"), *ending("end_turn"))

    answer = await parrot.answer(a_prompt())

    assert answer.text == "😀 !"


async def test_usage_that_is_left_out_or_null_counts_nothing(
    parrot: Claude, canned: CannedApi
) -> None:
    canned.answer(START, *text(0, "Yes."), *ending("end_turn"))

    answer = await parrot.answer(a_prompt())

    assert answer.usage == Usage(input_tokens=7, output_tokens=5)


async def test_a_model_near_its_end_is_called_without_a_warning(
    canned: CannedApi, canned_client: AsyncAnthropic, clock: ManualClock
) -> None:
    canned.answer(START, *text(0, "Yes."), *ending("end_turn"))
    old = Claude(canned_client, name="claude-sonnet-4-5", clock=clock)

    answer = await old.answer(a_prompt())

    assert answer.text == "Yes."


async def test_cancelling_a_call_closes_its_connection(
    claude: Claude, model_api: ModelApi
) -> None:
    long = TextBlock(text="This answer will never be heard to its end.")
    model_api.script(Answer(content=(long,), ending=Stalled()))

    async with asyncio.TaskGroup() as group:
        call = group.create_task(claude.answer(a_prompt()))
        await until(lambda: model_api.bill.calls)
        call.cancel()

    assert call.cancelled()
    await until(lambda: not model_api.bill.calls[0].whole)
