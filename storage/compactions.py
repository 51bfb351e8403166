"""Compactions and rolling notes: made in the background, swapped in by turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Any

from sqlalchemy import ScalarSelect, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col

from context.facts import Fact
from context.session import Agent
from storage.chores import settle_chore
from storage.database import Database, driver
from storage.facts import read_facts
from storage.lanes import Claim, hold
from storage.outbox import Spoken, say
from storage.tables.agents import AgentRow
from storage.tables.upkeep import CompactionRow, NotesRow


class CompactionState(StrEnum):
    """What became of a compaction."""

    READY = "ready"
    APPLIED = "applied"
    WEAK = "weak"
    STALE = "stale"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compaction:
    """One compaction as it is recorded, or why there was none.

    Attributes:
        reason: Why it was skipped or failed.
        before_tokens: What the window held when it was begun.
        after_tokens: What it would hold with the summary in place.
        seconds: How long it took to make.
        summary: A `context.compaction.Summary` as JSON.
    """

    compaction_id: str
    agent: Agent
    trigger: str
    focus: str | None = field(default=None, repr=False)
    state: CompactionState
    reason: str | None = None
    before_tokens: int
    after_tokens: int | None = None
    limit_tokens: int
    seconds: float
    summary: Mapping[str, object] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An earlier compaction of an agent; the summary only of one in use or waiting for it."""

    compaction_id: str
    state: CompactionState
    before_tokens: int
    after_tokens: int | None
    reason: str | None
    created_at: datetime
    summary: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNotes:
    """An agent's rolling notes, a `context.notes.Notes` as JSON, and how far they go."""

    covers_to: int
    document: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is kept of an agent beside its transcript."""

    notes: StoredNotes | None
    facts: tuple[Fact, ...] = field(repr=False)


class Compactions:
    """Compactions and notes in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remembered(self, agent: Agent) -> Remembered:
        """Read an agent's rolling notes and its trace's facts.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        statement = select(col(NotesRow.covers_to), col(NotesRow.document)).where(
            col(NotesRow.agent_id) == agent.agent_id
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).first()
            facts = await read_facts(connection, agent.session_id, agent.trace_id)
        notes = None if row is None else StoredNotes(covers_to=row[0], document=row[1])
        return Remembered(notes=notes, facts=facts)

    async def keep_notes(
        self, claim: Claim, agent: Agent, notes: StoredNotes, *, now: datetime
    ) -> None:
        """Replace an agent's rolling notes.

        Raises:
            SessionConflict: The claim is lost; nothing is kept.
        """
        statement = upsert(NotesRow).values(
            agent_id=agent.agent_id,
            session_id=agent.session_id,
            person_id=agent.person_id,
            covers_to=notes.covers_to,
            document=dict(notes.document),
            made_at=now,
        )
        changed = {
            name: statement.excluded[name] for name in ("covers_to", "document", "made_at")
        }
        async with self._database.transaction() as connection:
            await hold(connection, claim)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["agent_id"], set_=changed)
            )

    async def keep(
        self,
        claim: Claim,
        compaction: Compaction,
        *,
        chore_id: str,
        spoken: tuple[Spoken, ...] = (),
        now: datetime,
    ) -> None:
        """Record a compaction, settle the chore that asked for it, and say so if need be.

        Raises:
            SessionConflict: The claim is lost; nothing is kept.
        """
        async with self._database.transaction() as connection:
            await hold(connection, claim)
            await connection.execute(insert(CompactionRow).values(**_columns(compaction, now)))
            raw = await driver(connection)
            await settle_chore(raw, chore_id, state="done", now=now)
            await say(
                raw,
                spoken,
                session_id=claim.session_id,
                person_id=claim.person_id,
                turn_id=None,
                agent_id=compaction.agent.agent_id,
                now=now,
            )


def failures_in_a_row(past: Sequence[Past]) -> tuple[Past, ...]:
    """The latest compactions of an agent as long as they failed, latest first."""
    tried = (one for one in past if one.state is not CompactionState.SKIPPED)
    return tuple(takewhile(lambda one: one.state is CompactionState.FAILED, tried))


def weak_in_a_row(past: Sequence[Past]) -> int:
    """How many of the latest compactions of an agent freed too little."""
    unsuccessful = {CompactionState.SKIPPED, CompactionState.FAILED}
    tried = (one for one in past if one.state not in unsuccessful)
    return sum(1 for _ in takewhile(lambda one: one.state is CompactionState.WEAK, tried))


async def skip_compaction(
    connection: AsyncConnection,
    agent: Agent,
    reason: str,
    *,
    compaction_id: str,
    limit_tokens: int,
    now: datetime,
) -> None:
    """Record in the caller's transaction why a compaction that was due was not made."""
    skipped = Compaction(
        compaction_id=compaction_id,
        agent=agent,
        trigger="threshold",
        state=CompactionState.SKIPPED,
        reason=reason,
        before_tokens=agent.occupied_tokens,
        limit_tokens=limit_tokens,
        seconds=0,
    )
    await connection.execute(
        upsert(CompactionRow).values(**_columns(skipped, now)).on_conflict_do_nothing()
    )


