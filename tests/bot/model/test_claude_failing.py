"""Calls that are refused, cut off, or answered with nonsense."""

from datetime import timedelta

import pytest
from anthropic import AsyncAnthropic

from bot.emulator.servers.faults import DropAfter, DropBefore, Fault, Hang
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_answer import (
    Answer,
    Cut,
    Dropped,
    Ending,
    Failed,
    Garbled,
    Stalled,
)
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import TextBlock
from bot.model.claude import Claude
from bot.model.windows import DEFAULT_MODEL
from context.errors import ModelBusy, ModelError, ModelFault, ModelRefused, PromptTooLong
from tests.bot.model.canned import START, STOP, CannedApi, block, ending, wire
from tests.bot.model.prompts import a_prompt, from_person
from tests.clock import ManualClock

SOON = timedelta(milliseconds=50)


@pytest.mark.parametrize(
    ("ending", "error"),
    [
        (Cut(), "model fault: stream ended midway"),
        (Dropped(), "model fault: broken stream"),
        (Garbled(), "model fault: unreadable stream"),
        (Failed(ApiError(400, "no")), "model fault: invalid_request_error"),
        (Failed(ApiError(404, "no")), "model fault: not_found_error"),
        (Failed(ApiError(500, "no")), "model busy: api_error"),
        (Failed(ApiError(429, "no")), "model busy: rate_limit_error"),
        (Failed(ApiError(529, "no")), "model busy: overloaded_error"),
        (Failed(ApiError(403, "no")), "model refused: permission_error (403)"),
        (Failed(ApiError(413, "no")), "prompt too long: 0 of 0 tokens"),
    ],
)
async def test_an_answer_that_breaks_midway_is_an_error_by_kind(
    *, ending: Ending, error: str, claude: Claude, model_api: ModelApi
) -> None:
    broken = TextBlock(text="This answer will never be heard to its end.")
    model_api.script(Answer(content=(broken,), ending=ending))

    with pytest.raises(ModelError) as caught:
        await claude.answer(a_prompt())

    assert str(caught.value) == error
    assert len(model_api.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>hello</html>",
        wire(START),
        wire(STOP),
        wire(START) + wire(STOP),
        wire({"type": "message_start"}),
        wire(START) + b"event: content_block_start\ndata: [1]\n\n",
        wire(START) + b"event: content_block_start\ndata: \xff\n\n",
        wire(START) + b"event: error\ndata: nonsense\n\n",
        wire(START) + wire({"type": "content_block_delta", "index": 3}),
        b"".join(wire(event) for event in [START, *ending("daydreaming")]),
        b"".join(wire(event) for event in [START, *ending(None)]),
    ],
)
async def test_a_stream_without_a_whole_answer_is_a_fault_without_a_status(
    body: bytes, parrot: Claude, canned: CannedApi
) -> None:
    canned.stream(body)

    with pytest.raises(ModelFault) as caught:
        await parrot.answer(a_prompt())

    assert caught.value.status is None


async def test_an_unreadable_stream_tells_nothing_of_what_the_model_said(
    parrot: Claude, canned: CannedApi
) -> None:
    call = {"type": "tool_use", "id": "t", "name": "note", "input": {}}
    half = {"type": "input_json_delta", "partial_json": '{"text": secret'}
    canned.answer(START, *block(0, call, half), *ending("tool_use"))

    with pytest.raises(ModelFault) as caught:
        await parrot.answer(a_prompt())

    assert "unreadable stream" in str(caught.value)
    assert caught.value.__suppress_context__


async def test_a_prompt_that_utf_8_cannot_hold_is_a_fault(parrot: Claude) -> None:
    with pytest.raises(ModelFault):
        await parrot.answer(a_prompt(from_person("half a \ud83d")))


@pytest.mark.parametrize("fault", [DropBefore(), DropAfter()])
async def test_a_connection_that_closes_unanswered_is_busy(
    fault: Fault, claude: Claude, model_api: ModelApi
) -> None:
    model_api.faults.queue(fault)

    with pytest.raises(ModelBusy) as caught:
        await claude.answer(a_prompt())

    assert caught.value.reason == "connection"
    assert caught.value.retry_after is None


@pytest.mark.parametrize("ending", [None, Stalled()])
async def test_a_call_over_its_limit_is_busy(
    ending: Stalled | None, client: AsyncAnthropic, model_api: ModelApi
) -> None:
    if ending is None:
        model_api.faults.queue(Hang())
    else:
        long = TextBlock(text="This answer will never be heard to its end.")
        model_api.script(Answer(content=(long,), ending=ending))
    claude = Claude(client, name=DEFAULT_MODEL, clock=ManualClock(), call_limit=SOON)

    with pytest.raises(ModelBusy) as caught:
        await claude.answer(a_prompt())

    assert caught.value.reason == "timeout"


@pytest.mark.parametrize("ending", [None, Stalled()])
async def test_silence_over_its_limit_is_busy(
    ending: Stalled | None, client: AsyncAnthropic, model_api: ModelApi
) -> None:
    if ending is None:
        model_api.faults.queue(Hang())
    else:
        long = TextBlock(text="This answer will never be heard to its end.")
        model_api.script(Answer(content=(long,), ending=ending))
    hasty = client.with_options(timeout=SOON.total_seconds())

    with pytest.raises(ModelBusy) as caught:
        await Claude(hasty, name=DEFAULT_MODEL, clock=ManualClock()).answer(a_prompt())

    assert caught.value.reason == "timeout"


async def test_a_refusal_for_length_says_both_sizes(
    claude: Claude, model_api: ModelApi
) -> None:
    model_api.script(ApiError(400, "prompt is too long: 208310 tokens > 200000 maximum"))

    with pytest.raises(PromptTooLong) as caught:
        await claude.answer(a_prompt())

    assert (caught.value.prompt_tokens, caught.value.window_tokens) == (208310, 200000)


async def test_a_model_that_is_gone_is_a_fault_with_status_404(
    client: AsyncAnthropic, clock: ManualClock
) -> None:
    with pytest.raises(ModelFault) as caught:
        await Claude(client, name="claude-opus-4-0", clock=clock).answer(a_prompt())

    assert caught.value.status == 404


async def test_a_wrong_key_is_refused(
    client: AsyncAnthropic, clock: ManualClock, model_api: ModelApi
) -> None:
    stranger = client.with_options(api_key="sk-ant-other")

    with pytest.raises(ModelRefused) as caught:
        await Claude(stranger, name=DEFAULT_MODEL, clock=clock).answer(a_prompt())

    assert caught.value.status == 401
    assert "sk-ant" not in str(caught.value)
    assert not model_api.requests
