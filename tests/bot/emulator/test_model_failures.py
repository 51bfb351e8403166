"""What can go wrong with the model server, on the wire and in the SDK."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic
from anthropic.types import Message

from bot.emulator.servers.faults import DropAfter, DropBefore, Hang
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
from bot.emulator.servers.model_delivery import Latency
from bot.emulator.servers.model_error import ApiError
from tests.bot.emulator.claude import HELLO, LONG, asked, streamed, words
from tests.bot.emulator.prompts import MODEL


async def something_is_cut_short(model_api: ModelApi) -> None:
    async with asyncio.timeout(5):
        while True:
            await asyncio.sleep(0)
            if any(not call.whole for call in model_api.bill.calls):
                return


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (402, anthropic.PaymentRequiredError, "billing_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (408, anthropic.RequestTimeoutError, "timeout_error"),
        (409, anthropic.ConflictError, "conflict_error"),
        (413, anthropic.ContentTooLargeError, "request_too_large"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (503, anthropic.ServiceUnavailableError, "api_error"),
        (504, anthropic.GatewayTimeoutError, "timeout_error"),
        (529, anthropic.OverloadedError, "overloaded_error"),
    ],
)
async def test_every_refusal_becomes_the_sdks_own_error(
    model_api: ModelApi,
    claude: AsyncAnthropic,
    *,
    status: int,
    error: type[anthropic.APIStatusError],
    kind: str,
) -> None:
    model_api.next(status, retry_after_s=7)

    with pytest.raises(error) as caught:
        await asked(claude)

    assert (caught.value.status_code, caught.value.type) == (status, kind)
    assert caught.value.response.headers["retry-after"] == "7"
    assert caught.value.request_id
    assert (await asked(claude)).stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("enforced_spend_limit_reached", anthropic.EnforcedSpendLimitReachedError),
        ("contract_spend_limit_reached", anthropic.ContractSpendLimitReachedError),
        ("ramp_limit_exceeded", anthropic.RampLimitExceededError),
    ],
)
async def test_limits_name_their_cause(
    model_api: ModelApi,
    claude: AsyncAnthropic,
    *,
    code: str,
    error: type[anthropic.APIStatusError],
) -> None:
    model_api.next(429, code=code)

    with pytest.raises(error) as caught:
        await asked(claude)

    assert caught.value.error_code == code


async def test_faults_are_for_one_method_and_so_many_calls(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.next(529, method="count_tokens", times=2)

    await asked(claude)
    for _ in range(2):
        with pytest.raises(anthropic.OverloadedError):
            await claude.messages.count_tokens(model=MODEL, messages=HELLO)
    counted = await claude.messages.count_tokens(model=MODEL, messages=HELLO)
    assert counted.input_tokens > 0


async def test_an_error_can_stand_in_the_script(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(ApiError(402, "No credit"), Answer.saying("paid"))

    with pytest.raises(anthropic.PaymentRequiredError):
        await asked(claude)

    assert words(await asked(claude)) == "paid"


async def test_a_dropped_call_is_billed_only_if_it_was_accepted(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.faults.queue(DropBefore())
    model_api.faults.queue(DropAfter())

    for accepted in (0, 1):
        with pytest.raises(anthropic.APIConnectionError):
            await asked(claude)
        assert len(model_api.bill.calls) == accepted
    assert len(model_api.requests) == 2


async def test_a_hanging_call_times_out(model_api: ModelApi, claude: AsyncAnthropic) -> None:
    model_api.faults.queue(Hang())

    with pytest.raises(anthropic.APITimeoutError):
        await asked(claude.with_options(timeout=0.05))


async def test_a_stream_cut_in_good_order_has_no_stop_reason(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.saying(LONG, ending=Cut(after_deltas=2)))

    message = await streamed(claude)

    assert (words(message), message.stop_reason) == (LONG[:48], None)


async def test_an_ending_after_all_deltas_comes_before_the_stop_reason(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.saying("short", ending=Cut(after_deltas=9)))

    message = await streamed(claude)

    assert (words(message), message.stop_reason) == ("short", None)


async def test_an_error_amid_a_stream_comes_with_http_200(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.saying(LONG, ending=Failed(ApiError(529, "Overloaded"))))

    with pytest.raises(anthropic.APIStatusError) as caught:
        await streamed(claude)

    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


async def test_without_a_stream_the_error_is_all_there_is(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.saying(LONG, ending=Failed(ApiError(529, "Overloaded"))))

    with pytest.raises(anthropic.OverloadedError):
        await asked(claude)

    assert model_api.bill.calls == ()


async def test_a_broken_connection_amid_a_stream_is_the_transports_error(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.saying(LONG, ending=Dropped()))

    # The SDK does not wrap what breaks after the headers (2.11, read 2026-11).
    with pytest.raises(httpx2.TransportError):
        await streamed(claude)


@pytest.mark.parametrize("ending", [Cut(), Garbled()])
async def test_a_body_can_be_no_json(
    model_api: ModelApi, claude: AsyncAnthropic, ending: Ending
) -> None:
    model_api.script(Answer.saying(LONG, ending=ending))

    with pytest.raises(json.JSONDecodeError):
        await asked(claude)


async def test_an_event_can_be_no_json(model_api: ModelApi, claude: AsyncAnthropic) -> None:
    model_api.script(Answer.saying(LONG, ending=Garbled()))

    with pytest.raises(json.JSONDecodeError):
        await streamed(claude)


async def test_a_body_can_break_off(model_api: ModelApi, claude: AsyncAnthropic) -> None:
    model_api.script(Answer.saying(LONG, ending=Dropped()))

    with pytest.raises(anthropic.APIConnectionError):
        await asked(claude)


async def test_a_stalled_stream_times_out_and_costs_what_was_sent(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.script(Answer.saying(LONG, ending=Stalled(after_deltas=3)))

    with pytest.raises(httpx2.TimeoutException):
        await streamed(claude.with_options(timeout=0.05))

    await something_is_cut_short(model_api)
    (call,) = model_api.bill.calls
    assert call.usage.output_tokens == 18
    assert model_api.bill.total() == call.usage


async def test_a_client_that_leaves_pays_for_what_was_sent(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.latency = Latency(between_deltas_s=0.005)
    model_api.script(Answer.saying("word " * 500))

    async with claude.messages.stream(model=MODEL, max_tokens=1_000, messages=HELLO) as stream:
        async for _ in stream.text_stream:
            break

    await something_is_cut_short(model_api)
    (call,) = model_api.bill.calls
    assert 0 < call.usage.output_tokens < 600


@pytest.mark.parametrize("ask", [asked, streamed])
async def test_answers_come_as_slowly_as_wanted(
    model_api: ModelApi,
    claude: AsyncAnthropic,
    ask: Callable[[AsyncAnthropic], Awaitable[Message]],
) -> None:
    model_api.latency = Latency(first_token_s=0.02, between_deltas_s=0.01)
    model_api.script(Answer.saying("x" * 48))
    started = time.perf_counter()

    await ask(claude)

    assert time.perf_counter() - started >= 0.04
