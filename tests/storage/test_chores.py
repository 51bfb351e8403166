"""Housekeeping that was asked for: once for each agent, done by whoever holds its lane."""

from dataclasses import replace
from datetime import timedelta

import pytest

from context.messages import AgentId, SessionId
from storage.chores import Chore, ChoreKind, Chores, Request, ask
from storage.database import Database
from storage.lanes import Claim, Lane, Lanes
from tests.builders import NOON, an_address
from tests.storage.scenes import HELLO, arrive, claim, jobs, lose, rows, value

LATER = NOON + timedelta(minutes=1)
AGENT = AgentId("agent-1")
COMPACTION = Request(agent_id=AGENT, kind="compaction", trigger="command")


async def asked(
    database: Database, session: SessionId, request: Request = COMPACTION, *, minutes: int = 0
) -> bool:
    """Ask for a chore, as turns and commands do."""
    async with database.hot() as connection, connection.transaction():
        return await ask(connection, session, request, now=NOON + timedelta(minutes=minutes))


async def taken(database: Database, held: Claim) -> Chore | None:
    return await Chores(database).take(held, now=LATER)


async def test_a_chore_is_done_by_whoever_holds_its_lane(database: Database) -> None:
    session = await arrive(database, HELLO)
    wanted = replace(COMPACTION, focus="the order", to=an_address())

    await asked(database, session, wanted)
    held = await claim(database, session, Lane.MAINTAIN)
    chore = await taken(database, held)

    assert chore == Chore(
        chore_id=chore.chore_id if chore else "",
        agent_id=AGENT,
        kind="compaction",
        trigger="command",
        focus="the order",
        to=an_address(),
    )


@pytest.mark.parametrize(
    ("kind", "lane"),
    [("draft", Lane.MAINTAIN), ("compaction", Lane.MAINTAIN), ("handoff", Lane.TURN)],
)
async def test_asking_wakes_the_lane_that_does_it(
    database: Database, kind: ChoreKind, lane: Lane
) -> None:
    session = await arrive(database, HELLO)
    turn = await claim(database, session)
    await _settle_mail(database)
    await Lanes(database).let_go(turn)
    before = await jobs(database)

    await asked(database, session, replace(COMPACTION, kind=kind))

    assert (await jobs(database))[len(before) :] == [(lane, session)]
    assert await value(database, "select awake from lane where name = $1", lane) is True


async def test_a_chore_waits_once_for_each_agent_and_kind(database: Database) -> None:
    session = await arrive(database, HELLO)
    due = replace(COMPACTION, trigger="threshold")
    requests = [
        due,
        due,
        replace(due, kind="draft"),
        replace(due, agent_id=AgentId("agent-2")),
        replace(due, trigger="forecast"),
    ]

    answers = [await asked(database, session, request) for request in requests]

    assert answers == [True, False, True, True, False]
    assert await value(database, "select count(*) from chore") == 3


async def test_a_command_takes_the_place_of_a_chore_that_waits(database: Database) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session, replace(COMPACTION, trigger="threshold"))
    wish = replace(COMPACTION, focus="the order", to=an_address())

    await asked(database, session, wish)
    await asked(database, session, replace(COMPACTION, to=an_address()), minutes=1)

    chore = await taken(database, await claim(database, session, Lane.MAINTAIN))
    assert chore is not None
    assert (chore.trigger, chore.focus, chore.to) == ("command", "the order", an_address())
    assert await value(database, "select count(*) from chore") == 1


async def test_a_command_is_obeyed_even_if_one_like_it_is_being_done(
    database: Database,
) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session, replace(COMPACTION, trigger="threshold"))
    held = await claim(database, session, Lane.MAINTAIN)
    doing = await taken(database, held)
    assert doing is not None

    await asked(database, session, replace(COMPACTION, focus="the order"))
    await Chores(database).settle(held, doing, state="done", now=LATER)

    chore = await taken(database, held)
    assert chore is not None
    assert chore.focus == "the order"


async def test_a_chore_that_is_done_may_be_asked_for_again(database: Database) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session)
    held = await claim(database, session, Lane.MAINTAIN)
    chore = await taken(database, held)
    assert chore is not None

    await Chores(database).settle(held, chore, state="done", now=LATER)

    assert await asked(database, session)
    assert await rows(
        database, "select state, settled_at from chore order by created_at, state"
    ) == [{"state": "done", "settled_at": LATER}, {"state": "pending", "settled_at": None}]


async def test_chores_are_done_in_the_order_they_were_asked_for(database: Database) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session, replace(COMPACTION, kind="draft"), minutes=2)
    await asked(database, session, minutes=1)
    held = await claim(database, session, Lane.MAINTAIN)

    kinds = []
    while (chore := await taken(database, held)) is not None:
        kinds.append(chore.kind)
        await Chores(database).settle(held, chore, state="done", now=LATER)

    assert kinds == ["compaction", "draft"]


async def test_a_lane_does_only_its_own_chores(database: Database) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session)

    assert await taken(database, await claim(database, session, Lane.TURN)) is None


async def test_a_lost_claim_takes_and_settles_nothing(database: Database) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session)
    held = await claim(database, session, Lane.MAINTAIN)
    chore = await taken(database, held)
    assert chore is not None
    await lose(database, held)

    await Chores(database).settle(held, chore, state="done", now=LATER)

    assert await taken(database, held) is None
    assert await rows(database, "select state, attempts from chore") == [
        {"state": "pending", "attempts": 1}
    ]


async def test_a_chore_that_breaks_whoever_does_it_is_given_up(database: Database) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session)
    await asked(database, session, replace(COMPACTION, kind="draft"), minutes=1)
    held = await claim(database, session, Lane.MAINTAIN)

    kinds = []
    for _ in range(6):
        chore = await taken(database, held)
        kinds.append(chore.kind if chore else None)

    assert kinds == ["compaction"] * 5 + ["draft"]
    assert await rows(
        database, "select kind, settled_at from chore where state = 'failed'"
    ) == [{"kind": "compaction", "settled_at": LATER}]


async def test_a_lane_with_a_chore_is_not_put_to_sleep(database: Database) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session)
    held = await claim(database, session, Lane.MAINTAIN)
    chore = await taken(database, held)
    assert chore is not None

    before = await Lanes(database).let_go(held)
    await Chores(database).settle(held, chore, state="done", now=LATER)

    assert (before, await Lanes(database).let_go(held)) == (False, True)


async def test_what_a_person_wants_kept_may_hold_any_character(database: Database) -> None:
    session = await arrive(database, HELLO)

    await asked(database, session, replace(COMPACTION, focus="a\x00b"))

    chore = await taken(database, await claim(database, session, Lane.MAINTAIN))
    assert chore is not None
    assert chore.focus is not None
    assert "\x00" not in chore.focus


async def test_what_waits_too_long_is_counted(database: Database) -> None:
    session = await arrive(database, HELLO)
    await asked(database, session)
    await asked(database, session, replace(COMPACTION, kind="draft"), minutes=2)

    assert await Chores(database).stuck(asked_before=LATER) == 1


async def _settle_mail(database: Database) -> None:
    async with database.hot() as connection:
        await connection.execute("update inbox set state = 'answered'")
