"""What tests of storage do again and again, on the real tables."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from context.messages import (
    Command,
    Deleted,
    Edited,
    InboundMessage,
    MessageId,
    OutboxId,
    SessionId,
    TurnId,
    UserId,
    session_id,
)
from storage.database import Database
from storage.lanes import Claim, Lane, Lanes
from storage.mailbox import Mail, Mailbox
from storage.outbox import Kind, Spoken, say
from storage.tables.row import NAMES
from tests.builders import NOON, an_address, an_inbound

LEASE = timedelta(seconds=5)
TURN = TurnId("turn-1")
ADA = UserId("T024BE7LD:U00000ADA")
HELLO = an_inbound("Hello", number=1)


def an_edit(
    text: str = "Hullo", *, of: InboundMessage = HELLO, number: int = 8
) -> InboundMessage:
    """What a person makes of an earlier message."""
    content = Edited(target=of.message_id, text=text)
    return replace(of, message_id=MessageId(f"slack-{number:032x}"), content=content)


def a_deletion(*, of: InboundMessage = HELLO, number: int = 9) -> InboundMessage:
    """A person taking back an earlier message."""
    content = Deleted(target=of.message_id)
    return replace(of, message_id=MessageId(f"slack-{number:032x}"), content=content)


def a_command(name: str = "stop", *, number: int = 7) -> InboundMessage:
    """What a person asks of the bot itself."""
    return an_inbound(number=number, content=Command(name=name))


def session_of(message: InboundMessage) -> SessionId:
    return session_id(message.platform, message.user_id, message.conversation)


async def arrive(database: Database, *messages: InboundMessage) -> SessionId:
    """Keep messages that came in; give the session of the last."""
    await Mailbox(database).put(messages, now=NOON)
    return session_of(messages[-1])


async def claim(
    database: Database, session: SessionId, lane: Lane = Lane.TURN, *, now: datetime = NOON
) -> Claim:
    """Claim a lane that nobody holds."""
    claimed = await Lanes(database).claim(session, lane, now=now, until=now + LEASE)
    assert isinstance(claimed, Claim)
    return claimed


async def lose(database: Database, claim: Claim) -> Claim:
    """Let somebody else claim the lane, as if the lease had run out; give their claim."""
    async with database.hot() as connection:
        await connection.execute(
            "update lane set leased_until = null where session_id = $1 and name = $2",
            claim.session_id,
            claim.lane,
        )
    taken = await Lanes(database).claim(
        claim.session_id, claim.lane, now=NOON, until=NOON + LEASE
    )
    assert isinstance(taken, Claim)
    return taken


async def control_of(database: Database, message: InboundMessage) -> Claim:
    """Have a message for the control lane come in, and claim that lane."""
    return await claim(database, await arrive(database, message), Lane.CONTROL)


async def turn_begun(database: Database, *messages: InboundMessage) -> tuple[Claim, Mail]:
    """Have messages come in and a turn take them."""
    held = await claim(database, await arrive(database, *messages))
    mail = await Mailbox(database).take(held, turn_id=TURN, now=NOON)
    assert mail is not None
    return held, mail


async def step_committed(database: Database) -> None:
    """Have the turn act on what it took."""
    await run(
        database,
        "insert into step (turn_id, number, session_id, person_id, agent_id, stop, committed_at)"
        " select turn_id, 1, session_id, person_id, 'agent-1', 'tool_use', $1 from inbox"
        " where state = 'taken' limit 1",
        NOON,
    )


def a_reply(number: int = 1, text: str = "Hello yourself") -> Spoken:
    """One message to say, as an answer."""
    return Spoken(
        outbox_id=OutboxId(f"outbox-{number}"), kind=Kind.REPLY, to=an_address(), text=text
    )


async def said(database: Database, *spoken: Spoken) -> Claim:
    """Have messages said in a session; give a claim on their delivery."""
    session = await arrive(database, HELLO)
    turn = await claim(database, session)
    async with database.hot() as connection:
        await say(
            connection,
            spoken,
            session_id=session,
            person_id=turn.person_id,
            turn_id=None,
            agent_id=None,
            now=NOON,
        )
    return await claim(database, session, Lane.DELIVER)


async def told(database: Database) -> tuple[object, object, object]:
    """Read what is known of the first message: state, receipt and code."""
    [row] = await rows(
        database, "select state, receipt, code from outbox where id = 'outbox-1'"
    )
    return row["state"], row["receipt"], row["code"]


async def rows(
    database: Database, statement: str, *arguments: object
) -> list[dict[str, object]]:
    """Read the database past all our own code."""
    async with database.hot() as connection:
        return [dict(row) for row in await connection.fetch(statement, *arguments)]


async def value(database: Database, statement: str, *arguments: object) -> object:
    """Read one value past all our own code."""
    async with database.hot() as connection:
        return await connection.fetchval(statement, *arguments)


async def run(database: Database, statement: str, *arguments: object) -> None:
    """Change the database past all our own code."""
    async with database.hot() as connection:
        await connection.execute(statement, *arguments)


async def everything(database: Database) -> list[list[dict[str, object]]]:
    """Read all rows of all tables, to see that nothing changed but who asked."""
    return [
        await rows(database, f"select * from {table} order by 1, 2")  # noqa: S608 - our own
        for table in sorted(NAMES.tables.keys() - {"audit_log"})
    ]


async def eventually(condition: Callable[[], Awaitable[object]], *, seconds: float) -> None:
    """Wait for a condition until a deadline."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def somebody_waits(database: Database) -> None:
    """Return as soon as somebody waits for a lock."""
    locked = "select exists (select from pg_locks where not granted)"
    await eventually(lambda: value(database, locked), seconds=5)


async def jobs(database: Database) -> list[tuple[str, str]]:
    """List the queue's jobs: lane and session, oldest first."""
    found = await rows(
        database,
        "select entrypoint, convert_from(payload, 'UTF8') as session"
        " from queue.pgqueuer order by id",
    )
    return [(str(row["entrypoint"]), str(row["session"])) for row in found]
