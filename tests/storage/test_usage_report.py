from datetime import timedelta

import pytest

from context.messages import SLACK, UserId, person_id, session_id
from context.usage import Usage
from storage.database import Database
from storage.usage_report import GroupBy, UsageGroup, UsageQuestion, UsageReport
from tests.builders import NOON, USER
from tests.storage.bulk import fill
from tests.storage.explain import plans
from tests.storage.rows import (
    a_call_row,
    a_met_person,
    a_person,
    a_session,
    an_agent_row,
    an_identity,
    keep,
)

ADA = UserId("T024BE7LD:UADA")


async def groups(database: Database, by: GroupBy) -> list[UsageGroup]:
    page = await UsageReport(database).page(UsageQuestion(group_by=by), limit=50)
    return list(page.items)


async def test_calls_are_summed_up_by_model_and_by_length_of_prompt(
    database: Database,
) -> None:
    await keep(
        database,
        *a_met_person(),
        a_call_row(1),
        a_call_row(2),
        a_call_row(3).values(cache_read_tokens=200_000),
        a_call_row(4).values(
            outcome="started",
            input_tokens=None,
            cache_read_tokens=None,
            cache_write_tokens=None,
            output_tokens=None,
        ),
    )

    (group,) = await groups(database, GroupBy.MODEL)

    short, long = group.spends
    assert group.key == short.model == long.model == "claude"
    assert (short.calls, short.is_long) == (3, False)
    assert short.usage == Usage(
        input_tokens=20, cache_read_tokens=200, cache_write_tokens=2_000, output_tokens=10
    )
    assert (long.calls, long.is_long, long.usage.cache_read_tokens) == (1, True, 200_000)


async def test_each_grouping_names_its_groups(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        a_call_row(1).values(agent_id="agent-01234567-1"),
        a_call_row(2).values(model="other", started_at=NOON + timedelta(days=1)),
        an_agent_row(1),
    )

    keys = {by: [group.key for group in await groups(database, by)] for by in GroupBy}

    assert sorted(keys[GroupBy.AGENT_TYPE]) == ["chat", "unknown"]
    assert sorted(keys[GroupBy.MODEL]) == ["claude", "other"]
    assert keys[GroupBy.USER] == [USER]
    assert keys[GroupBy.PLATFORM] == ["slack"]
    assert keys[GroupBy.DAY] == ["2026-11-21", "2026-11-20"]


async def test_a_person_with_two_identities_is_one_group(database: Database) -> None:
    await keep(
        database,
        *a_met_person(),
        a_person(ADA, linked_to=person_id(SLACK, USER)),
        an_identity(ADA),
        a_session(ADA),
        a_call_row(1),
        a_call_row(2).values(
            person_id=person_id(SLACK, ADA), session_id=session_id(SLACK, ADA, "D0001")
        ),
    )

    (group,) = await groups(database, GroupBy.USER)

    assert group.key == USER
    assert sum(one.calls for one in group.spends) == 2


async def test_a_span_counts_from_its_first_moment_to_before_its_last(
    database: Database,
) -> None:
    hour = timedelta(hours=1)
    await keep(
        database,
        *a_met_person(),
        *(a_call_row(n).values(started_at=NOON + n * hour) for n in range(4)),
    )
    asked = UsageQuestion(group_by=GroupBy.MODEL, since=NOON + hour, until=NOON + 3 * hour)

    (group,) = (await UsageReport(database).page(asked, limit=50)).items

    assert sum(one.calls for one in group.spends) == 2


@pytest.mark.parametrize("by", [GroupBy.DAY, GroupBy.MODEL])
async def test_pages_show_every_group_once_the_largest_or_newest_first(
    database: Database, by: GroupBy
) -> None:
    await keep(
        database,
        *a_met_person(),
        *(
            a_call_row(n, output_tokens=10 * (n // 2)).values(
                model=f"model-{n}", started_at=NOON + timedelta(days=n)
            )
            for n in range(5)
        ),
    )
    report = UsageReport(database)

    page = await report.page(UsageQuestion(group_by=by), limit=2)
    found = list(page.items)
    while page.next_cursor is not None:
        page = await report.page(UsageQuestion(group_by=by), limit=2, cursor=page.next_cursor)
        found += page.items

    tokens = [group.spends[0].usage.output_tokens for group in found]
    assert tokens == sorted(tokens, reverse=True)
    assert len({group.key for group in found}) == len(found) == 5
    if by is GroupBy.DAY:
        assert [group.key for group in found] == [f"2026-11-{day}" for day in range(24, 19, -1)]


@pytest.mark.slow
async def test_usage_of_a_day_is_read_through_the_index_on_its_time(
    database: Database,
) -> None:
    await fill(database)
    since = NOON - timedelta(days=300)
    asked = UsageQuestion(group_by=GroupBy.MODEL, since=since, until=since + timedelta(days=1))

    async with plans(database) as seen:
        await UsageReport(database).page(asked, limit=50)

    (plan,) = seen
    assert plan.indexes == {"model_usage_newest"}
    assert not plan.whole_tables
