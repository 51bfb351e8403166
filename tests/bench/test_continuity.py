"""The bench of long conversations measures what it says, on short ones."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx2
import pytest
from anthropic import AsyncAnthropic
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import SystemClock
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.serving import serving
from tests.bench import continuity_losses
from tests.bench.continuity import prepared
from tests.bench.continuity_ours import ours
from tests.bench.continuity_report import Heard, Paid, Result, converse, misses, table
from tests.bench.continuity_strategies import (
    AnyBot,
    ProseSummaries,
    ServerCompaction,
    SlidingWindow,
)
from tests.bench.continuity_talk import Kind, Turn, conversation

TALK = conversation(1, turns=24, of_each_kind=1)
KEY = "sk-ant-bench"
LARGE, SMALL = 500_000, 3_000


@pytest.fixture
def api() -> ModelApi:
    return ModelApi(api_key=KEY, now=SystemClock().now, least_trigger_tokens=1)


@pytest.fixture
async def client(api: ModelApi) -> AsyncIterator[AsyncAnthropic]:
    async with (
        serving(api.app) as url,
        AsyncAnthropic(api_key=KEY, base_url=url, max_retries=0, timeout=10) as opened,
    ):
        yield opened


class Parrot:
    """Answers everything with the same words."""

    resets = 0

    def __init__(self, text: str, *, paid: Paid | None = None) -> None:
        self._text = text
        self.paid = paid

    async def say(self, _: str) -> Heard:
        return Heard(text=self._text, added_s=0.25)


def test_a_seed_makes_one_conversation_and_another_makes_another() -> None:
    assert conversation(3, turns=30, of_each_kind=2) == conversation(
        3, turns=30, of_each_kind=2
    )
    assert conversation(3, turns=30, of_each_kind=2) != conversation(
        4, turns=30, of_each_kind=2
    )


def test_everything_is_told_once_and_asked_for_at_the_end() -> None:
    talk = conversation(1)
    told = [one for turn in talk for one in turn.tells]
    asked = [turn.asks for turn in talk if turn.asks is not None]

    assert len(talk) == 200 + 56
    assert {one.kind for one in told} == set(Kind)
    assert sorted(one.told for one in told) == sorted(one.told for one in asked)
    assert all(turn.asks is None for turn in talk[:200])
    assert all(one.told in turn.text for turn in talk for one in turn.tells)


def test_an_update_follows_what_it_replaces() -> None:
    talk = conversation(1)
    texts = "\n".join(turn.text for turn in talk)
    updates = [one for turn in talk for one in turn.tells if one.superseded]

    assert len(updates) == 7
    assert all(0 < texts.index(one.superseded) < texts.index(one.told) for one in updates)


@pytest.mark.slow
async def test_with_room_for_all_of_it_everything_is_answered(
    api: ModelApi, client: AsyncAnthropic
) -> None:
    result = Result("all")

    await converse(SlidingWindow(api=api, client=client, window_tokens=LARGE), TALK, result)

    assert misses([result]) == ""
    assert (len(result.asked), result.resets, result.turns) == (8, 0, 32)
    assert result.tokens == api.bill.total().occupied_tokens
    assert 0 < result.priced < result.tokens


@pytest.mark.slow
async def test_a_sliding_window_forgets(api: ModelApi, client: AsyncAnthropic) -> None:
    result = Result("sliding")

    await converse(SlidingWindow(api=api, client=client, window_tokens=SMALL), TALK, result)

    assert result.resets > 0
    assert not all(one.is_answered for one in result.asked)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ProseSummaries, ServerCompaction])
async def test_summaries_keep_more_the_more_the_model_keeps(
    api: ModelApi, client: AsyncAnthropic, kind: type[ProseSummaries | ServerCompaction]
) -> None:
    lossless, lossy = Result("lossless"), Result("lossy")

    await converse(kind(api=api, client=client, window_tokens=SMALL), TALK, lossless)
    api.notes, api.summarise = continuity_losses.notes, continuity_losses.prose
    await converse(kind(api=api, client=client, window_tokens=SMALL), TALK, lossy)

    kept = [sum(one.is_answered for one in result.asked) for result in (lossless, lossy)]
    assert lossless.resets > 0
    assert kept[0] > kept[1]


@pytest.mark.slow
async def test_ours_is_written_to_as_a_person_would_and_its_notices_are_no_answers(
    postgres: str,
) -> None:
    talk = conversation(1, turns=10, of_each_kind=1)
    prepare = partial(prepared, is_lossless=True)
    result = Result("ours")

    async with ours(postgres, window_tokens=4_000, pause_s=0, prepare=prepare) as strategy:
        await converse(strategy, talk, result)

    assert (len(result.asked), result.turns) == (8, 18)
    assert sum(one.is_answered for one in result.asked) >= 6
    assert result.tokens > 0


async def bot_of_somebody(request: Request) -> Response:
    asked: Any = await request.json()
    told = {"text": f"{asked['conversation']}: {asked['text']}", "resets": 2, "tokens": 17}
    return JSONResponse({} if asked["text"] == "silence" else told)


async def test_any_bot_is_asked_over_http() -> None:
    app = Starlette(routes=[Route("/chat", bot_of_somebody, methods=["POST"])])
    async with serving(app) as url, httpx2.AsyncClient(trust_env=False) as http:
        bot = AnyBot(url=f"{url}/chat", conversation="bench-1", http=http, pause_s=0)
        before = bot.paid
        heard = await bot.say("Hello")

        assert heard.text == "bench-1: Hello"
        assert (before, bot.paid, bot.resets) == (None, Paid(tokens=17, priced=0.0), 2)
        with pytest.raises(ValueError, match="no `text`"):
            await bot.say("silence")


async def test_a_value_that_no_longer_holds_is_told_apart_from_none() -> None:
    (update,) = [turn.asks for turn in TALK if turn.asks and turn.asks.kind is Kind.UPDATE]
    talk = [Turn(update.told, tells=(update,)), Turn(update.asked, asks=update)]
    stale, unknown, both = Result("stale"), Result("unknown"), Result("both")

    await converse(Parrot(f"It is {update.superseded}."), talk, stale)
    await converse(Parrot("I do not know."), talk, unknown)
    await converse(Parrot(f"Not {update.superseded}, {update.answer}."), talk, both)

    seen = [(one.is_answered, one.is_stale) for r in (stale, unknown, both) for one in r.asked]
    assert seen == [(False, True), (False, False), (True, False)]


async def test_the_table_has_a_column_each() -> None:
    known, unknown = Result("ours"), Result("theirs")
    answers = " ".join(turn.asks.answer for turn in TALK if turn.asks)

    await converse(Parrot(answers, paid=Paid(tokens=2_000, priced=1_000.0)), TALK, known)
    await converse(Parrot("I do not know."), TALK, unknown)
    written = table([known, unknown])

    rows = {line[:30].strip(): line[30:].split() for line in written.splitlines()}
    assert rows["all"] == ["100", "%", "(8/8)", "0", "%", "(0/8)"]
    assert rows["4 or more"] == ["-", "(0/0)", "-", "(0/0)"]
    assert rows["tokens paid, thousands"] == ["2", "-"]
    assert rows["wait added, worst ms"] == ["250", "250"]
    assert misses([known]) == ""
    assert "theirs, after 0" in misses([unknown])
