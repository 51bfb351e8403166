"""The model server as the official SDK meets it."""

import json
from dataclasses import replace

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic
from anthropic.types import MessageParam, TextBlockParam
from pydantic import BaseModel

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_answer import Answer, StopReason, thinking, tool_use
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import MessageRequest
from bot.emulator.servers.model_request import TextBlock as SaidText
from bot.emulator.servers.serving import serving
from bot.emulator.servers.standin import INTRODUCTION
from tests.bot.emulator.claude import (
    HELLO,
    KEY,
    LONG,
    MODELS,
    SMALL,
    asked,
    streamed,
    words,
)
from tests.bot.emulator.prompts import MODEL, body
from tests.clock import ManualClock


async def test_without_a_script_the_stand_in_answers(claude: AsyncAnthropic) -> None:
    message = await asked(claude)

    assert words(message).startswith(INTRODUCTION)
    assert (message.role, message.model, message.stop_reason) == (
        "assistant",
        MODEL,
        "end_turn",
    )
    assert message._request_id


async def test_a_stream_says_the_same_as_a_body(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    answer = Answer(
        content=(
            thinking("Let me think about that for quite a while"),
            SaidText(text="I will look, straße 🙂 and all, at the weather"),
            tool_use("weather", {"city": "Zürich", "days": [1, 2]}),
            tool_use("clock", {}),
        )
    )
    model_api.script(answer, answer)

    whole, pieces = await asked(claude), await streamed(claude)

    assert [block.to_dict() for block in whole.content] == [
        block.to_dict() for block in pieces.content
    ]
    assert whole.usage == pieces.usage
    assert whole.stop_reason == pieces.stop_reason == "tool_use"


async def test_every_event_of_a_stream_has_its_line(
    model_api: ModelApi, model_http: httpx2.AsyncClient
) -> None:
    model_api.script(Answer.saying("a" * 30))

    response = await model_http.post("/v1/messages", json=body(more={"stream": True}))

    events = [event.split("\n") for event in response.text.split("\n\n")[:-1]]
    assert [line.removeprefix("event: ") for line, _ in events] == [
        "message_start",
        "ping",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    data = [json.loads(line.removeprefix("data: ")) for _, line in events]
    assert data[0]["message"]["usage"]["output_tokens"] == 1
    assert data[0]["message"]["stop_reason"] is None
    assert data[-2]["usage"]["output_tokens"] == 8
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["request-id"].startswith("req_")


async def test_text_streams_piece_by_piece(model_api: ModelApi, claude: AsyncAnthropic) -> None:
    model_api.script(Answer.saying(LONG))

    async with claude.messages.stream(model=MODEL, max_tokens=1_000, messages=HELLO) as stream:
        pieces = [piece async for piece in stream.text_stream]

    assert len(pieces) > 5
    assert "".join(pieces) == LONG


@pytest.mark.parametrize(
    "reason",
    ["max_tokens", "pause_turn", "refusal", "model_context_window_exceeded", "stop_sequence"],
)
async def test_any_stop_reason_can_be_scripted(
    model_api: ModelApi, claude: AsyncAnthropic, reason: StopReason
) -> None:
    answer = Answer.saying("So far", stop_reason=reason)
    model_api.script(answer, answer)

    whole, pieces = await asked(claude), await streamed(claude)

    assert whole.stop_reason == pieces.stop_reason == reason
    assert (whole.stop_details is not None) == (reason == "refusal")


async def test_scripted_usage_is_reported_and_billed(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    nearly_full = BilledUsage(
        input_tokens=1, cache_read_tokens=100, cache_write_5m_tokens=40, output_tokens=11
    )
    model_api.script(Answer.saying("ok", usage=nearly_full))

    usage = (await asked(claude)).usage

    assert (usage.input_tokens, usage.cache_read_input_tokens) == (1, 100)
    assert (usage.cache_creation_input_tokens, usage.output_tokens) == (40, 11)
    assert usage.cache_creation is not None
    assert usage.cache_creation.ephemeral_5m_input_tokens == 40
    assert model_api.bill.total() == nearly_full
    assert nearly_full.occupied_tokens == 152


async def test_a_conversation_pays_for_what_is_new_only(claude: AsyncAnthropic) -> None:
    system: list[TextBlockParam] = [
        {"type": "text", "text": LONG * 20, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    ]

    async def turn(messages: list[MessageParam]) -> anthropic.types.Usage:
        message = await claude.messages.create(
            model=MODEL,
            max_tokens=50,
            system=system,
            messages=messages,
            cache_control={"type": "ephemeral"},
        )
        return message.usage

    first = await turn(HELLO)
    second = await turn([*HELLO, {"role": "assistant", "content": "Hi"}, *HELLO])

    assert first.cache_creation is not None
    assert first.cache_creation.ephemeral_1h_input_tokens == 1_504
    assert first.cache_read_input_tokens == 0
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert second.input_tokens == 0


async def test_the_bill_is_what_the_answers_said(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    messages = [await asked(claude), await streamed(claude), await asked(claude, model=SMALL)]

    assert [call.message_id for call in model_api.bill.calls] == [m.id for m in messages]
    assert all(call.whole for call in model_api.bill.calls)
    assert model_api.bill.total().input_tokens == sum(m.usage.input_tokens for m in messages)
    assert model_api.bill.total().output_tokens == sum(m.usage.output_tokens for m in messages)
    assert model_api.bill.total(SMALL).output_tokens == messages[2].usage.output_tokens
    assert model_api.bill.total("claude-unused") == BilledUsage()


async def test_an_answer_that_meets_the_windows_end_stops_there(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.saying("word " * 200))

    message = await asked(claude, [{"role": "user", "content": "x" * 7_600}], model=SMALL)

    assert message.stop_reason == "model_context_window_exceeded"
    assert message.usage.input_tokens + message.usage.output_tokens == 2_000


async def test_no_tokens_wanted_only_fill_the_cache(claude: AsyncAnthropic) -> None:
    message = await claude.messages.create(
        model=MODEL,
        max_tokens=0,
        messages=[{"role": "user", "content": LONG * 20}],
        cache_control={"type": "ephemeral"},
    )

    assert (message.content, message.usage.output_tokens) == ([], 0)
    assert message.usage.cache_creation_input_tokens == 1_504


class City(BaseModel):
    city: str
    sights: list[str]


async def test_a_structured_answer_follows_its_schema(claude: AsyncAnthropic) -> None:
    parsed = await claude.messages.parse(
        model=MODEL,
        max_tokens=500,
        messages=[{"role": "user", "content": "My city is Ghent."}],
        output_format=City,
    )

    assert parsed.parsed_output == City(city="Ghent", sights=[])


async def test_the_requests_are_kept_as_values(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.next(529)
    with pytest.raises(anthropic.OverloadedError):
        await asked(claude)
    await streamed(claude)

    refused, answered = model_api.requests
    assert not refused.stream
    assert answered.stream
    (block,) = answered.messages[0].content
    assert block == SaidText(text="Hello")
    assert "Hello" not in repr(answered)


async def test_only_the_newest_requests_are_kept() -> None:
    model_api = ModelApi(api_key=KEY, now=ManualClock().now, catalogue=MODELS, keep_bytes=3_000)

    async with (
        serving(model_api.app) as url,
        AsyncAnthropic(api_key=KEY, base_url=url, max_retries=0) as claude,
    ):
        for letter in "abcd":
            await asked(claude, [{"role": "user", "content": letter * 1_000}])

    kept = [request.messages[0].content[0] for request in model_api.requests]
    assert [block.text[0] for block in kept if isinstance(block, SaidText)] == ["c", "d"]


async def test_another_may_answer_in_the_stand_ins_place() -> None:
    def shouted(request: MessageRequest) -> Answer:
        said = request.messages[-1].content[0]
        if isinstance(said, SaidText) and said.text == "Hello":
            return Answer.saying("HELLO")
        raise ApiError(529, "Overloaded")

    model_api = ModelApi(
        api_key=KEY, now=ManualClock().now, catalogue=MODELS, answering=shouted
    )
    async with (
        serving(model_api.app) as url,
        AsyncAnthropic(api_key=KEY, base_url=url, max_retries=0) as claude,
    ):
        assert words(await streamed(claude)) == "HELLO"
        with pytest.raises(anthropic.OverloadedError):
            await asked(claude, [{"role": "user", "content": "Bye"}])


async def test_a_scripted_answer_can_be_changed_before_it_is_queued(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(replace(Answer.calling("weather", {}), stop_reason="max_tokens"))

    assert (await asked(claude)).stop_reason == "max_tokens"
