"""Rows for tests that read what others write; `.values(…)` changes what a test is about."""

from datetime import datetime, timedelta

from sqlalchemy import Insert, insert

from context.handoff import document
from context.lifecycle import TerminationReason
from context.messages import SLACK, MessageId, UserId, person_id, session_id
from storage.database import Database
from storage.tables.agents import AgentRow, ModelUsageRow
from storage.tables.handoffs import AgentHandoffRow, RotationRow
from storage.tables.mail import InboxRow, OutboxRow
from storage.tables.people import IdentityRow, PersonRow
from storage.tables.sessions import SessionRow
from storage.tables.upkeep import ChoreRow, CompactionRow
from tests.builders import NOON, USER, a_conversation, an_agent

PERSON = person_id(SLACK, USER)
SESSION = session_id(SLACK, USER, "D0001")
TRACE = "0123456789abcdef0123456789abcdef"


async def keep(database: Database, *rows: Insert) -> None:
    """Store rows in one transaction, in order."""
    async with database.transaction() as connection:
        for row in rows:
            await connection.execute(row)


def a_person(user_id: UserId = USER, *, linked_to: str | None = None) -> Insert:
    return insert(PersonRow).values(
        id=person_id(SLACK, user_id), linked_to=linked_to, created_at=NOON
    )


def an_identity(user_id: UserId = USER) -> Insert:
    return insert(IdentityRow).values(
        platform=SLACK, user_id=user_id, person_id=person_id(SLACK, user_id), created_at=NOON
    )


def a_session(user_id: UserId = USER) -> Insert:
    return insert(SessionRow).values(
        id=session_id(SLACK, user_id, "D0001"),
        person_id=person_id(SLACK, user_id),
        user_id=user_id,
        platform=SLACK,
        provider="slack",
        conversation="D0001",
        shared=False,
        created_at=NOON,
        updated_at=NOON,
    )


def a_met_person(user_id: UserId = USER) -> tuple[Insert, ...]:
    """Somebody who has written to the bot once."""
    return (a_person(user_id), an_identity(user_id), a_session(user_id))


def an_inbox_row(
    number: int = 1,
    *,
    state: str = "pending",
    lane: str = "turn",
    turn_id: str | None = None,
    received_at: datetime = NOON,
) -> Insert:
    return insert(InboxRow).values(
        id=MessageId(f"slack-{number:032x}"),
        session_id=SESSION,
        person_id=PERSON,
        lane=lane,
        body={"text": "secret words of a person"},
        state=state,
        turn_id=turn_id,
        attempts=3,
        sent_at=received_at,
        received_at=received_at,
        settled_at=None if state in {"pending", "taken"} else received_at,
    )


def an_outbox_row(
    number: int = 1,
    *,
    state: str = "pending",
    turn_id: str | None = None,
    created_at: datetime = NOON,
) -> Insert:
    return insert(OutboxRow).values(
        id=f"outbox-{number}",
        session_id=SESSION,
        person_id=PERSON,
        turn_id=turn_id,
        kind="reply",
        address={"provider": "slack", "account": "T024BE7LD", "peer": "D0001"},
        body="secret words of the bot",
        state=state,
        created_at=created_at,
        settled_at=created_at if state in {"sent", "failed"} else None,
    )


def an_agent_row(
    version: int = 1, *, user_id: UserId = USER, trace_id: str = TRACE, state: str = "active"
) -> Insert:
    """An agent; it has ended if its state says so."""
    return insert(AgentRow).values(
        id=f"agent-{trace_id[:8]}-{version}",
        trace_id=trace_id,
        session_id=session_id(SLACK, user_id, "D0001"),
        person_id=person_id(SLACK, user_id),
        user_id=user_id,
        platform=SLACK,
        provider="slack",
        agent_type="chat",
        version=version,
        state=state,
        history_from=0,
        occupied_tokens=1_250,
        peak_tokens=1_300,
        turns=3,
        told=0,
        started_at=NOON + timedelta(minutes=version),
        ended_at=NOON if state == "handoff_complete" else None,
    )


