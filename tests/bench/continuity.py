"""Runs the same long conversations through several strategies, and prints what each still knows.

    python -m tests.bench.continuity [--seeds N] [--window TOKENS] [--only a,b,c,d]
                                     [--url URL] [--lossless] [--misses]

(a) a sliding window, (b) prose summaries, (c) the API's own compaction, (d) ours, through its
webhooks, workers and database; and (e) any bot at an address:

    POST URL   {"conversation": "bench-1", "text": "My order number is …"}
    200        {"text": "Noted.", "resets": 2, "tokens": 48210}

`resets` (how often older turns went out of sight) and `tokens` (all that were paid for so far)
may be left out; each conversation has a name of its own, and one message is sent at a time.

The model is the stand-in, which knows nothing but its prompt; what it writes in summaries and
notes is thinned to what was measured of real models (`continuity_losses`), unless `--lossless`.
That share is put in, not found: what (b) and (c) keep follows from it to a large part, and from
the stand-in's 400 words to a summary. So look at both tables. Only (d) can search the past, and
the things told are of the kinds that its ledger knows.

Facts are drawn from a seed. Waits are of a model that needs 20 ms to its first token and 1 ms
for each 24 characters, so about a fiftieth of a real one's; and so is the pause of 0.2 s that
the person makes before they write to (d) or (e). `looked up` counts questions for which the
model searched the past.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import httpx2
from anthropic import AsyncAnthropic

from bot.clock import SystemClock
from bot.emulator.servers.model import ModelApi
from bot.emulator.servers.model_delivery import Latency
from bot.emulator.servers.serving import serving
from bot.logs import configure
from tests.bench import continuity_losses
from tests.bench.continuity_ours import ours
from tests.bench.continuity_report import Result, Strategy, converse, misses, table
from tests.bench.continuity_strategies import (
    AnyBot,
    ProseSummaries,
    ServerCompaction,
    SlidingWindow,
)
from tests.bench.continuity_talk import conversation
from tests.bench.servers import durable_postgres

LATENCY = Latency(first_token_s=0.02, between_deltas_s=0.001)
PAUSE_S = 0.2

_NAMES = {
    "a": "sliding window",
    "b": "prose summaries",
    "c": "API compaction",
    "d": "ours",
    "e": "at URL",
}
_KEY = "sk-ant-bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is to be run.

    Attributes:
        letters: Which strategies.
        seeds: How many conversations.
        window_tokens: What one prompt may hold.
        is_lossless: Whether summaries and notes keep all that the stand-in finds.
        url: Where (e) is.
        shows_misses: Whether what was not answered is listed.
    """

    letters: Sequence[str]
    seeds: int
    window_tokens: int
    is_lossless: bool
    url: str | None
    shows_misses: bool


async def compared(options: Options) -> Sequence[Result]:
    """Hold every conversation with every strategy, one after the other."""
    results = [Result(_NAMES[letter]) for letter in options.letters]
    for seed in range(1, options.seeds + 1):
        for letter, result in zip(options.letters, results, strict=True):
            async with _strategy(letter, options, seed=seed) as strategy:
                await converse(strategy, conversation(seed), result)
    return results


def prepared(api: ModelApi, *, is_lossless: bool) -> ModelApi:
    """Have a model server take its time, and lose what models lose."""
    api.latency = LATENCY
    if not is_lossless:
        api.notes = continuity_losses.notes
        api.summarise = continuity_losses.prose
    return api


@asynccontextmanager
async def _strategy(letter: str, options: Options, *, seed: int) -> AsyncIterator[Strategy]:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        if letter == "e":
            http = await enter(httpx2.AsyncClient(trust_env=False, timeout=120))
            yield AnyBot(
                url=options.url or "",
                conversation=f"bench-{seed}",
                http=http,
                pause_s=PAUSE_S,
            )
        elif letter == "d":
            url = stack.enter_context(durable_postgres())
            prepare = partial(prepared, is_lossless=options.is_lossless)
            window_tokens = options.window_tokens
            yield await enter(
                ours(url, window_tokens=window_tokens, pause_s=PAUSE_S, prepare=prepare)
            )
        else:
            api = ModelApi(api_key=_KEY, now=SystemClock().now, least_trigger_tokens=1)
            address = await enter(serving(prepared(api, is_lossless=options.is_lossless).app))
            client = await enter(AsyncAnthropic(api_key=_KEY, base_url=address, max_retries=0))
            of = {"a": SlidingWindow, "b": ProseSummaries, "c": ServerCompaction}[letter]
            yield of(api=api, client=client, window_tokens=options.window_tokens)


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.continuity")
    parser.add_argument("--seeds", type=int, default=2, help="conversations")
    parser.add_argument("--window", type=int, default=8_000, help="tokens of the window")
    parser.add_argument("--only", default="a,b,c,d", help="strategies, such as a,d")
    parser.add_argument("--url", help="a bot to compare with")
    parser.add_argument("--lossless", action="store_true", help="models that forget nothing")
    parser.add_argument("--misses", action="store_true", help="list what was not answered")
    read = parser.parse_args(arguments)
    letters = [letter for letter in read.only.split(",") if letter in "abcd" and letter]
    return Options(
        letters=[*letters, *(["e"] if read.url else [])],
        seeds=read.seeds,
        window_tokens=read.window,
        is_lossless=read.lossless,
        url=read.url,
        shows_misses=read.misses,
    )


def main() -> None:
    """Run what the command line says."""
    configure(level="error", style="console", secret_key="bench")
    options = _options(sys.argv[1:])
    results = asyncio.run(compared(options))
    if options.shows_misses:
        sys.stdout.write(f"{misses(results)}\n\n")
    sys.stdout.write(f"{table(results)}\n\n{_footnote(options)}\n")


def _footnote(options: Options) -> str:
    """Say what the figures rest on, beside them."""
    if options.is_lossless:
        return "Models assumed to keep all that the stand-in finds, in 400 words of prose or lists."
    losses = continuity_losses
    return (
        f"Assumed, not found: models keep {losses.PROSE:.0%} of sentences in prose "
        f"({losses.PROSE_WITH_FIGURES:.0%} with a digit), {losses.LISTS:.0%} of entries in lists "
        f"({losses.LISTS_WITH_FIGURES:.0%}). With --lossless they keep all."
    )


if __name__ == "__main__":
    main()
