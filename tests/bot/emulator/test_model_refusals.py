"""What the model server refuses, as the official SDK meets it."""

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic
from anthropic.types import MessageParam, TextBlockParam, ToolUseBlock

from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_answer import Answer, thinking
from bot.emulator.servers.model_request import TextBlock as SaidText
from bot.emulator.servers.model_rules import signature
from tests.bot.emulator.claude import (
    HELLO,
    SMALL,
    asked,
    words,
)
from tests.bot.emulator.prompts import MODEL, body


async def test_only_the_right_key_is_let_in(model_url: str, model_api: ModelApi) -> None:
    async with AsyncAnthropic(
        api_key="sk-other", base_url=model_url, max_retries=0
    ) as stranger:
        with pytest.raises(anthropic.AuthenticationError) as caught:
            await asked(stranger)

    assert caught.value.type == "authentication_error"
    assert model_api.requests == ()


async def test_the_api_version_is_required(model_http: httpx2.AsyncClient) -> None:
    del model_http.headers["anthropic-version"]

    response = await model_http.post("/v1/messages", json=body())

    assert response.status_code == 400
    assert "anthropic-version" in response.json()["error"]["message"]


async def test_an_error_is_told_in_the_apis_shape(model_http: httpx2.AsyncClient) -> None:
    response = await model_http.post("/v1/messages", json=body(more={"temperature": 1.0}))

    assert response.status_code == 400
    assert response.json() == {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": "temperature: Extra inputs are not permitted",
        },
        "request_id": response.headers["request-id"],
    }


@pytest.mark.parametrize(
    ("call", "status"),
    [("GET /v1/messages", 405), ("POST /v1/complete", 404), ("GET /v1/models/x", 404)],
)
async def test_other_paths_and_methods_get_the_same_shape(
    model_http: httpx2.AsyncClient, call: str, status: int
) -> None:
    response = await model_http.request(*call.split())

    assert response.status_code == status
    assert response.json()["type"] == "error"


@pytest.mark.slow
async def test_a_body_over_32_mb_is_too_large(claude: AsyncAnthropic) -> None:
    huge: list[MessageParam] = [{"role": "user", "content": "x" * (32 * 1024 * 1024)}]

    with pytest.raises(anthropic.ContentTooLargeError):
        await asked(claude, huge)


async def test_a_prompt_over_the_window_is_refused_with_both_sizes(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.saying("still there"))

    with pytest.raises(
        anthropic.BadRequestError, match="prompt is too long: 2255 tokens > 2000"
    ):
        await asked(claude, [{"role": "user", "content": "x" * 9_001}], model=SMALL)

    assert model_api.bill.calls == ()
    assert words(await asked(claude)) == "still there"


async def test_too_many_cache_markers_are_refused(claude: AsyncAnthropic) -> None:
    block: TextBlockParam = {
        "type": "text",
        "text": "a",
        "cache_control": {"type": "ephemeral"},
    }

    with pytest.raises(anthropic.BadRequestError, match="maximum of 4"):
        await asked(claude, [{"role": "user", "content": [block] * 5}])


async def test_a_tool_call_wants_its_result(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.calling("weather", {"city": "Ghent"}))
    call = await asked(claude)
    (used,) = call.content
    assert isinstance(used, ToolUseBlock)
    history: list[MessageParam] = [*HELLO, call.to_param()]

    with pytest.raises(anthropic.BadRequestError, match="without `tool_result` blocks"):
        await asked(claude, [*history, *HELLO])
    message = await asked(
        claude,
        [
            *history,
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": used.id, "content": "rain"}],
            },
        ],
    )

    assert message.stop_reason == "end_turn"
    assert used.input == {"city": "Ghent"}


async def test_a_paused_answer_goes_on_when_sent_back_unchanged(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(
        Answer.saying("So far", stop_reason="pause_turn"), Answer.saying(" and on")
    )
    paused = await asked(claude)

    message = await asked(claude, [*HELLO, paused.to_param()])

    assert message.stop_reason == "end_turn"
    with pytest.raises(anthropic.BadRequestError, match="must end with a user message"):
        await asked(claude, [*HELLO, {"role": "assistant", "content": "So long"}])


async def test_thoughts_come_back_unchanged_or_are_refused(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer(content=(thinking("hm"), SaidText(text="yes"))))
    thought = (await asked(claude)).to_param()
    forged: MessageParam = {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "ha", "signature": signature("hm")}],
    }

    message = await asked(claude, [*HELLO, thought, *HELLO])

    assert message.stop_reason == "end_turn"
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        await asked(claude, [*HELLO, forged, *HELLO])


async def test_a_schema_that_nothing_follows_is_refused(claude: AsyncAnthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="leads nowhere"):
        await claude.messages.create(
            model=MODEL,
            max_tokens=500,
            messages=HELLO,
            output_config={"format": {"type": "json_schema", "schema": {"$ref": "#/x"}}},
        )
