"""What a turn begins with: the session, its current agent and that agent's transcript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import SQLColumnExpression, case, null, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.errors import SessionConflict
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
from storage.compactions import Past, in_prompt, past_compactions, past_values
from storage.database import Database, driver
from storage.tables.agents import AgentRow
from storage.tables.handoffs import AgentHandoffRow
from storage.tables.people import IdentityRow, PersonRow
from storage.tables.row import NAMES
from storage.tables.sessions import SessionRow
from storage.tables.upkeep import NotesRow

# As text on the bare connection: by way of SQLAlchemy a long transcript takes twice the time.
_ITEMS = """
select position, role, blocks, turn_id, message_ids, said_at from content_item
where session_id = $1 and position >= $2 and (position > $3 or position = any($4::bigint[]))
order by position
"""
_BEFORE_ALL = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session as a turn finds it.

    Attributes:
        agent: The current agent; None before the first turn and after nothing at all.
        document: The handoff document that agent began from, as stored.
        briefing: What the agent is told of it, where that was stored too.
        items: The transcript from the agent's first verbatim item on, oldest first.
        next_position: Where the next item goes.
        greeted: Whether this identity was told who the bot is.
        past: The agent's compactions, latest first.
        notices: Which notices the person wants: `all`, `critical` or `off`.
        language: The language they write in, where it is known.
        noted_to: How far the agent's rolling notes go; None without any.
        is_whole: Whether the items are all there are; else those are left out that a
            compaction's summary stands for.
    """

    session_id: SessionId
    person_id: PersonId
    user_id: UserId
    platform: Platform
    provider: Provider
    shared: bool
    agent: Agent | None
    document: Mapping[str, object] | None = field(default=None, repr=False)
    briefing: str | None = field(default=None, repr=False)
    items: tuple[Item, ...] = field(default=(), repr=False)
    next_position: int
    greeted: bool
    past: tuple[Past, ...] = ()
    notices: Preference = "all"
    language: str | None = None
    noted_to: int | None = None
    is_whole: bool = True


class Sessions:
    """Sessions in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, session_id: SessionId) -> Agent | None:
        """Read a session's current agent, if it has had a turn.

        Raises:
            SessionConflict: Its person was erased.
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            row = await _session(connection, session_id, document=null())
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
        """Read all that is known of a session.

        Raises:
            SessionConflict: Its person was erased.
            StoreUnavailable: The database is out of reach.
        """
        async with self._database.transaction() as connection:
            row = await _session(connection, session_id, document=col(AgentHandoffRow.document))
            agent = agent_value(row) if row["agent_id"] is not None else None
            items = await _items(connection, agent, None) if agent else ()
        return _opened(row, agent=agent, items=items)

    async def open_for_prompt(self, session_id: SessionId) -> Opened:
        """Read what the next prompt of a session holds, and no more.

        Of the items that a summary stands for only the one is read in whose place it is told,
        and the document only where no briefing is stored.

        Raises:
            SessionConflict: Its person was erased.
            StoreUnavailable: The database is out of reach.
        """
        unbriefed = case(
            (col(AgentHandoffRow.briefing).is_(None), col(AgentHandoffRow.document))
        )
        async with self._database.transaction() as connection:
            row = await _session(connection, session_id, document=unbriefed)
            agent = agent_value(row) if row["agent_id"] is not None else None
            view = _view(agent, past_values(row["past"])) if agent else None
            items = await _items(connection, agent, view) if agent else ()
        return _opened(row, agent=agent, items=items, is_whole=view is None)


def _opened(
    row: RowMapping, *, agent: Agent | None, items: tuple[Item, ...], is_whole: bool = True
) -> Opened:
    return Opened(
        session_id=SessionId(row["opened_session_id"]),
        person_id=PersonId(row["session_person_id"]),
        user_id=UserId(row["session_user_id"]),
        platform=Platform(row["session_platform"]),
        provider=Provider(row["session_provider"]),
        shared=row["shared"],
        agent=agent,
        document=row["document"],
        briefing=row["briefing"],
        items=items,
        next_position=row["next_position"],
        greeted=row["greeted_at"] is not None,
        past=past_values(row["past"]),
        notices=row["notices"],
        language=row["language"],
        noted_to=row["noted_to"],
        is_whole=is_whole,
    )


async def _session(
    connection: AsyncConnection, session_id: SessionId, *, document: SQLColumnExpression[Any]
) -> RowMapping:
    """Read session, identity, current agent and its handoff document in one round trip.

    Raises:
        SessionConflict: There is none; its person was erased.
    """
    statement = (
        select(*_opened_columns(), document.label("document"))
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
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise SessionConflict(session_id)
    return row


def _opened_columns() -> list[Any]:
    """What is read of a session; too many columns for `select` to type each."""
    return [
        col(SessionRow.id).label("opened_session_id"),
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
        col(AgentHandoffRow.briefing),
    ]


@dataclass(frozen=True, slots=True)
class _View:
    """Which items a prompt is made of: all after a position, and some before it."""

    covers_to: int
    besides: Sequence[int]


def _view(agent: Agent, past: Sequence[Past]) -> _View | None:
    """As `context.summary.view` shows a transcript; None where that is the whole of it."""
    used = in_prompt(past, agent.compaction_id)
    match used.summary if used is not None else None:
        case {"covers_to": int(covers_to), "kept": [*kept]}:
            covered = range(agent.history_from, covers_to + 1)
            told_at = next((place for place in covered if place not in kept), None)
            besides = kept if told_at is None else [*kept, told_at]
            return _View(covers_to, besides)
        case _:
            return None


async def _items(
    connection: AsyncConnection, agent: Agent, view: _View | None
) -> tuple[Item, ...]:
    """Read an agent's transcript, or as much of it as a prompt is made of."""
    view = view or _View(_BEFORE_ALL, ())
    rows = await (await driver(connection)).fetch(
        _ITEMS, agent.session_id, agent.history_from, view.covers_to, list(view.besides)
    )
    return tuple(_item(row) for row in rows)


def _item(row: asyncpg.Record) -> Item:
    return Item(
        position=row["position"],
        role=row["role"],
        blocks=tuple(row["blocks"]["blocks"]),
        turn_id=TurnId(row["turn_id"]),
        message_ids=tuple(MessageId(one) for one in row["message_ids"]),
        said_at=row["said_at"],
    )
