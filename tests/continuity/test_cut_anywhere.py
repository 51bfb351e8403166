"""Nothing is lost, doubled or torn wherever a process dies while windows are tidied or handed on.

The process is one task, cancelled at its first wait, at its second, and so on to its end; what
it left is taken up by the next, as by another worker whose claim is newer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from bot.limits import Limits
from context.policy import Thresholds
from context.shaping import Shaping
from storage.lanes import Lane
from tests.bot.chat import LIMIT, Chat, a_message
from tests.continuity.cutting import Work, cut
from tests.continuity.whole import wrongs
from tests.storage.scenes import a_command, rows, value

OFF = Thresholds(warning=None, compaction=None, critical=None, rotation=None)
AT_ONCE = Limits(
    tokens=LIMIT,
    thresholds=Thresholds(warning=None, compaction=None, critical=0.01, rotation=None),
    usage_line="off",
)
"""Every turn ends in a handoff."""
NEVER = Limits(
    tokens=LIMIT,
    thresholds=OFF,
    usage_line="off",
    shaping=Shaping(recent_turns=2, max_compactions=1_000),
)
LONG = "word " * 4_400
"""Fits a window once, and not twice."""
SHORT = "My aunt likes lamps a great deal, and so does everybody else in her house. " * 12

every_place = pytest.mark.parametrize(
    "stride",
    [
        pytest.param(5, id="every fifth", marks=pytest.mark.slow),
        pytest.param(1, id="every", marks=pytest.mark.slow_chaos),
    ],
)
"""At how many of the waits the process dies."""


@dataclass(slots=True)
class Cutter:
    """Has work die at one wait after another.

    Attributes:
        stride: How far apart those waits are.
        at: The next one.
        is_done: Whether the work came to its end before it.
    """

    stride: int
    at: int = 1
    is_done: bool = False

    def places(self) -> Iterator[int]:
        """Count the times, until the work is not cut any more."""
        for time in count(1):
            if self.is_done:
                return
            yield time

    async def cut(self, work: Work) -> None:
        """Have work die at the next place."""
        self.is_done = not await cut(work, at=self.at)
        self.at += self.stride


@every_place
async def test_a_turn_that_hands_over_may_die_anywhere(chat: Chat, stride: int) -> None:
    turns = chat.turns(limits=AT_ONCE)
    cutter = Cutter(stride)
    for number in cutter.places():
        message = a_message(f"My order is BX-{number}00-A.", number=number)
        await chat.receive(message)
        await cutter.cut(turns.drain(await chat.claim(message)))

        await chat.go_on(message, turns)

        assert await wrongs(chat.database) == []
        assert await value(chat.database, "select count(*) from agent_handoff") == number


@every_place
async def test_a_turn_of_two_steps_that_hands_over_may_die_anywhere(
    chat: Chat, stride: int
) -> None:
    turns = chat.turns(limits=AT_ONCE)
    cutter = Cutter(stride)
    for number in cutter.places():
        message = a_message(f"What is the name of parrot {number}?", number=number)
        await chat.receive(message)
        await cutter.cut(turns.drain(await chat.claim(message)))

        await chat.go_on(message, turns)

        assert await wrongs(chat.database) == []
        assert (
            await value(chat.database, "select count(*) from step where number = 1") == number
        )
        assert await value(chat.database, "select count(*) from agent_handoff") == number
    assert await value(chat.database, "select count(*) from step where number = 2") != 0


@every_place
async def test_a_rotation_before_a_call_may_die_anywhere(chat: Chat, stride: int) -> None:
    turns = chat.turns(limits=NEVER)
    await chat.tell(a_message(LONG, number=1), turns=turns)
    cutter = Cutter(stride)
    for number in cutter.places():
        message = a_message(LONG, number=number + 1)
        await chat.receive(message)
        await cutter.cut(turns.drain(await chat.claim(message)))

        await chat.go_on(message, turns)

        assert await wrongs(chat.database) == []
        assert await value(chat.database, "select count(*) from rotation") == number


@every_place
async def test_a_handoff_by_wish_may_die_anywhere(chat: Chat, stride: int) -> None:
    turns = chat.turns(limits=NEVER)
    cutter = Cutter(stride)
    for number in cutter.places():
        message = a_message(f"My order is BX-{number}00-A.", number=number)
        await chat.tell(message, turns=turns)
        await chat.command(a_command("handoff", number=100_000 + number))
        await cutter.cut(turns.drain(await chat.claim(message)))

        await chat.go_on(message, turns)

        assert await wrongs(chat.database, by_wish=number) == []
        said = "select count(*) from outbox where notice = 'handoff'"
        assert await value(chat.database, said) == number


@every_place
async def test_a_compaction_may_die_anywhere(chat: Chat, stride: int) -> None:
    turns = chat.turns(limits=NEVER)
    maintenance = chat.maintenance(limits=NEVER)
    for number in range(1, 5):
        await chat.tell(a_message(f"{number} {SHORT}", number=number), turns=turns)
    cutter = Cutter(stride)
    for number in cutter.places():
        message = a_message(f"{number} {SHORT}", number=number + 4)
        await chat.tell(message, turns=turns)
        await chat.command(a_command("compact", number=100_000 + number))
        await cutter.cut(maintenance.tidy(await chat.claim(message, Lane.MAINTAIN)))

        await maintenance.tidy(await chat.claim(message, Lane.MAINTAIN))

        assert await wrongs(chat.database) == []
        assert (
            await rows(chat.database, _MADE)
            == [
                {"state": "applied", "made": number - 1, "told": number},
                {"state": "ready", "made": 1, "told": number},
            ][1 - min(number - 1, 1) :]
        )


@every_place
async def test_a_turn_that_swaps_a_summary_in_may_die_anywhere(chat: Chat, stride: int) -> None:
    turns = chat.turns(limits=NEVER)
    for number in range(1, 5):
        await chat.tell(a_message(f"{number} {SHORT}", number=number), turns=turns)
    cutter = Cutter(stride)
    for number in cutter.places():
        message = a_message(f"{number} {SHORT}", number=number + 4)
        await chat.command(a_command("compact", number=100_000 + number))
        await chat.tidy(message, limits=NEVER)
        await chat.receive(message)
        await cutter.cut(turns.drain(await chat.claim(message)))

        await chat.go_on(message, turns)

        assert await wrongs(chat.database) == []
        made = await rows(
            chat.database, "select state, count(*) as made from compaction group by 1"
        )
        assert made == [{"state": "applied", "made": number}]
        assert await value(chat.database, "select compactions from agent") == number


_MADE = """
select state, count(*) as made,
  (select count(*) from outbox where notice = 'compaction') as told
from compaction group by state order by state
"""
