"""Several persons' conversations side by side, until enough calls were made."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.limits import Limits
from context.pace import turns_left
from storage.lanes import Lane
from tests.endurance.people import Person, Speaker
from tests.endurance.watched import LIMIT, WatchedChat
from tests.storage.scenes import rows, value

_LIMITS = Limits(tokens=LIMIT, usage_line="off")
_LAST_TURNS = 10

# Who answered last: a successor that has answered nothing yet is not asked.
_ANSWERED = """
select id as agent_id, compactions, occupied_tokens, pace_tokens from agent
where user_id = $1 and turns > 0 order by version desc limit 1
"""
_WAITS = """
select count(*) from chore c join session s on s.id = c.session_id
where s.user_id = $1 and c.state = 'pending' and c.lane = 'maintain'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A person's agent after a turn."""

    agent_id: str
    compactions: int
    occupied_tokens: int
    pace_tokens: float

    def forecast(self, threshold: float) -> int | None:
        """How many turns it expects until a threshold."""
        return turns_left(
            occupied_tokens=self.occupied_tokens,
            limit_tokens=LIMIT,
            threshold=threshold,
            pace_tokens=self.pace_tokens,
        )


class Talks:
    """Takes a turn of each person, one after the other."""

    def __init__(self, chat: WatchedChat, speaker: Speaker, people: Sequence[Person]) -> None:
        self._chat = chat
        self._speaker = speaker
        self._people = people
        self._points: dict[int, list[Point]] = defaultdict(list)

    async def go_on(self, *, calls: int) -> None:
        """Talk until so many calls were made."""
        made = "select count(*) from model_usage"
        while int(str(await value(self._chat.database, made))) < calls:
            for person in self._people:
                await self._turn(person)

    def forecasts(self, threshold: float) -> Iterator[int]:
        """By how many turns each of the last forecasts before a threshold was wrong."""
        for points in self._points.values():
            for _, climb in groupby(points, lambda one: (one.agent_id, one.compactions)):
                yield from _misses(list(climb), threshold)

    async def _turn(self, person: Person) -> None:
        chat, speaker, message = self._chat, self._speaker, person.message()
        speaker.person = person
        if speaker.chance.random() < speaker.mishaps.overloaded:
            chat.api.next(529, times=3)
        await chat.receive(message)
        await chat.turns(limits=_LIMITS).drain(await chat.claim(message))
        for row in await rows(chat.database, _ANSWERED, message.user_id):
            self._points[person.number].append(_point(row))
        if await value(chat.database, _WAITS, message.user_id):
            claim = await chat.claim(message, Lane.MAINTAIN)
            await chat.maintenance(limits=_LIMITS).tidy(claim)


def _point(row: dict[str, object]) -> Point:
    return Point(
        agent_id=str(row["agent_id"]),
        compactions=int(str(row["compactions"])),
        occupied_tokens=int(str(row["occupied_tokens"])),
        pace_tokens=float(str(row["pace_tokens"])),
    )


def _misses(climb: Sequence[Point], threshold: float) -> Iterator[int]:
    """Compare with what came, up to the first turn that reached the threshold, if one did."""
    reached = [n for n, one in enumerate(climb) if one.occupied_tokens >= threshold * LIMIT]
    end = reached[0] if reached else 0
    for place in range(max(0, end - _LAST_TURNS), end):
        forecast = climb[place].forecast(threshold)
        if forecast is not None:
            yield abs(forecast - (end - place))
