"""Two people with something of everything, each with a mark in all that they said."""

from dataclasses import dataclass, replace

from sqlalchemy import Insert

from context.messages import (
    SLACK,
    Command,
    PersonId,
    SessionId,
    TraceId,
    UserId,
    person_id,
    session_id,
)
from storage.database import Database
from storage.mailbox import Mailbox
from tests.builders import NOON, an_inbound
from tests.storage.pasts import say
from tests.storage.rows import (
    a_call_row,
    a_compaction_row,
    a_handoff_row,
    a_rotation_row,
    an_agent_row,
    an_outbox_row,
    keep,
)
from tests.storage.scenes import run


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person; `mark` is in every text of theirs and in nothing else."""

    user_id: UserId
    mark: str
    trace_id: TraceId

    @property
    def person_id(self) -> PersonId:
        return person_id(SLACK, self.user_id)

    @property
    def session_id(self) -> SessionId:
        return session_id(SLACK, self.user_id, "D0001")

    @property
    def handoff_id(self) -> str:
        return f"handoff-{self.trace_id[:8]}-1"

    @property
    def name(self) -> str:
        return self.trace_id[:8]


ADA = Somebody(UserId("T024BE7LD:UADA"), "Adasgeheimnis", TraceId("ada0ada0" * 4))
KIM = Somebody(UserId("T024BE7LD:UKIM"), "Kimsgeheimnis", TraceId("beefbeef" * 4))


async def populate(database: Database) -> None:
    """Store both, with everything that routes show of somebody."""
    for first, one in ((1, ADA), (2, KIM)):
        await say(database, f"{one.mark} asked", f"{one.mark} heard", user_id=one.user_id)
        await keep(database, *_rows(one))
        said = replace(an_inbound(one.mark, number=first), user_id=one.user_id)
        asked = replace(
            an_inbound(number=first + 2),
            user_id=one.user_id,
            content=Command(name="compact", argument=one.mark),
        )
        await Mailbox(database).put([said, asked], now=NOON)
        await run(
            database,
            "update session set agent_id = $2 where id = $1",
            one.session_id,
            f"agent-{one.name}-2",
        )
        await run(
            database,
            "update inbox set state = 'failed', reason = 'model_fault', settled_at = $2"
            " where session_id = $1 and lane = 'turn'",
            one.session_id,
            NOON,
        )
        await run(
            database,
            "update identity set speaker = $2 where user_id = $1",
            one.user_id,
            one.mark,
        )


def _rows(one: Somebody) -> tuple[Insert, ...]:
    theirs = {"person_id": one.person_id, "session_id": one.session_id}
    named = {"user_id": one.user_id, "trace_id": one.trace_id}
    return (
        an_agent_row(1, user_id=one.user_id, trace_id=one.trace_id, state="handoff_complete"),
        an_agent_row(2, user_id=one.user_id, trace_id=one.trace_id).values(
            began_from=one.handoff_id
        ),
        a_handoff_row(1, user_id=one.user_id, trace_id=one.trace_id, said=one.mark),
        a_compaction_row(1).values(
            id=f"compaction-{one.name}", focus=one.mark, **theirs, **named
        ),
        a_rotation_row(1).values(id=f"rotation-{one.name}", **theirs, **named),
        a_call_row(1).values(call_id=one.name, agent_id=f"agent-{one.name}-2", **theirs),
        an_outbox_row(1, state="sent").values(id=f"outbox-{one.name}", body=one.mark, **theirs),
        an_outbox_row(2, state="failed").values(
            id=f"lost-{one.name}", body=one.mark, code="63016", **theirs
        ),
    )
