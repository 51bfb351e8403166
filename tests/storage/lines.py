"""A line of agents in one direct chat, as turns and commands make it."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert

from context.categories import Trigger
from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId, PersonId, SessionId
from context.session import Agent
from storage.agents import keep_agent
from storage.database import Database
from storage.handing_over import Handoff, keep_handoff
from storage.sessions import Sessions
from storage.tables.transcript import ContentItemRow
from storage.tables.upkeep import CompactionRow
from tests.builders import NOON, a_document, a_text, an_agent
from tests.storage.scenes import HELLO, arrive, run, value

LIMIT = 200_000


class Line:
    """The agents of one session, the first of which has been met."""

    def __init__(self, database: Database, session: SessionId) -> None:
        self.session = session
        self._database = database
        self._minutes = 0
        self._said = 0

    @property
    def now(self) -> datetime:
        """The time; each thing that happens takes a minute."""
        return NOON + timedelta(minutes=self._minutes)

    async def current(self) -> Agent:
        """The agent at work."""
        agent = await Sessions(self._database).current(self.session)
        assert agent is not None
        return agent

    async def say(self, *texts: str, occupied_tokens: int = 180_000) -> None:
        """Have the agent at work and its person say things, and its window fill."""
        agent = replace(
            await self.current(), occupied_tokens=occupied_tokens, state=AgentState.ACTIVE
        )
        self._minutes += 1
        async with self._database.transaction() as connection:
            await keep_agent(connection, agent)
            for text in texts:
                await connection.execute(
                    insert(ContentItemRow).values(
                        session_id=self.session,
                        position=self._said,
                        person_id=agent.person_id,
                        agent_id=agent.agent_id,
                        turn_id=f"turn-{self._said // 2}",
                        role=("user", "assistant")[self._said % 2],
                        blocks={"schema": 1, "blocks": [a_text(text)]},
                        message_ids=[],
                        said_at=self.now,
                    )
                )
                self._said += 1
        await run(self._database, "update session set next_position = $1", self._said)

    async def hand_over(
        self,
        *,
        reason: TerminationReason = TerminationReason.USER_REQUEST,
        probe_score: float | None = None,
    ) -> str:
        """Have the agent at work give way; the id of its handoff."""
        ended = replace(await self.current(), state=AgentState.HANDOFF_COMPLETE)
        self._minutes += 1
        handoff_id = f"handoff-{ended.version}"
        successor = replace(
            ended,
            agent_id=AgentId(f"agent-{ended.version + 1}"),
            version=ended.version + 1,
            state=AgentState.INITIALIZING,
            parent_id=ended.agent_id,
            began_from=handoff_id,
            history_from=self._said,
            occupied_tokens=0,
            compaction_id=None,
            started_at=self.now,
        )
        handoff = Handoff(
            handoff_id=handoff_id,
            sequence=ended.version,
            document=a_document(agent=ended),
            summary=f"Agent {ended.version} ended.",
            reason=reason,
            limit_tokens=LIMIT,
            ended=ended,
            successor=successor,
            forced=reason is TerminationReason.FORCED_ROTATION,
            trigger=Trigger.COMMAND,
            probe_score=probe_score,
        )
        async with self._database.transaction() as connection:
            await keep_handoff(connection, handoff, now=self.now)
        await self._point(successor)
        return handoff_id

    async def compact(self, *, state: str = "applied", reason: str | None = None) -> str:
        """Have older turns of the agent at work become a summary; the compaction's id."""
        agent = await self.current()
        self._minutes += 1
        compaction_id = f"compaction-{self._minutes}"
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(CompactionRow).values(
                    id=compaction_id,
                    trace_id=agent.trace_id,
                    person_id=agent.person_id,
                    user_id=agent.user_id,
                    platform=agent.platform,
                    session_id=agent.session_id,
                    agent_id=agent.agent_id,
                    agent_version=agent.version,
                    trigger="threshold",
                    state=state,
                    reason=reason,
                    before_tokens=agent.occupied_tokens,
                    after_tokens=None if reason else agent.occupied_tokens // 4,
                    context_window_limit=LIMIT,
                    seconds=1.5,
                    summary=None if reason else {"covers_to": 1},
                    created_at=self.now,
                    applied_at=self.now if state == "applied" else None,
                )
            )
            if state == "applied":
                await keep_agent(connection, replace(agent, compaction_id=compaction_id))
        return compaction_id

    async def _point(self, agent: Agent) -> None:
        await run(
            self._database,
            "update session set agent_id = $2, updated_at = $3 where id = $1",
            self.session,
            agent.agent_id,
            self.now,
        )


async def a_line(database: Database) -> Line:
    """A direct chat in which one agent has answered."""
    session = await arrive(database, HELLO)
    await run(database, "update inbox set state = 'answered'")
    person = await value(database, "select person_id from session where id = $1", session)
    line = Line(database, session)
    first = replace(an_agent(), session_id=session, person_id=PersonId(str(person)))
    async with database.transaction() as connection:
        await keep_agent(connection, first)
    await line._point(first)
    await line.say("My order number is 48213.", "I see.")
    return line
