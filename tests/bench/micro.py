"""What the small things cost that every turn does, and what a waiting agent costs a process."""

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter

from bot.emulator.servers.model_answer import Answer
from bot.leases import Leases
from context.fact_finding import facts_in
from context.facts import Origin
from context.instructions import INSTRUCTIONS
from context.messages import MessageId, UserId
from context.pace import added_tokens, paced
from context.policy import Thresholds, decide
from context.prompt import Item, assembled
from context.session import Agent
from context.shaping import Shaping
from context.tidying import Upkeep, tidying
from context.truncation import clipped
from context.usage import calibrated, measurable_bytes
from storage.lanes import Lane, Lanes
from tests.bench.engine import Engine, engine
from tests.bench.figures import AtMost, Line, Measurement
from tests.bench.handing import WINDOW_TOKENS
from tests.bench.seats import a_remark, seated
from tests.bench.transcripts import transcript
from tests.builders import NOON, a_conversation, an_agent
from tests.storage.scenes import session_of

MIB = 2**20

_SAID = (
    "Hi! My order number is BX-48213-A, it cost $49.90 and should have come on 12 March. "
    "Please always write to me in English. When does it come? I'll be at home on Friday."
)
_BATCHES = 9
_WARM_SESSIONS = 20


def micro(*, calls: int) -> Sequence[Line]:
    """Time the pure parts of a turn.

    Args:
        calls: How often the quickest is done in each of nine batches; slower ones less often.
    """
    text = ("A line of a log with a few words in it, and one number: 12345.\n" * 20_000)[:MIB]
    clip = partial(clipped, text, max_bytes=10_240, max_lines=256)
    items = transcript(WINDOW_TOKENS)[:1_000]
    before = _an_agent_at_work()
    turn = a_conversation(_SAID, "It left our house on Monday. " * 8)
    assemble = partial(
        assembled,
        instructions=INSTRUCTIONS,
        briefing=_SAID,
        items=items,
        max_output_tokens=1,
    )
    find = partial(facts_in, _SAID, message_id=MessageId("m"), said_at=NOON, origin=Origin.USER)
    return (
        Measurement(
            name="record a turn's usage",
            value=1e6 * _seconds(lambda: recorded(before, turn), calls),
            unit="µs",
            target=AtMost(20.0),
        ),
        Measurement(
            name="clip a tool's output of 1 MiB",
            value=1e3 * _seconds(clip, max(calls // 50, 1)),
            unit="ms",
            target=AtMost(5.0),
        ),
        Measurement(
            name=f"put a prompt of {len(items):,} items together",
            value=1e3 * _seconds(assemble, max(calls // 50, 1)),
            unit="ms",
            target=AtMost(1.0),
        ),
        Measurement(
            name="find the facts in a message",
            value=1e6 * _seconds(find, max(calls // 10, 1)),
            unit="µs",
        ),
    )


async def waiting(
    server_url: str, *, sessions: int, window_tokens: int = WINDOW_TOKENS
) -> Sequence[Line]:
    """Measure what sessions leave in a worker's memory once they wait, and a turn at its peak.

    Every session's turn is taken as a worker takes it, under a lease. Nothing of a session is
    kept on purpose, so this is what caches and pools keep by the way.

    Args:
        server_url: A Postgres server where databases may be made.
        sessions: How many wait.
        window_tokens: How large the window is.
    """
    async with engine(server_url, limit_tokens=window_tokens) as running:
        leases = Leases(Lanes(running.database), running.clock)
        await _all_answered(running, leases, range(_WARM_SESSIONS))
        tracemalloc.start()
        try:
            kept = await _kept_bytes(running, leases, sessions)
            peak = await _peak_bytes(running)
        finally:
            tracemalloc.stop()
    return (
        Measurement(
            name=f"memory of a waiting agent, of {sessions:,}",
            value=kept / sessions / 1000,
            unit="KB",
            target=AtMost(50.0),
        ),
        Measurement(
            name=f"memory of a turn at its peak, in {window_tokens:,} tokens",
            value=peak / 1e6,
            unit="MB",
        ),
    )


def recorded(before: Agent, turn: Sequence[Item]) -> object:
    """Take what the provider counted, and choose what follows, as a turn's end does."""
    occupied_tokens = before.occupied_tokens + 300
    added = added_tokens(before, occupied_tokens=occupied_tokens)
    blocks = (block for item in turn for block in item.blocks)
    agent = replace(
        before,
        occupied_tokens=occupied_tokens,
        peak_tokens=max(before.peak_tokens, occupied_tokens),
        turns=before.turns + 1,
        pace_tokens=paced(before, added),
        bytes_per_token=calibrated(
            before.bytes_per_token,
            measured_bytes=measurable_bytes(blocks),
            counted_tokens=added,
        ),
    )
    decision = decide(
        occupied_tokens=occupied_tokens,
        limit_tokens=WINDOW_TOKENS,
        told=agent.told,
        thresholds=_THRESHOLDS,
    )
    tasks = tidying(
        agent,
        limit_tokens=WINDOW_TOKENS,
        thresholds=_THRESHOLDS,
        shaping=_SHAPING,
        upkeep=_UPKEEP,
        now=NOON,
    )
    return decision, tasks


_THRESHOLDS, _SHAPING, _UPKEEP = Thresholds(), Shaping(), Upkeep(undrafted_tokens=12_000)


def _an_agent_at_work() -> Agent:
    """One past the warning, where there is most to decide."""
    return replace(an_agent(occupied_tokens=155_000), turns=200, pace_tokens=400.0)


def _seconds(work: Callable[[], object], calls: int) -> float:
    """Time a call: the median of some batches, so that what else the machine does is out."""
    batches: list[float] = []
    for _ in range(_BATCHES):
        began = perf_counter()
        for _ in range(calls):
            work()
        batches.append((perf_counter() - began) / calls)
    return median(batches)


async def _kept_bytes(running: Engine, leases: Leases, sessions: int) -> int:
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    await _all_answered(running, leases, range(_WARM_SESSIONS, _WARM_SESSIONS + sessions))
    gc.collect()
    return tracemalloc.get_traced_memory()[0] - before


async def _all_answered(running: Engine, leases: Leases, people: range) -> None:
    """Have everybody write, each in a chat of their own, and be answered."""
    for number in people:
        message = a_remark(UserId(f"T1:U{number}"), number=1)
        await running.chat.receive(message)
        running.api.script(Answer.saying("All is well."))
        await leases.under_claim(session_of(message), Lane.TURN, running.turns.drain)


async def _peak_bytes(running: Engine) -> int:
    """Take the turn of a window that is nearly full; the model server's share is in it."""
    held_tokens = int(0.7 * running.limits.tokens)
    seat = await seated(running, "full", transcript(held_tokens), occupied_tokens=held_tokens)
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    await seat.turn()
    return tracemalloc.get_traced_memory()[1] - before