def a_call_row(number: int, *, output_tokens: int = 5) -> Insert:
    return insert(ModelUsageRow).values(
        call_id=f"call-{number}",
        person_id=PERSON,
        session_id=SESSION,
        agent_id="agent-1",
        turn_id="turn-1",
        purpose="reply",
        model="claude",
        outcome="answered",
        input_tokens=10,
        cache_read_tokens=100,
        cache_write_tokens=1_000,
        output_tokens=output_tokens,
        started_at=NOON,
    )


def a_handoff_row(
    sequence: int = 1,
    *,
    user_id: UserId = USER,
    trace_id: str = TRACE,
    said: str = "Your order is A-1042.",
) -> Insert:
    """A handoff; later ones of a trace are made a minute later each."""
    return insert(AgentHandoffRow).values(
        id=f"handoff-{trace_id[:8]}-{sequence}",
        trace_id=trace_id,
        sequence=sequence,
        person_id=person_id(SLACK, user_id),
        user_id=user_id,
        platform=SLACK,
        provider="slack",
        session_id=session_id(SLACK, user_id, "D0001"),
        agent_id=f"agent-{trace_id[:8]}-{sequence}",
        agent_type="chat",
        agent_version=sequence,
        termination_reason="context_window_exhausted",
        total_tokens=181_000,
        context_window_limit=200_000,
        active=True,
        created_at=NOON + timedelta(minutes=sequence),
        summary=said,
        document=a_document(said),
    )


def a_compaction_row(number: int = 1) -> Insert:
    """A compaction that was swapped in; later ones are made a minute later each."""
    at = NOON + timedelta(minutes=number)
    return insert(CompactionRow).values(
        id=f"compaction-{number}",
        trace_id=TRACE,
        person_id=PERSON,
        user_id=USER,
        platform=SLACK,
        session_id=SESSION,
        agent_id="agent-1",
        agent_version=1,
        trigger="threshold",
        state="applied",
        before_tokens=160_000,
        after_tokens=40_000,
        context_window_limit=200_000,
        seconds=1.5,
        created_at=at,
        applied_at=at,
    )


def a_chore_row(number: int = 1, *, state: str = "pending") -> Insert:
    """Housekeeping that was asked for; settled if its state says so."""
    return insert(ChoreRow).values(
        id=f"chore-{number}",
        session_id=SESSION,
        person_id=PERSON,
        agent_id="agent-1",
        lane="maintain",
        kind="compaction",
        trigger="threshold",
        state=state,
        created_at=NOON,
        settled_at=None if state == "pending" else NOON,
    )


def a_turn() -> tuple[Insert, ...]:
    """A turn that was answered: it waited, was assembled and closed for a second each, and took
    three for the model and two for delivery."""

    def after(seconds: int) -> datetime:
        return NOON + timedelta(seconds=seconds)

    return (
        an_inbox_row(1, state="answered", turn_id="turn-1").values(taken_at=after(1)),
        a_call_row(1).values(started_at=after(2), ended_at=after(5)),
        an_outbox_row(1, state="sent", turn_id="turn-1").values(
            first_tried_at=after(6), settled_at=after(8)
        ),
    )


def a_rotation_row(number: int = 1) -> Insert:
    """A forced rotation; later ones are made a minute later each."""
    return insert(RotationRow).values(
        id=f"rotation-{number}",
        trace_id=TRACE,
        person_id=PERSON,
        user_id=USER,
        platform=SLACK,
        trigger="rotation_threshold",
        session_id=SESSION,
        handoff_id=f"rotation-{number}",
        old_agent_id=f"agent-{number}",
        new_agent_id=f"agent-{number + 1}",
        occupied_tokens=190_001,
        context_window_limit=200_000,
        created_at=NOON + timedelta(minutes=number),
    )


def a_document(said: str) -> dict[str, object]:
    """A handoff document, as stored."""
    made = document(
        agent=an_agent(),
        items=a_conversation(said, "I see."),
        previous=None,
        reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
        limit_tokens=200_000,
        now=NOON,
    )
    return made.model_dump(mode="json")
