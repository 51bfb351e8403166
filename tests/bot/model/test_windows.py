"""A model's window, asked once, and the table behind it."""

import asyncio
from datetime import timedelta

import pytest
from anthropic import AsyncAnthropic
from starlette.responses import Response

from bot.emulator.servers.faults import DropBefore, Fault, Hang, Refuse
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_catalogue import ModelCatalogue, ModelFacts
from bot.emulator.servers.serving import serving
from bot.model.connection import connection
from bot.model.windows import DEFAULT_MODEL, Windows
from context.usage import Window
from tests.bot.model.canned import CannedApi
from tests.bot.model.conftest import KEY
from tests.clock import ManualClock

TABLED = Window(limit_tokens=1_000_000, output_tokens=128_000)
UNKNOWN = Window(limit_tokens=200_000, output_tokens=32_000)
TINY = Window(limit_tokens=8_000, output_tokens=1_000)
TINY_FACTS = ModelFacts(
    id=DEFAULT_MODEL,
    display_name="Tiny",
    line=None,
    max_input_tokens=TINY.limit_tokens,
    max_tokens=TINY.output_tokens,
)


@pytest.fixture
def model_api(clock: ManualClock) -> ModelApi:
    return ModelApi(api_key=KEY, now=clock.now, catalogue=ModelCatalogue([TINY_FACTS]))


@pytest.fixture
def windows(client: AsyncAnthropic, clock: ManualClock) -> Windows:
    return Windows(client, clock=clock)


async def test_the_api_knows_best_and_is_asked_once(
    windows: Windows, model_api: ModelApi, clock: ManualClock
) -> None:
    first = await windows.window(DEFAULT_MODEL)
    model_api.has_extras = False
    clock.advance(timedelta(days=30))

    assert first == TINY
    assert await windows.window(DEFAULT_MODEL) == TINY


async def test_many_who_ask_at_once_ask_once(
    canned: CannedApi, canned_client: AsyncAnthropic, clock: ManualClock
) -> None:
    canned.responses.append(Response('{"max_input_tokens": 8000, "max_tokens": 1000}'))
    windows = Windows(canned_client, clock=clock)

    known = await asyncio.gather(*(windows.window(DEFAULT_MODEL) for _ in range(20)))

    assert known == [TINY] * 20
    assert len(canned.headers) == 1


async def test_a_server_without_the_models_api_gets_the_table(
    windows: Windows, model_api: ModelApi
) -> None:
    model_api.has_extras = False

    assert await windows.window(DEFAULT_MODEL) == TABLED


async def test_a_model_that_nobody_knows_gets_a_safe_window(windows: Windows) -> None:
    assert await windows.window("mystery-1") == UNKNOWN


async def test_a_question_that_failed_is_asked_again_but_not_on_every_turn(
    windows: Windows, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.next(500, method="models")

    assert await windows.window(DEFAULT_MODEL) == TABLED
    clock.advance(timedelta(minutes=9))
    assert await windows.window(DEFAULT_MODEL) == TABLED
    clock.advance(timedelta(minutes=1))
    assert await windows.window(DEFAULT_MODEL) == TINY


@pytest.mark.parametrize("fault", [Refuse(401), Refuse(429), Refuse(529), DropBefore(), Hang()])
async def test_no_failure_of_the_models_api_reaches_the_turn(
    *, fault: Fault, client: AsyncAnthropic, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.faults.queue(fault, method="models")
    windows = Windows(client, clock=clock, answer_within=timedelta(milliseconds=50))

    assert await windows.window(DEFAULT_MODEL) == TABLED


async def test_no_network_gets_the_table(clock: ManualClock) -> None:
    async with serving(CannedApi()) as gone:
        pass
    async with connection(api_key=KEY, base_url=gone) as client:
        assert await Windows(client, clock=clock).window(DEFAULT_MODEL) == TABLED


@pytest.mark.parametrize(
    ("body", "window"),
    [
        ("{}", TABLED),
        ('{"max_input_tokens": null, "max_tokens": null}', TABLED),
        ('{"max_input_tokens": 8000}', Window(limit_tokens=8_000, output_tokens=128_000)),
        ('{"max_tokens": 1000}', Window(limit_tokens=1_000_000, output_tokens=1_000)),
        ('{"max_input_tokens": 0}', TABLED),
        ('{"max_input_tokens": "many"}', TABLED),
        ("[]", TABLED),
        ("<html>", TABLED),
        ("", TABLED),
    ],
)
async def test_what_the_api_does_not_say_sensibly_comes_from_the_table(
    *,
    body: str,
    window: Window,
    canned: CannedApi,
    canned_client: AsyncAnthropic,
    clock: ManualClock,
) -> None:
    canned.responses.append(Response(body, media_type="application/json"))

    assert await Windows(canned_client, clock=clock).window(DEFAULT_MODEL) == window
