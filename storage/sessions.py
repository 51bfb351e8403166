"""What a turn begins with: the session, its current agent and that agent's transcript."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.messages import (
    MessageId,
    PersonId,
    Platform,
    Provider,
    SessionId,
    TurnId,
    UserId,
)
from context.notices import Preference
from context.prompt import Item
from context.session import Agent
from storage.agents import agent_value
from storage.compactions import Past, past_compactions, past_values
from storage.database import Database
from storage.tables import (
    NAMES,
    AgentHandoffRow,
    AgentRow,
    ContentItemRow,
    IdentityRow,
    NotesRow,
    PersonRow,
    SessionRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session as a turn finds it.

    Attributes:
        agent: The current agent; None before the first turn and after nothing at all.
        document: The handoff document that agent began from, as stored.
        items: The transcript from the agent's first verbatim item on, oldest first.
        next_position: Where the next item goes.
        greeted: Whether this identity was told who the bot is.
        past: The agent's compactions, latest first.
        notices: Which notices the person wants: `all`, `critical` or `off`.
        language: The language they write in, where it is known.
        noted_to: How far the agent's rolling notes go; None without any.
    """

    session_id: SessionId
    person_id: PersonId
    user_id: UserId
    platform: Platform
    provider: Provider
    shared: bool
    agent: Agent | None
    document: Mapping[str, object] | None = field(default=None, repr=False)
    items: tuple[Item, ...] = field(default=(), repr=False)
    next_position: int
    greeted: bool
    past: tuple[Past, ...] = ()
    notices: Preference = "all"
    language: str | None = None
    noted_to: int | None = None


class Sessions:
    """Sessions in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, session_id: SessionId) -> Agent | None:
        """Read a session's current agent, if it has had a turn.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            row = await _session(connection, session_id)
        return agent_value(row) if row["agent_id"] is not None else None

    async def agents(self, session_id: SessionId) -> tuple[Agent, ...]:
        """Read the agents of a session's current trace, oldest first.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        current = (
            select(col(AgentRow.trace_id))
            .join(SessionRow, col(SessionRow.agent_id) == col(AgentRow.id))
            .where(col(SessionRow.id) == session_id)
            .scalar_subquery()
        )
        statement = (
            select(NAMES.tables["agent"])
            .where(col(AgentRow.trace_id) == current)
            .order_by(col(AgentRow.version))
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return tuple(agent_value(row) for row in rows)

    async def open(self, session_id: SessionId) -> Opened:
        """Read everything that a turn of this session needs.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            row = await _session(connection, session_id)
            agent = agent_value(row) if row["agent_id"] is not None else None
            items = await _items(connection, session_id, agent) if agent else ()
        return Opened(
            session_id=session_id,
            person_id=PersonId(row["session_person_id"]),
            user_id=UserId(row["session_user_id"]),
            platform=Platform(row["session_platform"]),
            provider=Provider(row["session_provider"]),
            shared=row["shared"],
            agent=agent,
            document=row["document"],
            items=items,
            next_position=row["next_position"],
            greeted=row["greeted_at"] is not None,
            past=past_values(row["past"]),
            notices=row["notices"],
            language=row["language"],
            noted_to=row["noted_to"],
        )


async def _session(connection: AsyncConnection, session_id: SessionId) -> RowMapping:
    """Read session, identity, current agent and its handoff document in one round trip."""
    statement = (
        select(*_opened_columns())
        .select_from(SessionRow)
        .outerjoin(
            IdentityRow,
            (col(IdentityRow.platform) == col(SessionRow.platform))
            & (col(IdentityRow.user_id) == col(SessionRow.user_id)),
        )
        .join(PersonRow, col(PersonRow.id) == col(SessionRow.person_id))
        .outerjoin(AgentRow, col(AgentRow.id) == col(SessionRow.agent_id))
        .outerjoin(NotesRow, col(NotesRow.agent_id) == col(SessionRow.agent_id))
        .outerjoin(AgentHandoffRow, col(AgentHandoffRow.id) == col(AgentRow.began_from))
        .where(col(SessionRow.id) == session_id)
    )
    row: RowMapping = (await connection.execute(statement)).mappings().one()
    return row


def _opened_columns() -> list[Any]:
    """What is read of a session; too many columns for `select` to type each."""
    return [
        col(SessionRow.person_id).label("session_person_id"),
        col(SessionRow.user_id).label("session_user_id"),
        col(SessionRow.platform).label("session_platform"),
        col(SessionRow.provider).label("session_provider"),
        col(SessionRow.shared),
        col(SessionRow.next_position),
        col(SessionRow.agent_id),
        col(IdentityRow.greeted_at),
        col(PersonRow.notices),
        col(PersonRow.language),
        past_compactions().label("past"),
        col(NotesRow.covers_to).label("noted_to"),
        NAMES.tables["agent"],
        col(AgentHandoffRow.document),
    ]


async def _items(
    connection: AsyncConnection, session_id: SessionId, agent: Agent
) -> tuple[Item, ...]:
    statement = (
        select(NAMES.tables["content_item"])
        .where(
            col(ContentItemRow.session_id) == session_id,
            col(ContentItemRow.position) >= agent.history_from,
        )
        .order_by(col(ContentItemRow.position))
    )
    rows = (await connection.execute(statement)).mappings()
    return tuple(item_value(row) for row in rows)


def item_value(row: RowMapping) -> Item:
    """Read one transcript row."""
    blocks: list[dict[str, Any]] = row["blocks"]["blocks"]
    return Item(
        position=row["position"],
        role=row["role"],
        blocks=tuple(blocks),
        turn_id=TurnId(row["turn_id"]),
        message_ids=tuple(MessageId(one) for one in row["message_ids"]),
        said_at=row["said_at"],
    )
