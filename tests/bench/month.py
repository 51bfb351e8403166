"""A month of chat through the whole engine: what of its prompts the provider's cache serves.

The person writes for a while, then leaves for minutes or hours. The model server keeps what
was sent for five minutes, as the API does, and bills what it read, wrote, or neither. Time is
turned on by hand, so that a month takes less than a minute.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model_answer import Answer
from context.messages import InboundMessage, MessageId, SessionId, UserId
from tests.bench.continuity_strategies import paid
from tests.bench.engine import Engine, engine
from tests.bench.figures import AtLeast, Line, Measurement
from tests.bench.transcripts import drawn_words, words
from tests.builders import an_inbound

WINDOW_TOKENS = 20_000
TARGET_PERCENT = 95.0

_CACHE_LIFE = timedelta(minutes=5)
"""Of what carries the usual marker, since its last use (prompt caching guide, read 2026-11)."""

_SHORTEST_CACHED_TOKENS = 1_024
_USER = UserId("T1:UMONTH")
_PAUSE, _BREAK = timedelta(seconds=70), timedelta(hours=5)
_BREAK_EVERY = 8
_TOOL_EVERY = 20
_ANSWER_SHARE = 1.5
_WINDOW_OF_LAST_CALL = """
select u.agent_id, a.compaction_id from model_usage u join agent a on a.id = u.agent_id
where u.purpose = 'reply' order by u.started_at desc limit 1
"""


@dataclass(slots=True, kw_only=True)
class Month:
    """What was counted so far.

    Attributes:
        cacheable: Prompt tokens of replies that the cache could hold: all that the call
            before sent, if its window is the same and it was not long ago.
        read: Those of them that the cache served.
        served: All that it served.
        prompts: All prompt tokens of replies.
        windows: How many there were; a compaction or a handoff begins another.
        expired: How many replies came after a pause that no cached prompt outlives.
    """

    cacheable: int = 0
    read: int = 0
    served: int = 0
    prompts: int = 0
    windows: int = 0
    expired: int = 0
    bill: BilledUsage = field(default_factory=BilledUsage)

    def add(self, usage: BilledUsage, *, cacheable: int) -> None:
        """Count a reply's call."""
        self.cacheable += cacheable
        self.read += min(usage.cache_read_tokens, cacheable)
        self.served += usage.cache_read_tokens
        self.prompts += usage.prompt_tokens


async def month(
    server_url: str, *, turns: int, window_tokens: int = WINDOW_TOKENS
) -> Sequence[Line]:
    """Chat for a month, and tell what the cache served and what it all cost.

    Args:
        server_url: A Postgres server where databases may be made.
        turns: How many; a thousand are a month.
        window_tokens: How large the window is.
    """
    async with engine(
        server_url, limit_tokens=window_tokens, keep_calls=100 * turns
    ) as running:
        counted = await _chatted(running, turns)
    without = replace(
        counted.bill,
        input_tokens=counted.bill.prompt_tokens,
        cache_read_tokens=0,
        cache_write_5m_tokens=0,
        cache_write_1h_tokens=0,
    )
    return (
        Measurement(
            name=f"cacheable prompt read from the cache, {turns:,} turns",
            value=100 * counted.read / max(counted.cacheable, 1),
            unit="%",
            target=AtLeast(TARGET_PERCENT),
        ),
        Measurement(
            name=f"  of all prompts, {counted.expired} after the cache's life",
            value=100 * counted.served / max(counted.prompts, 1),
            unit="%",
        ),
        Measurement(name="  windows it took", value=counted.windows, unit=""),
        Measurement(
            name="  its bill, notes included, in plain input tokens",
            value=paid(counted.bill).priced / 1e6,
            unit="M",
        ),
        Measurement(
            name="  the same without a cache",
            value=paid(without).priced / 1e6,
            unit="M",
        ),
    )


async def _chatted(running: Engine, turns: int) -> Month:
    chance = random.Random(11)  # noqa: S311 - a conversation, no secret
    counted = Month()
    window: object = None
    held = 0
    for number in range(turns):
        gap = _gap(chance)
        running.clock.advance(gap)
        is_fresh = gap < _CACHE_LIFE
        counted.expired += not is_fresh
        calls = await _turn(running, number, chance)
        before, window = window, await _window(running)
        counted.windows += window != before
        for place, usage in enumerate(calls):
            is_next = place > 0 or (window == before and is_fresh)
            counted.add(usage, cacheable=held if is_next else 0)
            held = usage.prompt_tokens if usage.prompt_tokens >= _SHORTEST_CACHED_TOKENS else 0
        await _tidied(running)
    counted.bill = running.api.bill.total()
    return counted


def _gap(chance: random.Random) -> timedelta:
    """How long the person takes: a minute or so, and now and then some hours."""
    mean = _BREAK if chance.randrange(_BREAK_EVERY) == 0 else _PAUSE
    return timedelta(seconds=5) + chance.expovariate(1) * mean


async def _turn(running: Engine, number: int, chance: random.Random) -> list[BilledUsage]:
    """Take a turn; now and then the model looks something up. What its calls used."""
    size = drawn_words(chance)
    said = words(chance, size)
    if number % 4 == 0:
        said = f"{said} My order number is BX-{10_000 + 7 * number}, it cost ${number}.50."
    if number % _TOOL_EVERY == _TOOL_EVERY - 1:
        running.api.script(Answer.calling("recall", {"question": "order number"}))
    running.api.script(Answer.saying(words(chance, int(_ANSWER_SHARE * size))))
    seen = len(running.api.bill.calls)
    await running.answer(_message(running, number, said))
    return [call.usage for call in running.api.bill.calls[seen:]]


def _message(running: Engine, number: int, said: str) -> InboundMessage:
    message = an_inbound(said, number=number, user_id=_USER, conversation="DMONTH")
    message_id = MessageId(f"slack-month-{number}")
    return replace(message, message_id=message_id, sent_at=running.clock.now())


async def _window(running: Engine) -> object:
    """Which agent, and which of its compactions, the last reply was made by."""
    async with running.database.hot() as connection:
        return tuple(await connection.fetchrow(_WINDOW_OF_LAST_CALL))


async def _tidied(running: Engine) -> None:
    """Do the housekeeping that the turn asked for, while nobody writes."""
    async with running.database.hot() as connection:
        found = await connection.fetchval(
            "select session_id from chore where state = 'pending' and lane = 'maintain' limit 1"
        )
    if found is not None:
        await running.tidy(SessionId(found))
