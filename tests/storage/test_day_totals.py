import asyncio
import itertools
from datetime import UTC, date, datetime, timedelta
from random import Random

import asyncpg
import pytest
from sqlalchemy import Insert

from context.messages import PersonId
from storage.database import Database
from storage.day_totals import DayTotals, unfold, unfold_days_of
from storage.statistics import Statistics, Totals
from tests.builders import NOON
from tests.storage.rows import PERSON, a_compaction_row, a_handoff_row, keep
from tests.storage.scenes import run, value

DAY = timedelta(days=1)
MONTH = 30 * DAY


def midnight(day: int) -> datetime:
    return NOON.replace(hour=0) + day * DAY


async def plain(database: Database, now: datetime) -> Totals:
    """The totals as they are without any kept."""
    kept = await database.pool.fetch("delete from day_total returning *")
    totals = await Statistics(database).read(now=now)
    await database.pool.executemany(
        "insert into day_total values ($1, $2, $3, $4, $5)", [tuple(row) for row in kept]
    )
    return totals


async def total(database: Database, *, now: datetime) -> int:
    return (await Statistics(database).read(now=now)).handoffs_total


async def test_folding_twice_keeps_every_day_once(database: Database) -> None:
    await keep(database, a_handoff_row(1), a_handoff_row(2).values(created_at=midnight(1)))
    totals = DayTotals(database)

    folds = [await totals.fold(now=midnight(5)) for _ in range(3)]

    assert folds == [4, 0, 0]  # the fifth day's end is no hour ago
    assert await total(database, now=midnight(5)) == 2


async def test_a_service_without_rows_has_no_days(database: Database) -> None:
    assert await DayTotals(database).fold(now=NOON) == 0


async def test_a_day_is_folded_an_hour_after_its_end(database: Database) -> None:
    await keep(database, a_handoff_row())
    totals = DayTotals(database)

    folds = [
        await totals.fold(now=midnight(1) + timedelta(minutes=minutes)) for minutes in (59, 60)
    ]

    assert folds == [0, 1]


async def test_two_workers_that_fold_at_once_keep_every_day_once(database: Database) -> None:
    await keep(database, a_handoff_row(1))

    folds = await asyncio.gather(*(DayTotals(database).fold(now=midnight(9)) for _ in range(4)))

    assert sum(folds) == 8
    assert await total(database, now=midnight(9)) == 1


async def test_years_are_folded_a_month_at_a_time(database: Database) -> None:
    await keep(database, a_handoff_row())
    totals, now = DayTotals(database), NOON + 3 * MONTH

    folds = [await totals.fold(now=now) for _ in range(4)]

    assert folds == [31, 31, 28, 0]
    assert await total(database, now=now) == 1


async def test_a_row_by_a_clock_ahead_of_ours_counts_today(database: Database) -> None:
    await keep(database, a_handoff_row(1), a_handoff_row(2).values(created_at=midnight(3)))

    assert await total(database, now=NOON) == 2


async def test_a_row_from_long_before_there_was_a_service_counts_on_its_first_day(
    database: Database,
) -> None:
    ancient = datetime(1, 1, 2, tzinfo=UTC)
    await keep(database, a_handoff_row(1).values(created_at=ancient), a_handoff_row(2))
    totals, now = DayTotals(database), midnight(9)

    while await totals.fold(now=now):
        pass

    first = "select min(day) from day_total where figure = 'tokens'"
    assert await value(database, first) == date(2020, 1, 1)
    assert await total(database, now=now) == 2
    async with database.hot() as connection, connection.transaction():
        await _erase(connection, PERSON)
    assert await total(database, now=now) == 0


async def test_a_late_row_counts_once_its_day_is_unfolded(database: Database) -> None:
    await keep(database, a_handoff_row(1))
    totals, now = DayTotals(database), midnight(3)
    await totals.fold(now=now)

    async with database.hot() as connection, connection.transaction():
        await connection.execute(
            "insert into agent_handoff (id, trace_id, sequence, person_id, user_id, platform,"
            " provider, session_id, agent_id, agent_type, agent_version, termination_reason,"
            " total_tokens, context_window_limit, active, created_at, summary, document)"
            " select 'late', 'late', sequence, person_id, user_id, platform, provider,"
            " session_id, agent_id, agent_type, agent_version, termination_reason,"
            " total_tokens, context_window_limit, active, created_at, summary, document"
            " from agent_handoff"
        )
        await unfold(connection, [NOON.date()])

    assert await total(database, now=now) == 2
    assert await totals.fold(now=now) == 1
    assert await total(database, now=now) == 2


