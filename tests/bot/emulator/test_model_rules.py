"""What the model server refuses, and in which words."""

import json

import pytest
from pydantic import JsonValue

from bot.emulator.servers.model_catalogue import ModelCatalogue
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import Json, MessageRequest, Prompt, parsed
from bot.emulator.servers.model_rules import (
    check_length,
    check_prompt,
    check_request,
    signature,
)
from tests.bot.emulator.prompts import (
    MODEL,
    a_request,
    assistant,
    body,
    call,
    result,
    text,
    tool,
    user,
)

FACTS = ModelCatalogue().callable(MODEL)
HI = user("Hi")
OK = assistant("Ok")


def accepted(*messages: Json, more: Json | None = None, resumes: bool = False) -> bool:
    asked = a_request(*messages, more=more)
    check_prompt(asked, resumes=resumes)
    check_request(asked, FACTS)
    return True


def refusal(*messages: Json, more: Json | None = None) -> str:
    """What a request is refused with; it fails if it is not."""
    with pytest.raises(ApiError) as caught:
        accepted(*messages, more=more)
    assert caught.value.status == 400
    return caught.value.message


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k", "thread", "betas"])
def test_parameters_that_are_gone_or_not_played_are_refused(name: str) -> None:
    assert refusal(more={name: 1}) == f"{name}: Extra inputs are not permitted"


@pytest.mark.parametrize("name", ["model", "max_tokens", "messages"])
def test_required_parameters_are_required(name: str) -> None:
    broken = {key: value for key, value in body().items() if key != name}

    with pytest.raises(ApiError, match=f"{name}: Field required"):
        parsed(json.dumps(broken).encode(), MessageRequest)


def test_counting_takes_no_max_tokens() -> None:
    with pytest.raises(ApiError, match="max_tokens: Extra inputs"):
        parsed(json.dumps(body()).encode(), Prompt)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000, b'{"model": "\\ud800"}']
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        parsed(raw, MessageRequest)

    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"max_tokens": "5"}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": -1}, "max_tokens: Input should be greater"),
        ({"max_tokens": 128_001}, "max_tokens: 128001 > 128000"),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"messages": []}, "messages: Tuple should have at least 1 item"),
        ({"stop_sequences": [" "]}, "stop_sequences.0: String should match"),
        ({"system": " "}, "system.0: text content blocks must be non-empty"),
        ({"tools": [{"name": "a b"}]}, "tools.0.name: String should match"),
        ({"tools": [{"name": "a"}]}, "tools.0.custom.input_schema.type"),
        ({"tools": [tool(), tool()]}, "tools: Tool names must be unique."),
        ({"tool_choice": {"type": "any"}}, "tool_choice: names no tool"),
        (
            {"tools": [tool()], "tool_choice": {"type": "tool", "name": "b"}},
            "tool_choice: names no tool",
        ),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
        ({"thinking": {"type": "adaptive", "budget_tokens": 2_000}}, "thinking.budget_tokens"),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 1_024}},
            "max_tokens: must be greater",
        ),
        ({"output_config": {"format": {"type": "text"}}}, "output_config.format.type"),
    ],
)
def test_bad_parameters_are_named(more: Json, fault: str) -> None:
    assert refusal(more=more).startswith(fault)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "messages.0.content.0: text content blocks must be non-empty"),
        ([], "messages.0: all messages must have non-empty content"),
        ([{"type": "telegram"}], "messages.0.content.0: Input tag 'telegram'"),
        ([{"type": "text"}], "messages.0.content.0.text.text: Field required"),
        ([{**text("a"), "citations": [{}]}], "messages.0.content.0.citations"),
        ([call("t1")], "messages.0.content.0: `tool_use` blocks belong in assistant"),
    ],
)
def test_bad_content_of_the_person_is_named(content: JsonValue, fault: str) -> None:
    assert refusal({"role": "user", "content": content}).startswith(fault)


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ({"type": "document", "source": {}}, "document blocks belong in user messages"),
        (result("t1"), "`tool_result` blocks belong in user messages"),
        ({"type": "thinking", "thinking": "a", "signature": ""}, "Invalid `signature`"),
        (
            {"type": "thinking", "thinking": "a", "signature": signature("b")},
            "Invalid `signature`",
        ),
    ],
)
def test_bad_content_of_the_model_is_named(block: Json, fault: str) -> None:
    assert fault in refusal(HI, assistant([block]), HI)


def test_a_role_that_is_none_is_refused() -> None:
    assert refusal({"role": "tool", "content": "x"}).startswith("messages.0.role")


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ([OK, HI], 'messages: first message must use the "user" role'),
        ([HI, OK], "the conversation must end with a user message"),
        ([HI, assistant([call("t1")]), HI], "`tool_use` ids were found without `tool_result`"),
        ([HI, assistant([call("t1")]), OK, user([result("t2")])], "without `tool_result`"),
        ([user([result("t1")])], "unexpected `tool_use_id` found in `tool_result` blocks: t1"),
        ([HI, assistant([call("t1"), call("t1")]), HI], "`tool_use` ids must be unique"),
        (
            [HI, assistant([call("t1")]), user([result("t1"), result("t1")])],
            "each tool_use must have a single result",
        ),
        (
            [HI, assistant([call("t1")]), user([text("so"), result("t1")])],
            "`tool_result` blocks must come first",
        ),
    ],
)
def test_conversations_out_of_order_are_refused(messages: list[Json], fault: str) -> None:
    assert fault in refusal(*messages)


def test_tool_calls_with_all_their_results_are_accepted() -> None:
    assert accepted(
        HI,
        assistant([text("let me see"), call("t1")]),
        assistant([call("t2")]),
        user([result("t2")]),
        user([result("t1"), text("thanks")]),
        more={"tools": [tool(), {"type": "memory_20250818", "name": "memory"}]},
    )


def test_thinking_comes_back_with_its_own_signature() -> None:
    thought: Json = {"type": "thinking", "thinking": "hm", "signature": signature("hm")}
    of_a_real_model: Json = {"type": "thinking", "thinking": "ha", "signature": "EqQBCg"}
    secret: Json = {"type": "redacted_thinking", "data": "x"}

    assert accepted(HI, assistant([thought, of_a_real_model, secret, text("ok")]), HI)


def test_system_messages_stand_outside_the_order() -> None:
    remark: Json = {"role": "system", "content": "Be brief from now on"}

    assert accepted(HI, OK, remark, HI)


def test_a_paused_answer_is_gone_on_with() -> None:
    assert accepted(HI, OK, resumes=True)


def test_thinking_and_metadata_are_taken() -> None:
    assert accepted(
        more={
            "max_tokens": 5_000,
            "thinking": {"type": "enabled", "budget_tokens": 1_024},
            "metadata": {"user_id": "digest"},
            "output_config": {"effort": "low"},
        }
    )


def test_a_prompt_over_the_window_is_told_both_sizes() -> None:
    check_length(1_000_000, FACTS)
    with pytest.raises(ApiError) as caught:
        check_length(1_000_001, FACTS)

    assert caught.value.message == "prompt is too long: 1000001 tokens > 1000000 maximum"
