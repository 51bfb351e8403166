from datetime import timedelta

import pytest
from anthropic import AsyncAnthropic
from starlette.responses import Response

from bot.emulator.servers.faults import DropBefore, Fault, Hang, Refuse
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.serving import serving
from bot.model.account import Account, account
from bot.model.connection import connection
from bot.model.windows import DEFAULT_MODEL
from context.errors import ModelBusy, ModelRefused
from tests.bot.model.canned import CannedApi
from tests.clock import ManualClock


async def test_a_good_key_is_taken_and_unknown_models_are_named(
    client: AsyncAnthropic, clock: ManualClock
) -> None:
    found = await account(client, [DEFAULT_MODEL, "claude-nonsense"], clock=clock)

    assert found == Account(unknown=("claude-nonsense",))


async def test_a_wrong_key_is_refused(model_api: ModelApi, clock: ManualClock) -> None:
    async with (
        serving(model_api.app) as url,
        connection(api_key="sk-ant-another", base_url=url) as client,
    ):
        found = await account(client, [DEFAULT_MODEL], clock=clock)

    assert isinstance(found.refusal, ModelRefused)
    assert found.refusal.status == 401


async def test_a_server_without_a_list_of_models_is_tolerated(
    canned: CannedApi, canned_client: AsyncAnthropic, clock: ManualClock
) -> None:
    canned.responses.append(Response("no such route", 404))

    found = await account(canned_client, [DEFAULT_MODEL], clock=clock)

    assert found == Account(lists_models=False)


async def test_nobody_there_is_told(clock: ManualClock) -> None:
    async with connection(api_key="sk-ant-fake", base_url="http://127.0.0.1:1") as client:
        found = await account(client, [DEFAULT_MODEL], clock=clock)

    assert isinstance(found.refusal, ModelBusy)


@pytest.mark.parametrize("fault", [Hang(), DropBefore(), Refuse(529)])
async def test_a_server_that_does_not_answer_is_told_in_time(
    model_api: ModelApi, client: AsyncAnthropic, *, fault: Fault
) -> None:
    model_api.faults.queue(fault, method="models")

    found = await account(
        client, [DEFAULT_MODEL], clock=ManualClock(), answer_within=timedelta(milliseconds=50)
    )

    assert isinstance(found.refusal, ModelBusy)
