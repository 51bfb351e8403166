"""Waiting for a model, asking another, and booking every call."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from anthropic import AsyncAnthropic

from bot.emulator.servers.faults import DropAfter, DropBefore
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_answer import Answer, Cut, Dropped
from bot.emulator.servers.model_error import ApiError
from bot.emulator.servers.model_request import TextBlock
from bot.model.claude import Claude
from bot.model.patient import Patience, PatientModel, Sleep
from bot.model.windows import Windows
from bot.ports import Model
from context.calls import CallOutcome
from context.errors import (
    ModelBusy,
    ModelError,
    ModelFault,
    ModelRefused,
    PromptTooLong,
)
from context.usage import Window
from tests.bot.model.book import ERRAND, Book
from tests.bot.model.prompts import a_prompt
from tests.clock import NOON, ManualClock

FIRST, SECOND, THIRD = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-4-5"
RETIRED = "claude-opus-4-0"
CUT = Answer(content=(TextBlock(text="Half of what there is to say"),), ending=Cut())
ANSWERED, BUSY, FAULT = CallOutcome.ANSWERED, CallOutcome.BUSY, CallOutcome.FAULT


class House:
    """Builds models over one server, one book and one clock."""

    def __init__(self, client: AsyncAnthropic, clock: ManualClock) -> None:
        self.book = Book()
        self._client = client
        self._clock = clock

    def model(
        self,
        *names: str,
        patience: Patience | None = None,
        sleep: Sleep | None = None,
        seed: int = 7,
    ) -> Model:
        return PatientModel(
            [Claude(self._client, name=name, clock=self._clock) for name in names],
            windows=Windows(self._client, clock=self._clock),
            call_log=self.book,
            clock=self._clock,
            sleep=sleep or self._clock.sleep,
            chance=Random(seed),  # noqa: S311 - spreads waits, no secret
            patience=patience or Patience(),
        )


@pytest.fixture
def house(client: AsyncAnthropic, clock: ManualClock) -> House:
    return House(client, clock)


def asked(model_api: ModelApi) -> list[str]:
    return [request.model for request in model_api.requests]


async def test_an_overloaded_model_is_waited_for_longer_each_time(
    house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.next(529, times=7)

    await house.model(FIRST).answer(a_prompt(), ERRAND)

    assert [outcome for _, outcome in house.book.outcomes] == [*[BUSY] * 7, ANSWERED]
    for wait, full_s in zip(clock.slept, [1, 2, 4, 8, 16, 30, 30], strict=True):
        assert timedelta(seconds=full_s / 2) <= wait <= timedelta(seconds=full_s)
    assert len({row.call.call_id for row in house.book.rows}) == 8


async def test_two_sessions_do_not_come_back_at_the_same_moment(
    house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.next(529)
    await house.model(FIRST, seed=1).answer(a_prompt(), ERRAND)
    model_api.next(529)
    await house.model(FIRST, seed=2).answer(a_prompt(), ERRAND)

    first, second = clock.slept
    assert first != second


async def test_a_wait_that_the_api_asks_for_is_honoured_within_patience(
    house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.next(429, retry_after_s=40)

    await house.model(FIRST).answer(a_prompt(), ERRAND)

    assert timedelta(seconds=40) <= clock.slept[0] <= timedelta(seconds=50)


async def test_a_wait_of_exactly_what_is_left_of_patience_is_honoured(
    house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.next(429, retry_after_s=120)

    await house.model(FIRST).answer(a_prompt(), ERRAND)

    assert clock.slept == [timedelta(minutes=2)]


async def test_a_wait_beyond_patience_is_not_begun(
    house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.next(429, retry_after_s=3_600)

    with pytest.raises(ModelBusy) as caught:
        await house.model(FIRST).answer(a_prompt(), ERRAND)

    assert caught.value.retry_after == timedelta(hours=1)
    assert clock.slept == []
    assert house.book.outcomes == [(FIRST, BUSY)]


async def test_a_wait_beyond_patience_makes_way_for_the_next_model_at_once(
    house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.next(429, retry_after_s=3_600)

    await house.model(FIRST, SECOND).answer(a_prompt(), ERRAND)

    assert house.book.outcomes == [(FIRST, BUSY), (SECOND, ANSWERED)]
    assert clock.slept == []


async def test_patience_ends(house: House, model_api: ModelApi, clock: ManualClock) -> None:
    model_api.next(529, times=1_000)

    with pytest.raises(ModelBusy):
        await house.model(FIRST).answer(a_prompt(), ERRAND)

    assert clock.now() - NOON == timedelta(minutes=2)


async def test_calls_that_time_out_use_up_patience_too(
    house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    async def slow(wait: timedelta) -> None:
        await clock.sleep(wait + timedelta(minutes=1))

    model_api.next(504, times=1_000)

    with pytest.raises(ModelBusy):
        await house.model(FIRST, sleep=slow).answer(a_prompt(), ERRAND)

    assert house.book.outcomes == [(FIRST, BUSY)] * 3


async def test_a_model_that_stays_overloaded_makes_way_for_the_next_ones_in_order(
    house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    model_api.next(529, times=6)

    await house.model(FIRST, SECOND, THIRD).answer(a_prompt(), ERRAND)

    assert asked(model_api) == [FIRST] * 3 + [SECOND] * 3 + [THIRD]
    assert len(clock.slept) == 4


async def test_the_last_model_is_waited_for_until_patience_ends(
    house: House, model_api: ModelApi
) -> None:
    model_api.next(529, times=1_000)

    with pytest.raises(ModelBusy):
        await house.model(FIRST, SECOND).answer(a_prompt(), ERRAND)

    assert asked(model_api)[:3] == [FIRST] * 3
    assert set(asked(model_api)[3:]) == {SECOND}
    assert len(asked(model_api)) > 8


async def test_the_next_turn_begins_with_the_first_model_again(
    house: House, model_api: ModelApi
) -> None:
    model = house.model(FIRST, SECOND, patience=Patience(calls_each=1))
    model_api.next(529)

    await model.answer(a_prompt(), ERRAND)
    await model.answer(a_prompt(), ERRAND)

    assert asked(model_api) == [FIRST, SECOND, FIRST]


async def test_a_retired_model_makes_way_for_the_next_at_once(
    house: House, clock: ManualClock
) -> None:
    answer = await house.model(RETIRED, SECOND).answer(a_prompt(), ERRAND)

    assert answer.model == SECOND
    assert house.book.outcomes == [(RETIRED, FAULT), (SECOND, ANSWERED)]
    assert clock.slept == []


async def test_when_every_model_is_gone_the_answer_fails(house: House) -> None:
    with pytest.raises(ModelFault) as caught:
        await house.model(RETIRED, RETIRED).answer(a_prompt(), ERRAND)

    assert caught.value.status == 404
    assert house.book.outcomes == [(RETIRED, FAULT)] * 2


@pytest.mark.parametrize("ending", [Cut(), Dropped()])
async def test_a_broken_answer_is_thrown_away_and_tried_once_more(
    *, ending: Cut | Dropped, house: House, model_api: ModelApi, clock: ManualClock
) -> None:
    half = TextBlock(text="Half of what there is to say")
    model_api.script(Answer(content=(half,), ending=ending), Answer.saying("All of it."))

    answer = await house.model(FIRST).answer(a_prompt(), ERRAND)

    assert answer.text == "All of it."
    assert house.book.outcomes == [(FIRST, FAULT), (FIRST, ANSWERED)]
    assert clock.slept == []


async def test_an_answer_that_breaks_twice_fails(house: House, model_api: ModelApi) -> None:
    model_api.script(CUT, CUT)

    with pytest.raises(ModelFault):
        await house.model(FIRST, SECOND).answer(a_prompt(), ERRAND)

    assert house.book.outcomes == [(FIRST, FAULT)] * 2


@pytest.mark.parametrize("fault", [DropBefore(), DropAfter()])
async def test_a_dropped_connection_is_tried_again(
    fault: DropBefore | DropAfter, house: House, model_api: ModelApi
) -> None:
    model_api.faults.queue(fault)

    await house.model(FIRST).answer(a_prompt(), ERRAND)

    assert house.book.outcomes == [(FIRST, BUSY), (FIRST, ANSWERED)]


@pytest.mark.parametrize(
    ("error", "kind", "outcome"),
    [
        (ApiError(401, "no"), ModelRefused, CallOutcome.REFUSED),
        (ApiError(403, "no"), ModelRefused, CallOutcome.REFUSED),
        (
            ApiError(429, "no", error_code="enforced_spend_limit_reached"),
            ModelRefused,
            CallOutcome.REFUSED,
        ),
        (ApiError(400, "prompt is too long"), PromptTooLong, CallOutcome.TOO_LONG),
        (ApiError(400, "no"), ModelFault, FAULT),
    ],
)
async def test_what_waiting_does_not_mend_is_told_at_once(
    *,
    error: ApiError,
    kind: type[ModelError],
    outcome: CallOutcome,
    house: House,
    model_api: ModelApi,
) -> None:
    model_api.script(error)

    with pytest.raises(kind):
        await house.model(FIRST, SECOND).answer(a_prompt(), ERRAND)

    assert house.book.outcomes == [(FIRST, outcome)]
    assert house.book.rows[0].usage is None


async def test_the_window_is_what_every_model_takes(house: House) -> None:
    window = await house.model(FIRST, THIRD).window()

    assert window == Window(limit_tokens=200_000, output_tokens=64_000)


async def test_cancelling_a_wait_stops_at_once(house: House, model_api: ModelApi) -> None:
    waiting = asyncio.Event()

    async def forever(_: timedelta) -> None:
        waiting.set()
        await asyncio.Event().wait()

    model_api.next(529, times=2)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        model = house.model(FIRST, sleep=forever)
        turn = group.create_task(model.answer(a_prompt(), ERRAND))
        await waiting.wait()
        turn.cancel()

    assert turn.cancelled()
    assert house.book.outcomes == [(FIRST, BUSY)]
