"""The models that the server describes, and counting before asking."""

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic

from bot.emulator.servers.model import ModelApi
from tests.bot.emulator.claude import (
    HELLO,
    RETIRED,
    SMALL,
    asked,
)
from tests.bot.emulator.prompts import MODEL


async def test_counting_agrees_with_usage(claude: AsyncAnthropic) -> None:
    counted = await claude.messages.count_tokens(model=MODEL, messages=HELLO)

    assert counted.input_tokens == (await asked(claude)).usage.input_tokens


async def test_models_are_described_with_their_windows(claude: AsyncAnthropic) -> None:
    info = await claude.models.retrieve(SMALL)

    assert (info.max_input_tokens, info.max_tokens) == (2_000, 1_900)
    assert (info.lifecycle, info.type) == ("active", "model")
    assert info.capabilities is not None
    assert info.capabilities.thinking.types.adaptive.supported


async def test_models_are_listed_page_by_page(claude: AsyncAnthropic) -> None:
    all_of_them = [info.id async for info in claude.models.list(limit=1)]
    before = await claude.models.list(before_id=SMALL)
    retired = await claude.models.list(lifecycle=["retired"])

    assert all_of_them == [MODEL, SMALL]
    assert [info.id for info in before.data] == [MODEL]
    assert [info.id for info in retired.data] == [RETIRED]


async def test_an_empty_page_names_no_ids(model_http: httpx2.AsyncClient) -> None:
    page = (await model_http.get("/v1/models", params={"after_id": SMALL})).json()

    assert page == {"data": [], "has_more": False, "first_id": None, "last_id": None}


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after_id=nobody"])
async def test_a_page_out_of_range_is_refused(
    model_http: httpx2.AsyncClient, query: str
) -> None:
    response = await model_http.get(f"/v1/models?{query}")

    assert response.status_code == 400


async def test_a_server_may_speak_messages_only(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.has_extras = False

    with pytest.raises(anthropic.NotFoundError):
        await claude.models.retrieve(MODEL)
    with pytest.raises(anthropic.NotFoundError):
        await claude.models.list()
    with pytest.raises(anthropic.NotFoundError):
        await claude.messages.count_tokens(model=MODEL, messages=HELLO)
    assert (await asked(claude)).stop_reason == "end_turn"


@pytest.mark.parametrize("model", [RETIRED, "claude-unheard-of"])
async def test_a_model_that_is_gone_is_not_found(claude: AsyncAnthropic, model: str) -> None:
    with pytest.raises(anthropic.NotFoundError) as caught:
        await asked(claude, model=model)

    assert caught.value.type == "not_found_error"
    with pytest.raises(anthropic.NotFoundError):
        await claude.messages.count_tokens(model=model, messages=HELLO)
