"""Erasing somebody, and what is at work meanwhile."""

from dataclasses import replace
from datetime import timedelta

from context.messages import UserId
from context.session import Agent
from storage.database import Database
from storage.erasure import Erasure, Receipt
from storage.lanes import Claim
from storage.ledger import Closing, Ledger
from storage.tombstones import Digests
from tests.builders import NOON, USER, an_agent
from tests.storage.planting import tables_of_people
from tests.storage.scenes import HELLO, TURN, a_reply, value

DIGESTS = Digests(b"key")
ERASED_AT = NOON + timedelta(hours=1)
LATER = NOON + timedelta(hours=2)


async def erase(database: Database, user_id: UserId = USER) -> Receipt | None:
    return await Erasure(database, digests=DIGESTS).erase(user_id, now=ERASED_AT)


async def is_empty(database: Database) -> bool:
    """Whether nothing of anybody is held."""
    return not any(
        [
            await value(database, f"select exists (select from {table.name})")  # noqa: S608 - ours
            for table in tables_of_people()
        ]
    )


def agent_of(held: Claim) -> Agent:
    """The first agent of a claim's session."""
    return replace(an_agent(), session_id=held.session_id, person_id=held.person_id)


async def close(database: Database, held: Claim) -> None:
    """End the turn that answers the usual message."""
    closing = Closing(
        turn_id=TURN,
        agent=agent_of(held),
        step=None,
        answered=HELLO.message_id,
        spoken=(a_reply(),),
    )
    await Ledger(database).close(held, closing, now=LATER)
