"""What people and the bot have said, kept and indexed as a turn's end keeps it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from context.messages import (
    SLACK,
    MessageId,
    PersonId,
    SessionId,
    TurnId,
    UserId,
    person_id,
    session_id,
)
from context.prompt import Block, Item, Role
from storage.database import Database
from storage.passages import keep_passages
from storage.tables.people import IdentityRow, PersonRow
from storage.tables.sessions import SessionRow
from storage.tables.transcript import ContentItemRow
from tests.builders import NOON, USER, a_text

Said = str | tuple[Role, str | Sequence[Block]]


async def say(
    database: Database,
    *said: Said,
    user_id: UserId = USER,
    conversation: str = "D0001",
    shared: bool = False,
    first: int = 0,
    name: str | None = None,
) -> SessionId:
    """Keep what was said, a minute apart; person and assistant take turns unless it says who.

    Args:
        database: Where to.
        *said: Texts, or who said what.
        user_id: The person.
        conversation: Where it was said.
        shared: Whether others read along there.
        first: The position of the first.
        name: What the person is called.
    """
    person, session = person_id(SLACK, user_id), session_id(SLACK, user_id, conversation)
    items = [_item(first + number, one) for number, one in enumerate(said)]
    async with database.transaction() as connection:
        await connection.execute(
            upsert(PersonRow).values(id=person, created_at=NOON).on_conflict_do_nothing()
        )
        await connection.execute(
            upsert(IdentityRow)
            .values(
                platform=SLACK, user_id=user_id, person_id=person, speaker=name, created_at=NOON
            )
            .on_conflict_do_nothing()
        )
        await connection.execute(
            upsert(SessionRow)
            .values(
                id=session,
                person_id=person,
                user_id=user_id,
                platform=SLACK,
                provider="slack",
                conversation=conversation,
                shared=shared,
                created_at=NOON,
                updated_at=NOON,
            )
            .on_conflict_do_nothing()
        )
        await connection.execute(
            insert(ContentItemRow),
            [_row(item, session=session, person=person) for item in items],
        )
        await keep_passages(connection, items, session_id=session, person_id=person)
    return session


def _item(position: int, said: Said) -> Item:
    usual: Role = ("user", "assistant")[position % 2]
    role, told = (usual, said) if isinstance(said, str) else said
    return Item(
        position=position,
        role=role,
        blocks=(a_text(told),) if isinstance(told, str) else tuple(told),
        turn_id=TurnId(f"turn-{position // 2}"),
        message_ids=(MessageId(f"slack-{position:032x}"),) if role == "user" else (),
        said_at=NOON + timedelta(minutes=position),
    )


def _row(item: Item, *, session: SessionId, person: PersonId) -> dict[str, object]:
    return {
        "session_id": session,
        "position": item.position,
        "person_id": person,
        "agent_id": "agent-1",
        "turn_id": item.turn_id,
        "role": item.role,
        "blocks": {"schema": 1, "blocks": list(item.blocks)},
        "message_ids": list(item.message_ids),
        "said_at": item.said_at,
    }
