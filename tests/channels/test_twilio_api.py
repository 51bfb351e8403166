"""What Twilio's refusals and silences mean for us."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.rest import Client

from bot.emulator.servers.faults import DropAfter, Fault, Hang
from bot.emulator.servers.serving import serving
from bot.emulator.servers.twilio import TwilioApi
from channels.twilio_api import TwilioHttp, asking, connected, posting
from context.errors import DeliveryError, DeliveryUncertain
from tests.channels.twilio import ACCOUNT, ADA, OWN_NUMBER, TOKEN
from tests.clock import ManualClock

SOON = timedelta(seconds=5)


@asynccontextmanager
async def an_account(within: timedelta = SOON) -> AsyncIterator[tuple[TwilioApi, Client]]:
    """An account on loopback, and the SDK's client of it."""
    api = TwilioApi(account_sid=ACCOUNT, auth_token=TOKEN, now=ManualClock().now)
    async with (
        serving(api.app) as url,
        connected(ACCOUNT, TOKEN, api_url=url, within=within) as client,
    ):
        yield api, client


@asynccontextmanager
async def answering(answer: Callable[[], Response]) -> AsyncIterator[Client]:
    """A server that answers everything alike, and the SDK's client of it."""

    async def any_call(_: Request) -> Response:
        return answer()

    methods = ["GET", "POST"]
    app = Starlette(routes=[Route("/{path:path}", any_call, methods=methods)])
    async with (
        serving(app) as url,
        connected(ACCOUNT, TOKEN, api_url=url, within=SOON) as client,
    ):
        yield client


async def say_hello(client: Client) -> str | None:
    with posting():
        message = await client.messages.create_async(
            to=f"whatsapp:{ADA}", from_=f"whatsapp:{OWN_NUMBER}", body="Hello"
        )
    return message.sid


@pytest.mark.parametrize(
    ("status", "code", "wait"),
    [
        (429, None, timedelta(seconds=2)),
        (429, 99999, timedelta(seconds=2)),
        (400, 63018, timedelta(seconds=6)),
        (400, 21610, None),
        (400, 21617, None),
        (400, 63016, None),
        (401, 20003, None),
        (404, 20404, None),
    ],
)
async def test_a_refusal_says_when_to_try_again_or_never(
    status: int, code: int | None, wait: timedelta | None
) -> None:
    async with an_account() as (api, client):
        api.next(status, code=code)

        with pytest.raises(DeliveryError) as caught:
            await say_hello(client)

    assert caught.value.retry_after == wait
    assert caught.value.code == str(code or 20429)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("0", timedelta(seconds=2)),
        ("99999999999", timedelta(days=1)),
        ("-1", timedelta(seconds=2)),
        ("soon", timedelta(seconds=2)),
        ("²", timedelta(seconds=2)),
    ],
)
async def test_the_time_twilio_asks_for_is_kept(header: str, wait: timedelta) -> None:
    def busy() -> Response:
        return Response("{}", 429, headers={"Retry-After": header})

    async with answering(busy) as client:
        with pytest.raises(DeliveryError) as caught:
            await say_hello(client)

    assert caught.value.retry_after == wait
    assert caught.value.code == "429"


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (503, 20503), (504, 20504)])
async def test_a_fault_of_twilios_leaves_the_send_uncertain(status: int, code: int) -> None:
    async with an_account() as (api, client):
        api.next(status, code=code)

        with pytest.raises(DeliveryUncertain):
            await say_hello(client)


@pytest.mark.parametrize("fault", [DropAfter(), Hang()])
async def test_silence_leaves_the_send_uncertain(fault: Fault) -> None:
    async with an_account(within=timedelta(milliseconds=50)) as (api, client):
        api.faults.queue(fault)

        with pytest.raises(DeliveryUncertain):
            await say_hello(client)

        assert len(api.calls) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'"text"']
)
async def test_a_success_that_cannot_be_read_leaves_the_send_uncertain(body: bytes) -> None:
    async with answering(lambda: Response(body, 201)) as client:
        with pytest.raises(DeliveryUncertain):
            await say_hello(client)


async def test_a_platform_out_of_reach_has_taken_nothing() -> None:
    async with serving(Starlette()) as closed:
        pass
    async with connected(ACCOUNT, TOKEN, api_url=closed, within=SOON) as client:
        with pytest.raises(DeliveryError) as caught:
            await say_hello(client)

    assert caught.value.code == "no_connection"
    assert caught.value.retry_after is not None


async def test_a_question_without_an_answer_may_be_asked_again() -> None:
    async with answering(lambda: Response("<html>", 200)) as client:
        with pytest.raises(DeliveryError) as caught, asking():
            await client.messages.list_async(limit=1)

    assert caught.value.code == "no_answer"
    assert caught.value.retry_after is not None


async def test_a_refusal_repeats_nothing_that_was_said() -> None:
    says = '{"code": 21211, "message": "The \'To\' number whatsapp:+14155550100 is not valid"}'
    async with answering(lambda: Response(says, 400)) as client:
        with pytest.raises(DeliveryError) as caught:
            await say_hello(client)

    assert "14155550100" not in f"{caught.value}{caught.value.__cause__}"


async def test_without_another_address_twilios_own_hosts_are_called() -> None:
    url = "https://messaging.twilio.com/v2/Indicators/Typing.json?a=b"

    async with (
        TwilioHttp(api_url=None, within=SOON) as direct,
        TwilioHttp(api_url="http://127.0.0.1:9/", within=SOON) as redirected,
    ):
        assert direct._redirected(url) == url
        assert redirected._redirected(url) == url.replace(
            "https://messaging.twilio.com", "http://127.0.0.1:9"
        )