async def test_an_erased_persons_days_are_counted_again(database: Database) -> None:
    await keep(
        database,
        a_handoff_row(1),
        a_handoff_row(2).values(person_id="somebody-else"),
        a_compaction_row(1).values(created_at=midnight(2)),
    )
    totals, now = DayTotals(database), midnight(5)
    await totals.fold(now=now)

    async with database.hot() as connection, connection.transaction():
        await _erase(connection, PERSON)
    left = await Statistics(database).read(now=now)

    assert (left.handoffs_total, left.compactions_total) == (1, 0)
    await totals.fold(now=now)
    assert await Statistics(database).read(now=now) == left


async def test_no_day_is_folded_while_somebody_changes_one(database: Database) -> None:
    await keep(database, a_handoff_row(1), a_handoff_row(2))
    totals, now = DayTotals(database), midnight(3)

    async with database.hot() as connection, connection.transaction():
        await unfold(connection, [NOON.date()])
        await connection.execute("delete from agent_handoff where sequence = 1")
        assert await totals.fold(now=now) == 0

    assert await totals.fold(now=now) > 0
    assert await total(database, now=now) == 1


async def test_a_fold_that_is_killed_keeps_nothing(database: Database) -> None:
    await keep(database, a_handoff_row(1))
    await run(
        database,
        "create function fail() returns trigger language plpgsql as"
        " $$ begin raise exception 'killed'; end $$",
    )
    await run(
        database,
        "create trigger killed before insert on day_total for each row"
        " when (new.figure = 'folded') execute function fail()",
    )

    with pytest.raises(Exception, match="killed"):
        await DayTotals(database).fold(now=midnight(3))

    assert await value(database, "select count(*) from day_total") == 0
    assert await total(database, now=midnight(3)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", list(range(6)))
async def test_totals_are_those_of_a_plain_count_whatever_happens(
    database: Database, seed: int
) -> None:
    """Rows come and go on any day, days are folded and unfolded, in any order."""
    chance = Random(seed)  # noqa: S311 - made-up rows, no secret
    totals, numbers = DayTotals(database), itertools.count()
    now = midnight(1)

    for _ in range(40):
        at = now - chance.random() * 4 * DAY
        match chance.choice(("handoff", "late", "compaction", "erase", "fold", "later")):
            case "handoff":
                await keep(database, _a_handoff(chance, next(numbers), at=now))
            case "late":
                await keep(database, _a_handoff(chance, next(numbers), at=at))
                await _unfold(database, [at.date()])
            case "compaction":
                await keep(database, _a_compaction(chance, next(numbers), at=now))
            case "erase":
                async with database.hot() as connection, connection.transaction():
                    await _erase(connection, PersonId(chance.choice("abc")))
            case "fold":
                await totals.fold(now=now)
            case _:
                now += chance.random() * DAY
        assert await Statistics(database).read(now=now) == await plain(database, now)


async def _erase(connection: asyncpg.Connection, whose: PersonId) -> None:
    await unfold_days_of(connection, [whose])
    await connection.execute("delete from agent_handoff where person_id = $1", whose)
    await connection.execute("delete from compaction where person_id = $1", whose)


async def _unfold(database: Database, days: list[date]) -> None:
    async with database.hot() as connection, connection.transaction():
        await unfold(connection, days)


def _a_handoff(chance: Random, number: int, *, at: datetime) -> Insert:
    return a_handoff_row(1, trace_id=f"{number:032x}"[::-1]).values(
        person_id=chance.choice("abc"),
        platform=chance.choice(("slack", "whatsapp")),
        termination_reason=chance.choice(("user_request", "error")),
        total_tokens=chance.randrange(200_000),
        completion_percentage=chance.choice((None, chance.random() * 100)),
        probe_score=chance.choice((None, chance.random())),
        created_at=at,
    )


def _a_compaction(chance: Random, number: int, *, at: datetime) -> Insert:
    state = chance.choice(("ready", "applied", "weak", "skipped", "failed"))
    return a_compaction_row(number).values(
        person_id=chance.choice("abc"),
        state=state,
        before_tokens=chance.randrange(200_000),
        after_tokens=None if state in {"skipped", "failed"} else chance.randrange(100_000),
        created_at=at,
    )
