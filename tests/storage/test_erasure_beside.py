"""Erasing while somebody is at work: nothing of it comes back."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from context.errors import SessionConflict
from context.messages import OutboxId
from storage.chores import Chores
from storage.compactions import Compaction, Compactions, CompactionState, StoredNotes
from storage.control import Control
from storage.database import Database
from storage.lanes import Claim, Lane, Lanes
from storage.mailbox import Mailbox
from storage.outbox import Outbox
from storage.sessions import Sessions
from storage.usage import UsageBook
from tests.builders import NOON, a_model_call, an_errand, an_inbound
from tests.storage.erasing import DIGESTS, LATER, agent_of, close, erase, is_empty
from tests.storage.scenes import (
    HELLO,
    TURN,
    a_command,
    a_reply,
    arrive,
    claim,
    control_of,
    everything,
    run,
    said,
    turn_begun,
    value,
)

Write = Callable[[Database, Claim], Awaitable[object]]


async def _compact(database: Database, held: Claim) -> None:
    made = Compaction(
        compaction_id="c",
        agent=agent_of(held),
        trigger="threshold",
        state=CompactionState.READY,
        before_tokens=1,
        limit_tokens=1,
        seconds=1,
        summary={"text": "secret"},
    )
    await Compactions(database).keep(held, made, chore_id="chore", now=LATER)


async def _note(database: Database, held: Claim) -> None:
    notes = StoredNotes(covers_to=0, document={"summary": "secret"})
    await Compactions(database).keep_notes(held, agent_of(held), notes, now=LATER)


FENCED: Mapping[str, tuple[Lane, Write]] = {
    "a turn that ends": (Lane.TURN, close),
    "a turn that opens": (Lane.TURN, lambda d, c: Sessions(d).open(c.session_id)),
    "a turn that lets go": (Lane.TURN, lambda d, c: Lanes(d).let_go(c)),
    "a turn that takes mail": (
        Lane.TURN,
        lambda d, c: Mailbox(d).take(c, turn_id=TURN, now=LATER),
    ),
    "a compaction": (Lane.TURN, _compact),
    "notes": (Lane.TURN, _note),
    "a delivery": (Lane.DELIVER, lambda d, c: Outbox(d).next(c, now=LATER)),
    "a command": (
        Lane.CONTROL,
        lambda d, c: Control(d).answer(c, a_command(), [a_reply()], turn_id=TURN, now=LATER),
    ),
}


@pytest.mark.parametrize("what", FENCED)
@pytest.mark.parametrize("came_back", [False, True], ids=["gone", "there anew"])
async def test_what_was_at_work_keeps_nothing(
    database: Database,
    what: str,
    came_back: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Also where the person has written anew, into a lane of the same name."""
    lane, write = FENCED[what]
    await said(database, a_reply())
    await control_of(database, a_command())
    await run(database, "update lane set leased_until = null")
    held = await claim(database, await arrive(database, HELLO), lane)
    await erase(database)
    if came_back:
        await Mailbox(database, digests=DIGESTS).put(
            [an_inbound("I am new", number=99, sent_at=LATER)], now=LATER
        )
        await claim(database, held.session_id, now=LATER)
    before = await everything(database)

    if what == "a turn that opens" and came_back:
        assert (await Sessions(database).open(held.session_id)).agent is None
    else:
        with pytest.raises(SessionConflict):
            await write(database, held)

    assert await everything(database) == before
    assert came_back or await is_empty(database)


UNFENCED: Mapping[str, Callable[[Database, Claim], Awaitable[object]]] = {
    "sent": lambda d, c: Outbox(d).sent(c, OutboxId("outbox-1"), receipt="ts", now=LATER),
    "uncertain": lambda d, c: Outbox(d).uncertain(c, OutboxId("outbox-1"), now=LATER),
    "failed": lambda d, c: Outbox(d).failed(c, OutboxId("outbox-1"), code="x", now=LATER),
    "reported": lambda d, _: Outbox(d).report(
        receipt="ts", outbox_id=OutboxId("outbox-1"), status="delivered", code=None, now=LATER
    ),
    "a call begun": lambda d, _: UsageBook(d).begin(a_model_call()),
    "idleness": lambda d, _: Chores(d).ask_idle(idle_since=LATER, now=LATER),
    "the sweep": lambda d, _: Lanes(d).sweep(now=LATER),
    "renewal": lambda d, c: Lanes(d).renew(c, until=LATER),
}


@pytest.mark.parametrize("what", UNFENCED)
async def test_what_has_no_fence_keeps_nothing_either(database: Database, what: str) -> None:
    """A delivery that is uncertain, its report, the booking of a call, looks at all sessions."""
    held = await said(database, a_reply())
    await Outbox(database).next(held, now=NOON)
    await erase(database)

    await UNFENCED[what](database, held)

    assert await is_empty(database)
    assert await value(database, "select count(*) from queue.pgqueuer") == 0


async def test_a_call_of_an_erased_turn_is_not_booked_to_whoever_wrote_anew(
    database: Database,
) -> None:
    await turn_begun(database, HELLO)
    await erase(database)
    await Mailbox(database, digests=DIGESTS).put(
        [an_inbound(sent_at=LATER, number=2)], now=LATER
    )

    await UsageBook(database).begin(a_model_call())

    assert an_errand().turn_id == TURN
    assert await value(database, "select count(*) from model_usage") == 0
