"""Tokens are counted right over many calls, whatever breaks, is tidied up or handed over."""

import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import pytest

from storage.database import Database
from tests.endurance.people import Mishaps, Person, Speaker
from tests.endurance.talks import Talks
from tests.endurance.watched import SECOND, WatchedChat, watched
from tests.storage.scenes import rows, value

_TURN_TOKENS = 500
_COMPACTION, _CRITICAL = 0.80, 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is said.

    Attributes:
        calls: As many calls are made at least.
        people: By so many persons.
        bytes_per_token: Of the provider's tokenizer, which the bot does not know.
        seed: Of all that is drawn.
        most_off: By how many turns four of five forecasts may be wrong; of few forecasts
            chance alone moves that by a turn.
    """

    calls: int
    people: int
    bytes_per_token: int = 4
    seed: int = 1
    most_off: int = 2


sizes = pytest.mark.parametrize(
    "size",
    [
        pytest.param(
            Size(calls=400, people=4, most_off=3), marks=pytest.mark.slow, id="400 calls"
        ),
        pytest.param(
            Size(calls=10_000, people=60, seed=2),
            marks=pytest.mark.slow_chaos,
            id="10,000 calls",
        ),
        pytest.param(
            Size(calls=2_000, people=15, bytes_per_token=3, seed=3, most_off=3),
            marks=pytest.mark.slow_chaos,
            id="small tokens",
        ),
        pytest.param(
            Size(calls=2_000, people=15, bytes_per_token=6, seed=4, most_off=3),
            marks=pytest.mark.slow_chaos,
            id="large tokens",
        ),
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What there is to judge."""

    chat: WatchedChat
    talks: Talks


@asynccontextmanager
async def talked(database: Database, size: Size) -> AsyncIterator[Run]:
    chance = Random(size.seed)  # noqa: S311 - small talk, no secret
    speaker = Speaker(chance=chance, mishaps=Mishaps())
    people = [
        Person.drawn(
            number,
            Random(size.seed * 1_000 + number),  # noqa: S311 - likewise
            around_bytes=_TURN_TOKENS * size.bytes_per_token,
        )
        for number in range(1, size.people + 1)
    ]
    async with watched(database, speaker, bytes_per_token=size.bytes_per_token) as chat:
        talks = Talks(chat, speaker, people)
        await talks.go_on(calls=size.calls)
        yield Run(chat=chat, talks=talks)


@sizes
async def test_figures_are_right_over_many_calls(
    database: Database, capsys: pytest.CaptureFixture[str], size: Size
) -> None:
    async with talked(database, size) as run:
        errors = await estimation_errors(run.chat)
        billed = Counter(
            (
                call.model,
                call.usage.input_tokens,
                call.usage.cache_read_tokens,
                call.usage.cache_write_tokens,
                call.usage.output_tokens,
            )
            for call in run.chat.api.bill.calls
            if call.whole
        )
    outcomes = {str(row["outcome"]): row["calls"] for row in await rows(database, _OUTCOMES)}
    early = sorted((*run.talks.forecasts(_COMPACTION), *run.talks.forecasts(_CRITICAL)))

    with capsys.disabled():
        sys.stdout.write(
            f"\n{sum(billed.values())} calls answered of {outcomes}, {await life(database)}\n"
            f"occupancy before a call: off by {at(errors, 50):.1%} at p50, {at(errors, 95):.1%}"
            f" at p95, {errors[-1]:.1%} at most, of {len(errors)}\n"
            f"turns left: off by {at(early, 50)} at p50, {at(early, 80)} at p80,"
            f" {at(early, 95)} at p95, of {len(early)}\n"
        )
    await nothing_missing(database)
    assert "too_long" not in outcomes
    assert await stored(database) == billed
    assert at(errors, 95) <= 0.10
    assert len(early) > size.calls // 5
    assert at(early, 80) <= size.most_off


async def nothing_missing(database: Database) -> None:
    """See that all that may happen did: else the figures show little."""
    assert await value(database, "select count(*) from agent_handoff") != 0
    assert await value(database, "select count(*) from compaction where state = 'applied'") != 0
    second = "select count(*) from model_usage where outcome = 'answered' and model = $1"
    assert await value(database, second, SECOND) != 0
    broken = "select count(*) from model_usage where outcome = 'fault' and input_tokens is null"
    assert await value(database, broken) != 0
    lost = "select count(*) from inbox where state not in ('answered', 'merged', 'failed')"
    assert await value(database, lost) == 0


async def stored(database: Database) -> Counter[tuple[object, ...]]:
    """What the book says each call cost that was received to its end."""
    return Counter(tuple(row.values()) for row in await rows(database, _STORED))


async def estimation_errors(chat: WatchedChat) -> Sequence[float]:
    """How far the tokens expected before a turn's first call were off, ascending."""
    sent = {
        (row["turn_id"], row["agent_id"]): int(str(row["prompt_tokens"]))
        for row in await rows(chat.database, _SENT)
    }
    found = ((sent.get((one.turn_id, one.agent_id)), one.tokens) for one in chat.expected)
    return sorted(abs(tokens - real) / real for real, tokens in found if real is not None)


async def life(database: Database) -> str:
    """How often windows were tidied up and handed over."""
    [row] = await rows(database, _LIFE)
    return ", ".join(f"{count} {name}" for name, count in row.items())


def at(values: Sequence[float], percent: int) -> float:
    """The smallest of ascending values that so many percent of all do not exceed."""
    return values[-(-len(values) * percent // 100) - 1]


_OUTCOMES = "select outcome, count(*) as calls from model_usage group by 1 order by 2 desc"
_STORED = """
select model, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens
from model_usage where outcome = 'answered'
"""
# A turn's later steps hold more than its first.
_SENT = """
select turn_id, agent_id,
  min(input_tokens + cache_read_tokens + cache_write_tokens) as prompt_tokens
from model_usage where purpose = 'reply' and outcome = 'answered' group by turn_id, agent_id
"""
_LIFE = """
select (select count(*) from agent_handoff) as handoffs,
  (select count(*) from rotation) as rotations,
  (select count(*) from compaction where state = 'applied') as compactions,
  (select count(*) from compaction where state = 'failed') as "failed compactions",
  (select count(*) from inbox where state = 'failed') as "failed turns"
"""
