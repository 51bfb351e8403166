"""What a person waits for in the turn after a compaction or a handoff, against a usual turn.

The usual turn has the very same prompt, but nothing behind it: what the other agent is told in a
summary or a briefing stands in its transcript as if somebody had said it. The turns alternate
in one run, so that whatever else the machine does meets all of them. Every turn is the
engine's own, with the real database and model client.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_delivery import Latency
from bot.succession import Legacy, briefed
from context.handoff import HandoffDocument
from context.messages import TurnId
from context.prompt import Item
from context.summary import view
from tests.bench.engine import Engine, engine
from tests.bench.figures import Comparison, Line, Measurement
from tests.bench.handing import WINDOW_TOKENS, a_legacy, handed_over, some_notes
from tests.bench.seats import Seat, a_remark, compacted, handed_on, seated
from tests.bench.transcripts import transcript

TARGET = 1.05

_FILLED = 0.70
"""Under every threshold, so that no turn says or asks for anything besides."""


class NotAlike(Exception):
    """Two prompts that are to be the same are not: what is measured here is a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seats:
    """The turns that are compared, each after a change with a usual one as long."""

    compacted: Seat
    like_compacted: Seat
    handed: Seat
    like_handed: Seat

    @property
    def all(self) -> tuple[Seat, ...]:
        return self.compacted, self.like_compacted, self.handed, self.like_handed


async def turning(
    server_url: str,
    *,
    rounds: Mapping[float, int],
    handovers: int,
    window_tokens: int = WINDOW_TOKENS,
) -> Sequence[Line]:
    """Compare turns, and tell what the turn takes at whose end an agent hands over.

    Args:
        server_url: A Postgres server where databases may be made.
        rounds: How often each turn is taken, besides once at first, for each latency of the
            model, in seconds to its first token.
        handovers: How often an agent hands over.
        window_tokens: How large the window is.
    """
    async with engine(server_url, limit_tokens=window_tokens) as running:
        seats = await _seats(running)
        lines: list[Line] = []
        for latency_s, count in rounds.items():
            running.api.latency = Latency(first_token_s=latency_s)
            lines += await _compared(seats, count, latency_s=latency_s)
        running.api.latency = Latency()
        lines.append(await _handing_over(running, handovers))
    return lines


async def _compared(seats: _Seats, rounds: int, *, latency_s: float) -> Sequence[Line]:
    seconds: dict[int, list[float]] = {id(seat): [] for seat in seats.all}
    for number in range(rounds + 1):
        # Whoever comes after a larger one would find fewer of its pages in the caches.
        for seat in seats.all if number % 2 else seats.all[::-1]:
            taken = await seat.turn()
            if number:
                seconds[id(seat)].append(taken)
    pairs = (
        ("compaction", seats.compacted, seats.like_compacted),
        ("handoff", seats.handed, seats.like_handed),
    )
    return [
        Comparison(
            name=f"turn after a {name}, model {1000 * latency_s:.0f} ms, median",
            ours=1000 * median(seconds[id(ours)]),
            baseline=1000 * median(seconds[id(usual)]),
            target=TARGET,
        )
        for name, ours, usual in pairs
    ]


async def _seats(running: Engine) -> _Seats:
    window_tokens = running.limits.tokens
    items = transcript(int(_FILLED * window_tokens))
    full = await seated(
        running, "compacted", items, occupied_tokens=int(_FILLED * window_tokens)
    )
    summary = await compacted(full, items, notes=some_notes(items))
    legacy = a_legacy(window_tokens)
    handed = await _seated_of(running, "handed", legacy)
    legacy = replace(legacy, agent=replace(handed.agent, turns=legacy.agent.turns))
    handoff = handed_over(legacy, window_tokens=window_tokens, turn_id=TurnId("handed"))
    await handed_on(handed, handoff)
    first = handoff.successor.history_from
    return _Seats(
        compacted=full,
        like_compacted=await _alike(full, view(items, summary)),
        handed=handed,
        like_handed=await _alike(handed, _told(handoff.document, legacy.items, first)),
    )


async def _alike(seat: Seat, shown: Sequence[Item]) -> Seat:
    """A usual session in which that was said what another's next prompt shows."""
    await seat.turn()
    prompt_tokens = seat.prompt_tokens
    items = [replace(item, position=position) for position, item in enumerate(shown)]
    name = f"like-{seat.agent.agent_id}"
    like = await seated(seat.engine, name, items, occupied_tokens=prompt_tokens)
    await like.turn()
    if like.prompt_tokens != prompt_tokens:
        raise NotAlike(prompt_tokens, like.prompt_tokens)
    return like


def _told(document: HandoffDocument, items: Sequence[Item], first: int) -> Sequence[Item]:
    """What a successor begins from, as if the person had said it: briefing, replayed turns."""
    replayed = [item for item in items if item.position >= first]
    briefing = {"type": "text", "text": briefed(document)}
    said = replace(replayed[0], blocks=(briefing,), turn_id=TurnId("briefing"))
    return said, *replayed


async def _seated_of(running: Engine, name: str, legacy: Legacy) -> Seat:
    occupied_tokens = legacy.agent.occupied_tokens
    return await seated(
        running, name, legacy.items, occupied_tokens=occupied_tokens, facts=legacy.facts
    )


async def _handing_over(running: Engine, handovers: int) -> Line:
    """Let an agent cross the threshold; its document is made before its answer is committed."""
    limit_tokens = running.limits.tokens
    legacy = a_legacy(limit_tokens)
    usage = BilledUsage(input_tokens=int(0.91 * limit_tokens), output_tokens=10)
    seconds: list[float] = []
    for number in range(handovers):
        seat = await _seated_of(running, f"handing-{number}", legacy)
        running.api.script(Answer.saying("All is well.", usage=usage))
        seconds.append(await running.answer(a_remark(seat.user_id, number=1)))
    return Measurement(
        name="turn that hands over at its end, model 0 ms, median",
        value=1000 * median(seconds),
        unit="ms",
    )
