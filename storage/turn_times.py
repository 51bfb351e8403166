"""How long turns took of late, phase by phase, from the times that are in the tables anyway.

Newest calls first, so that it costs the same however many turns there were: they name their
turns, and a turn names its messages and its answers, all by index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Phase(StrEnum):
    """A turn's phases, in order; each begins where the one before it ends.

    `waiting` ends when the turn begins, `assembling` with its first model call, `model` with
    its last (tools and waits between calls are in it), `closing` when its reply is first tried
    to be sent, `delivering` when all of the reply is with the platform.
    """

    WAITING = "waiting"
    ASSEMBLING = "assembling"
    MODEL = "model"
    CLOSING = "closing"
    DELIVERING = "delivering"


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Seconds that half, and nineteen in twenty, stayed within; None without any turn."""

    half: float | None
    p95: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTimes:
    """Times of turns whose reply has arrived.

    Attributes:
        turns: How many were looked at.
        reply: From the oldest message that a turn answers to its last answer's arrival.
        phases: Each phase's own.
    """

    turns: int
    reply: Quantiles
    phases: Mapping[Phase, Quantiles]


# Percentiles over laterals are beyond what expressions make plain. A turn that was given up,
# or whose reply is not whole with the platform, has no times.
_TIMES = """
with called as (
  select turn_id, min(started_at) as called_at, max(ended_at) as answered_at
  from (select turn_id, started_at, ended_at from model_usage
        where started_at >= :since and purpose = 'reply'
        order by started_at desc limit :calls) newest
  group by turn_id
), turn as (
  select extract(epoch from i.taken_at - i.received_at) as waiting,
    extract(epoch from c.called_at - i.taken_at) as assembling,
    extract(epoch from c.answered_at - c.called_at) as model,
    extract(epoch from o.tried_at - c.answered_at) as closing,
    extract(epoch from o.sent_at - o.tried_at) as delivering,
    extract(epoch from o.sent_at - i.received_at) as reply
  from called c
  cross join lateral (
    select min(received_at) as received_at, max(taken_at) as taken_at from inbox
    where turn_id = c.turn_id and state in ('answered', 'merged')) i
  cross join lateral (
    select min(first_tried_at) as tried_at, max(settled_at) as sent_at from outbox
    where turn_id = c.turn_id and kind = 'reply'
    having bool_and(state = 'sent')) o
  where i.received_at is not null
), seconds as (
  select name, greatest(took, 0)::float8 as took from turn, lateral (values
    ('waiting', waiting), ('assembling', assembling), ('model', model), ('closing', closing),
    ('delivering', delivering), ('reply', reply)) as phase (name, took)
  where took is not null
)
select name, count(*), percentile_cont(0.5) within group (order by took),
  percentile_cont(0.95) within group (order by took)
from seconds group by name
"""


async def turn_times(
    connection: AsyncConnection, *, since: datetime, most_calls: int
) -> TurnTimes:
    """Measure the newest turns, in the caller's transaction.

    Args:
        connection: Where to ask.
        since: None older than that.
        most_calls: How many model calls to look back at, at most.
    """
    rows = await connection.execute(text(_TIMES), {"since": since, "calls": most_calls})
    found = {name: (count, Quantiles(half, p95)) for name, count, half, p95 in rows}
    nothing = (0, Quantiles(None, None))
    turns, reply = found.get("reply", nothing)
    return TurnTimes(
        turns=turns,
        reply=reply,
        phases={phase: found.get(phase, nothing)[1] for phase in Phase},
    )
