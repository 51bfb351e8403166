"""Sessions put into a state by hand, so that the same turn can be taken in them again and again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import insert

from bot.emulator.servers.model_answer import Answer
from context.compaction import Plan, plan, summarised
from context.facts import Fact
from context.messages import AgentId, InboundMessage, SessionId, TraceId, TurnId, UserId
from context.note_text import notes_text
from context.notes import Notes
from context.prompt import Item
from context.session import Agent
from context.summary import Summary
from storage.agents import keep_agent
from storage.compactions import Compaction, Compactions, CompactionState, StoredNotes
from storage.database import driver
from storage.facts import keep_facts
from storage.handing_over import Handoff
from storage.lanes import Claim, Lanes
from storage.ledger import Ledger
from storage.tables.row import NAMES
from tests.bench.engine import Engine
from tests.builders import NOON, an_agent, an_inbound
from tests.storage.scenes import session_of

_BYTES_PER_TOKEN = 3.8
"""As a session has learned it whose model counts four bytes, leaning high by a twentieth."""

_SAID = (
    "Thank you for that. The parcel came this morning while I was out in the garden, and my "
    "neighbour took it in. Do you think that I should write to the office about it at all?"
)
_ANSWERED = (
    "I would wait until you have seen what is in it; a short note is soon written then. "
)

_REWIND = (
    "delete from content_item where session_id = $1 and position >= $2",
    "delete from passage where session_id = $1 and position >= $2",
    "delete from chore where session_id = $1 and $2 >= 0",
    "update compaction set state = 'ready' where session_id = $1 and $2 >= 0",
    "update session set next_position = $2 where id = $1",
)


@dataclass(slots=True, kw_only=True)
class Seat:
    """A session and the agent that its next turn finds, however often it was taken."""

    engine: Engine
    user_id: UserId
    agent: Agent
    next_position: int
    taken: int = 0

    async def turn(self) -> float:
        """Take the turn; give its seconds, and put everything back as it was."""
        self.taken += 1
        self.engine.api.script(Answer.saying(_ANSWERED * 3))
        seconds = await self.engine.answer(a_remark(self.user_id, number=self.taken))
        await self._rewind()
        return seconds

    @property
    def prompt_tokens(self) -> int:
        """What the model was given in the turn that was just taken."""
        return self.engine.api.bill.calls[-1].usage.prompt_tokens

    async def _rewind(self) -> None:
        async with self.engine.database.transaction() as connection:
            bare = await driver(connection)
            # No agent goes back to a state it has left, but another may have its name.
            await bare.execute("delete from agent where id = $1", self.agent.agent_id)
            await keep_agent(connection, self.agent)
            for statement in _REWIND:
                await bare.execute(statement, self.agent.session_id, self.next_position)
            await bare.execute(
                "update session set agent_id = $2 where id = $1",
                self.agent.session_id,
                self.agent.agent_id,
            )


def a_remark(user_id: UserId, *, number: int) -> InboundMessage:
    """What a person says; their direct chat is named after them."""
    message = an_inbound(_SAID, number=number, user_id=user_id, conversation=user_id)
    return replace(message, message_id=type(message.message_id)(f"slack-{user_id}-{number}"))


async def seated(
    engine: Engine,
    name: str,
    items: Sequence[Item],
    *,
    occupied_tokens: int,
    facts: Sequence[Fact] = (),
) -> Seat:
    """Make a session with a transcript that its first agent holds all of.

    Args:
        engine: Where.
        name: Whose.
        items: The transcript.
        occupied_tokens: What the agent's window held after its last call.
        facts: The fact ledger of its trace.
    """
    user_id = UserId(f"T1:U{name}")
    message = a_remark(user_id, number=0)
    await engine.chat.receive(message)
    claim = await engine.claim(session_of(message))
    agent = replace(
        an_agent(occupied_tokens=occupied_tokens),
        agent_id=AgentId(f"agent-{name}-1"),
        trace_id=TraceId(f"trace-{name}"),
        session_id=claim.session_id,
        person_id=claim.person_id,
        user_id=user_id,
        turns=len(items) // 2,
        pace_tokens=400.0,
        bytes_per_token=_BYTES_PER_TOKEN,
    )
    seat = Seat(
        engine=engine, user_id=user_id, agent=agent, next_position=items[-1].position + 1
    )
    await _stored(seat, items, claim)
    async with engine.database.transaction() as connection:
        await connection.exec_driver_sql("update inbox set state = 'answered'")
        await connection.exec_driver_sql("update identity set greeted_at = now()")
        await keep_facts(
            await driver(connection),
            session_id=claim.session_id,
            trace_id=agent.trace_id,
            person_id=claim.person_id,
            turn_id=TurnId("before"),
            facts=facts,
        )
    await Lanes(engine.database).let_go(claim)
    await seat._rewind()
    return seat


async def compacted(seat: Seat, items: Sequence[Item], *, notes: Notes) -> Summary:
    """Have a compaction wait for the next turn, as the background leaves one."""
    agent, limits = seat.agent, seat.engine.limits
    planned = plan(
        items,
        summary=None,
        occupied_tokens=agent.occupied_tokens,
        limit_tokens=limits.tokens,
        threshold=limits.thresholds.compaction,
        shaping=limits.shaping,
        facts=(),
        bytes_per_token=agent.bytes_per_token,
        force=True,
    )
    if not isinstance(planned, Plan):
        raise TypeError(planned.reason)
    told = notes_text(notes, (), max_tokens=planned.text_tokens)
    summary = summarised(planned, notes_text=told)
    claim = await _claimed(seat)
    compactions = Compactions(seat.engine.database)
    kept = StoredNotes(covers_to=items[-1].position, document=notes.model_dump(mode="json"))
    await compactions.keep_notes(claim, agent, kept, now=NOON)
    await compactions.keep(
        claim,
        Compaction(
            compaction_id=f"compaction-{agent.agent_id}",
            agent=agent,
            trigger="threshold",
            state=CompactionState.READY,
            before_tokens=agent.occupied_tokens,
            after_tokens=planned.after_tokens,
            limit_tokens=limits.tokens,
            seconds=1.0,
            summary=summary.model_dump(mode="json"),
        ),
        chore_id="none",
        now=NOON,
    )
    await Lanes(seat.engine.database).let_go(claim)
    return summary


async def handed_on(seat: Seat, handoff: Handoff) -> None:
    """Commit a handoff; from now on the seat's turn is the successor's first."""
    claim = await _claimed(seat)
    await Ledger(seat.engine.database).hand_off(
        claim, None, handoff=handoff, spoken=(), now=NOON
    )
    await Lanes(seat.engine.database).let_go(claim)
    seat.agent = handoff.successor


async def _claimed(seat: Seat) -> Claim:
    return await seat.engine.claim(SessionId(seat.agent.session_id))


async def _stored(seat: Seat, items: Sequence[Item], claim: Claim) -> None:
    """Keep the transcript; what it is found by is not needed here, and takes seconds."""
    rows = [
        {
            "session_id": claim.session_id,
            "position": item.position,
            "person_id": claim.person_id,
            "agent_id": seat.agent.agent_id,
            "turn_id": item.turn_id,
            "role": item.role,
            "blocks": {"schema": 1, "blocks": list(item.blocks)},
            "message_ids": list(item.message_ids),
            "said_at": item.said_at,
        }
        for item in items
    ]
    async with seat.engine.database.transaction() as connection:
        await connection.execute(insert(NAMES.tables["content_item"]), rows)