async def apply_compaction(connection: AsyncConnection, agent: Agent, *, now: datetime) -> None:
    """Mark the compaction that an agent's prompt begins from as swapped in, older ones as stale.

    One that was made while the turn was at work waits on, for the next.
    """
    used = aliased(CompactionRow)
    swapped_in = select(col(used.created_at)).where(col(used.id) == agent.compaction_id)
    await connection.execute(
        update(CompactionRow)
        .where(
            col(CompactionRow.agent_id) == agent.agent_id,
            col(CompactionRow.state) == "ready",
            col(CompactionRow.created_at) <= swapped_in.scalar_subquery(),
        )
        .values(
            state=case(
                (col(CompactionRow.id) == agent.compaction_id, "applied"), else_="stale"
            ),
            applied_at=case((col(CompactionRow.id) == agent.compaction_id, now), else_=None),
        )
    )


def past_compactions() -> ScalarSelect[Any]:
    """All compactions of the agent that the statement around it reads, latest first."""
    in_use = (col(CompactionRow.state) == "ready") | (
        col(CompactionRow.id) == col(AgentRow.compaction_id)
    )
    entry = func.jsonb_build_object(
        "compaction_id",
        col(CompactionRow.id),
        "state",
        col(CompactionRow.state),
        "before_tokens",
        col(CompactionRow.before_tokens),
        "after_tokens",
        col(CompactionRow.after_tokens),
        "reason",
        col(CompactionRow.reason),
        "created_at",
        col(CompactionRow.created_at),
        "summary",
        case((in_use, col(CompactionRow.summary)), else_=None),
    )
    return (
        select(func.jsonb_agg(aggregate_order_by(entry, col(CompactionRow.created_at).desc())))
        # An agent that an undo brought back begins with the summary of the one before.
        .where(
            (col(CompactionRow.agent_id) == col(AgentRow.id))
            | (col(CompactionRow.id) == col(AgentRow.compaction_id))
        )
        .scalar_subquery()
    )


def in_prompt(past: Sequence[Past], compaction_id: str | None) -> Past | None:
    """Choose the compaction that an agent's next prompt is shown by.

    Args:
        past: All of the agent's, latest first.
        compaction_id: The one in use, if any; one that is ready takes its place.
    """
    ready = (one for one in past if one.state is CompactionState.READY)
    in_use = (one for one in past if one.compaction_id == compaction_id)
    return next(ready, None) or next(in_use, None)


def past_values(entries: list[dict[str, Any]] | None) -> tuple[Past, ...]:
    """Read what `past_compactions` gave."""
    return tuple(
        Past(
            compaction_id=entry["compaction_id"],
            state=CompactionState(entry["state"]),
            before_tokens=entry["before_tokens"],
            after_tokens=entry["after_tokens"],
            reason=entry["reason"],
            created_at=datetime.fromisoformat(entry["created_at"]),
            summary=entry["summary"],
        )
        for entry in entries or ()
    )


def _columns(compaction: Compaction, now: datetime) -> dict[str, object]:
    agent = compaction.agent
    return {
        "id": compaction.compaction_id,
        "trace_id": agent.trace_id,
        "person_id": agent.person_id,
        "user_id": agent.user_id,
        "platform": agent.platform,
        "session_id": agent.session_id,
        "agent_id": agent.agent_id,
        "agent_version": agent.version,
        "trigger": compaction.trigger,
        "focus": compaction.focus,
        "state": compaction.state,
        "reason": compaction.reason,
        "before_tokens": compaction.before_tokens,
        "after_tokens": compaction.after_tokens,
        "context_window_limit": compaction.limit_tokens,
        "seconds": compaction.seconds,
        "summary": dict(compaction.summary) if compaction.summary is not None else None,
        "created_at": now,
    }
