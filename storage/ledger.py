"""How a turn ends: one transaction for all of it, fenced by the claim."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from context.facts import Fact
from context.messages import AgentId, MessageId, TurnId
from context.prompt import Item, StopReason
from context.session import Agent
from context.tools import Output
from storage.agents import keep_agent
from storage.chores import Request, ask, settle_chore
from storage.compactions import apply_compaction, skip_compaction
from storage.database import Database, driver
from storage.facts import keep_facts
from storage.handing_over import Handoff, keep_handoff
from storage.lanes import Claim, hold
from storage.outbox import Spoken, say
from storage.passages import keep_passages
from storage.tables.handoffs import AgentHandoffRow
from storage.tables.mail import InboxRow
from storage.tables.people import IdentityRow, PersonRow
from storage.tables.sessions import SessionRow
from storage.tables.transcript import ContentItemRow, StepRow
from storage.tool_outputs import keep_outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One model response of a turn, and what it adds to the transcript.

    Attributes:
        outputs: What tools gave back that the items have only a part of.
    """

    turn_id: TurnId
    number: int
    stop: StopReason
    items: tuple[Item, ...] = field(repr=False)
    outputs: tuple[Output, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A compaction that was due and is not asked for."""

    reason: str
    limit_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Everything that a finished turn leaves behind.

    Attributes:
        step: The last step; None when the turn ends without an answer of the model.
        agent: The session's current agent after the turn.
        answered: The message the reply is to.
        merged: The messages answered along with it.
        facts: What was said in it that the fact ledger keeps.
        chores: Housekeeping to be done in the background.
        skipped: Why a compaction that was due is not asked for, where that is new.
        language: The language the person writes in, where it is new.
    """

    turn_id: TurnId
    agent: Agent
    step: Step | None
    answered: MessageId
    merged: tuple[MessageId, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    greeted: bool = False
    handoff: Handoff | None = None
    facts: tuple[Fact, ...] = field(default=(), repr=False)
    chores: tuple[Request, ...] = ()
    skipped: Skipped | None = None
    language: str | None = None


class Ledger:
    """Turns' ends and steps in Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def step(self, claim: Claim, agent: Agent, step: Step, *, now: datetime) -> None:
        """Commit one step of a turn that goes on.

        Raises:
            SessionConflict: The claim is lost; nothing is kept.
        """
        async with self._database.transaction() as connection:
            await hold(connection, claim)
            await keep_agent(connection, agent)
            await _keep_step(connection, agent, step, now=now)

    async def hand_off(
        self,
        claim: Claim,
        turn_id: TurnId | None,
        *,
        handoff: Handoff,
        spoken: tuple[Spoken, ...],
        chore_id: str | None = None,
        now: datetime,
    ) -> None:
        """Commit a handoff in the middle of a turn, before its model call, or between turns.

        Args:
            claim: That of the turns.
            turn_id: The turn in which it happens; None between turns.
            handoff: All of it.
            spoken: What the person hears of it.
            chore_id: The chore that asked for it, which is done then.
            now: The time.

        Raises:
            SessionConflict: The claim is lost; nothing is kept.
        """
        async with self._database.transaction() as connection:
            await hold(connection, claim)
            await keep_handoff(connection, handoff, now=now)
            await _point(connection, handoff.successor, now=now)
            await _speak(
                connection,
                claim,
                spoken,
                turn_id=turn_id,
                agent_id=handoff.ended.agent_id,
                now=now,
            )
            if chore_id is not None:
                await settle_chore(await driver(connection), chore_id, state="done", now=now)

    async def close(self, claim: Claim, closing: Closing, *, now: datetime) -> None:
        """Commit a turn's end: transcript, agent, handoff, mail, and what is to be said.

        Raises:
            SessionConflict: The claim is lost; nothing is kept.
        """
        async with self._database.transaction() as connection:
            await hold(connection, claim)
            await keep_agent(connection, closing.agent)
            if closing.step is not None:
                await _keep_step(connection, closing.agent, closing.step, now=now)
            current = closing.agent
            if closing.handoff is not None:
                await keep_handoff(connection, closing.handoff, now=now)
                current = closing.handoff.successor
            await apply_compaction(connection, closing.agent, now=now)
            await _point(connection, current, now=now)
            await _settle(connection, claim, closing, now=now)
            if closing.greeted:
                await _greet(connection, closing.agent, now=now)
            if closing.language is not None:
                await _note_language(connection, claim, closing.language)
            raw = await driver(connection)
            await keep_facts(
                raw,
                session_id=claim.session_id,
                trace_id=closing.agent.trace_id,
                person_id=claim.person_id,
                turn_id=closing.turn_id,
                facts=closing.facts,
            )
            if (skipped := closing.skipped) is not None:
                await skip_compaction(
                    connection,
                    closing.agent,
                    skipped.reason,
                    compaction_id=closing.turn_id,
                    limit_tokens=skipped.limit_tokens,
                    now=now,
                )
            for chore in closing.chores:
                await ask(raw, claim.session_id, chore, now=now)
            await _speak(
                connection,
                claim,
                closing.spoken,
                turn_id=closing.turn_id,
                agent_id=closing.agent.agent_id,
                now=now,
            )

    async def is_kept(self, handoff_id: str) -> bool:
        """Whether a handoff is still there: its person may have been erased.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        statement = select(col(AgentHandoffRow.id)).where(col(AgentHandoffRow.id) == handoff_id)
        async with self._database.transaction() as connection:
            return await connection.scalar(statement) is not None

    async def give_up(
        self,
        claim: Claim,
        turn_id: TurnId,
        *,
        spoken: tuple[Spoken, ...],
        fate: Literal["failed", "refused"],
        reason: str,
        now: datetime,
    ) -> None:
        """End a turn without an answer; its mail is kept, and the person is told why.

        Raises:
            SessionConflict: The claim is lost; nothing is kept.
        """
        async with self._database.transaction() as connection:
            await hold(connection, claim)
            await connection.execute(
                update(InboxRow)
                .where(
                    col(InboxRow.turn_id) == turn_id,
                    col(InboxRow.session_id) == claim.session_id,
                    col(InboxRow.state) == "taken",
                )
                .values(state=fate, reason=reason, settled_at=now)
            )
            await _speak(connection, claim, spoken, turn_id=turn_id, agent_id=None, now=now)

    async def note(
        self, claim: Claim, turn_id: TurnId, spoken: tuple[Spoken, ...], *, now: datetime
    ) -> None:
        """Say something while the turn goes on; the same words are said once.

        Raises:
            SessionConflict: The claim is lost; nothing is said.
        """
        async with self._database.transaction() as connection:
            await hold(connection, claim)
            await _speak(connection, claim, spoken, turn_id=turn_id, agent_id=None, now=now)


async def _speak(
    connection: AsyncConnection,
    claim: Claim,
    spoken: tuple[Spoken, ...],
    *,
    turn_id: TurnId | None,
    agent_id: AgentId | None,
    now: datetime,
) -> None:
    """Put messages of a turn in the outbox."""
    await say(
        await driver(connection),
        spoken,
        session_id=claim.session_id,
        person_id=claim.person_id,
        turn_id=turn_id,
        agent_id=agent_id,
        now=now,
    )


async def _keep_step(
    connection: AsyncConnection, agent: Agent, step: Step, *, now: datetime
) -> None:
    await connection.execute(
        insert(StepRow).values(
            turn_id=step.turn_id,
            number=step.number,
            session_id=agent.session_id,
            person_id=agent.person_id,
            agent_id=agent.agent_id,
            stop=step.stop,
            committed_at=now,
        )
    )
    if not step.items:  # an empty answer after earlier steps
        return
    await connection.execute(
        insert(ContentItemRow),
        [
            {
                "session_id": agent.session_id,
                "position": item.position,
                "person_id": agent.person_id,
                "agent_id": agent.agent_id,
                "turn_id": item.turn_id,
                "role": item.role,
                "blocks": {"schema": 1, "blocks": list(item.blocks)},
                "message_ids": list(item.message_ids),
                "said_at": item.said_at,
            }
            for item in step.items
        ],
    )
    await keep_outputs(connection, agent, step.outputs, now=now)
    await keep_passages(
        connection, step.items, session_id=agent.session_id, person_id=agent.person_id
    )
    await connection.execute(
        update(SessionRow)
        .where(col(SessionRow.id) == agent.session_id)
        .values(next_position=step.items[-1].position + 1, agent_id=agent.agent_id)
    )


async def _point(connection: AsyncConnection, agent: Agent, *, now: datetime) -> None:
    """Make an agent the session's current one."""
    await connection.execute(
        update(SessionRow)
        .where(col(SessionRow.id) == agent.session_id)
        .values(agent_id=agent.agent_id, updated_at=now)
    )


async def _settle(
    connection: AsyncConnection, claim: Claim, closing: Closing, *, now: datetime
) -> None:
    for state, ids in (("answered", (closing.answered,)), ("merged", closing.merged)):
        if ids:
            await connection.execute(
                update(InboxRow)
                .where(
                    col(InboxRow.id).in_(ids),
                    col(InboxRow.session_id) == claim.session_id,
                    col(InboxRow.state) == "taken",
                )
                .values(state=state, settled_at=now)
            )


async def _note_language(connection: AsyncConnection, claim: Claim, language: str) -> None:
    await connection.execute(
        update(PersonRow).where(col(PersonRow.id) == claim.person_id).values(language=language)
    )


async def _greet(connection: AsyncConnection, agent: Agent, *, now: datetime) -> None:
    await connection.execute(
        update(IdentityRow)
        .where(
            col(IdentityRow.platform) == agent.platform,
            col(IdentityRow.user_id) == agent.user_id,
        )
        .values(greeted_at=now)
    )
