"""What a web process tells the shared counts, and when."""

from collections.abc import Mapping
from datetime import timedelta

from bot.tallying import Tallying
from storage.database import Database, open_database
from storage.tally import Counted, Kind, Tally
from tests.builders import NOON
from tests.clock import ManualClock
from tests.storage.wire import wired

ACCEPTED, DUPLICATE = Kind(Counted.ACCEPTED, "slack"), Kind(Counted.DUPLICATE, "slack")


async def told(database: Database) -> Mapping[Kind, int]:
    return await Tally(database).since(NOON)


async def test_the_first_message_is_told_at_once_and_later_ones_together(
    database: Database,
) -> None:
    clock = ManualClock(NOON)
    tallying = Tallying(Tally(database), clock)

    await tallying.accepted("slack", new=1, redelivered=0, seconds=0.004)
    await tallying.accepted("slack", new=1, redelivered=0, seconds=0.004)
    before = (await told(database))[ACCEPTED]
    clock.advance(timedelta(seconds=10))
    await tallying.accepted("slack", new=1, redelivered=0, seconds=7)
    after = await told(database)

    assert before == 1
    assert after[ACCEPTED] == 3
    assert after[Kind(Counted.ACCEPTED_WITHIN, "0.005")] == 2
    assert after[Kind(Counted.ACCEPTED_WITHIN, "inf")] == 1


async def test_a_duplicate_is_told_at_once(database: Database) -> None:
    tallying = Tallying(Tally(database), ManualClock(NOON))
    await tallying.accepted("slack", new=1, redelivered=0, seconds=0.004)

    await tallying.accepted("slack", new=0, redelivered=2, seconds=0.002)

    assert (await told(database))[DUPLICATE] == 2


async def test_what_cannot_be_told_now_is_told_later(
    database: Database, database_url: str
) -> None:
    clock = ManualClock(NOON)
    async with (
        wired(database_url) as wire,
        open_database(wire.address, connections=2) as far,
    ):
        tallying = Tallying(Tally(far), clock)
        await wire.cut()
        await tallying.accepted("slack", new=1, redelivered=1, seconds=0.004)
        await wire.mend()
        clock.advance(timedelta(seconds=10))

        await tallying.accepted("slack", new=1, redelivered=0, seconds=0.004)

    assert await told(database) == {
        ACCEPTED: 2,
        DUPLICATE: 1,
        Kind(Counted.ACCEPTED_WITHIN, "0.005"): 2,
    }
