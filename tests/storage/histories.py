"""Whole pasts of one person, in every table that an export is made of."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st
from sqlalchemy import insert, update
from sqlmodel import col

from context.messages import SLACK, WHATSAPP, UserId, person_id, session_id
from context.notices import Preference
from storage.database import Database
from storage.tables.agents import ModelUsageRow
from storage.tables.handoffs import AgentHandoffRow
from storage.tables.people import IdentityRow, PersonRow
from storage.tables.sessions import SessionRow
from storage.tables.transcript import FactRow
from tests.builders import NOON, USER, an_inbound
from tests.storage.files import a_message_line, bring_in
from tests.storage.pasts import say
from tests.storage.rows import a_document
from tests.storage.scenes import arrive

PHONE = UserId("+14155550100")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What differs from one past to another.

    Attributes:
        texts: What was said; the first by the person here, the last two imported before.
        linked: Whether the person is on WhatsApp as well.
        figures: Token counts, small and large.
        score: A share, however it is written.
    """

    speaker: str | None
    notices: Preference
    language: str | None
    texts: tuple[str, str, str, str]
    shared: bool
    linked: bool
    figures: tuple[int, int]
    score: float


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
HISTORIES = st.builds(
    History,
    speaker=st.none() | _TEXTS,
    notices=st.sampled_from(["all", "critical", "off"]),
    language=st.none() | st.sampled_from(["de", "pt-BR"]),
    texts=st.tuples(_TEXTS, _TEXTS, _TEXTS, _TEXTS),
    shared=st.booleans(),
    linked=st.booleans(),
    figures=st.tuples(st.integers(0, 9), st.integers(2**32, 2**62)),
    score=st.floats(0, 1),
)


async def lived(database: Database, history: History) -> None:
    """Store a past: two sessions or three, messages, facts, handoffs and calls."""
    await bring_in(
        database,
        a_message_line(1, history.texts[2], conversation="C1:1", shared=history.shared),
        a_message_line(2, history.texts[3], trace_id="an-old-trace"),
    )
    await arrive(
        database,
        an_inbound(history.texts[0], number=1),
        an_inbound(history.texts[0], number=2, sent_at=NOON + timedelta(minutes=1)),
    )
    session = await say(database, ("assistant", history.texts[1] or "."), first=1)
    if history.linked:
        await _also_on_whatsapp(database)
    await _chosen(database, history)
    await _remembered(database, history, session)


async def _also_on_whatsapp(database: Database) -> None:
    """Link a second identity, as a person of its own that points at the first."""
    async with database.transaction() as connection:
        await connection.execute(
            insert(PersonRow).values(
                id=person_id(WHATSAPP, PHONE), linked_to=person_id(SLACK, USER), created_at=NOON
            )
        )
        await connection.execute(
            insert(IdentityRow).values(
                platform=WHATSAPP,
                user_id=PHONE,
                person_id=person_id(WHATSAPP, PHONE),
                greeted_at=NOON,
                created_at=NOON,
            )
        )
        await connection.execute(
            insert(SessionRow).values(
                id=session_id(WHATSAPP, PHONE, PHONE),
                person_id=person_id(WHATSAPP, PHONE),
                user_id=PHONE,
                platform=WHATSAPP,
                provider="meta",
                conversation=PHONE,
                shared=False,
                created_at=NOON,
                updated_at=_moment(5),
            )
        )


async def _chosen(database: Database, history: History) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            update(PersonRow)
            .where(col(PersonRow.linked_to).is_(None))
            .values(notices=history.notices, language=history.language)
        )
        await connection.execute(
            update(IdentityRow)
            .where(col(IdentityRow.user_id) == USER)
            .values(speaker=history.speaker, greeted_at=_moment(1))
        )


async def _remembered(database: Database, history: History, session: str) -> None:
    facts = [_fact(history, session, number) for number in range(3)]
    handoffs = [_handoff(history, session, number) for number in range(1, 4)]
    calls = [_call(history, session, number) for number in range(4)]
    async with database.transaction() as connection:
        await connection.execute(insert(FactRow), facts)
        await connection.execute(insert(AgentHandoffRow), handoffs)
        await connection.execute(insert(ModelUsageRow), calls)


def _fact(history: History, session: str, number: int) -> dict[str, object]:
    """A value; the first was superseded by the second in passing."""
    value = f"{number} {history.texts[0]}"
    return {
        "session_id": session,
        "trace_id": "trace-1",
        "kind": "amount",
        "digest": hashlib.sha256(value.encode()).hexdigest(),
        "person_id": person_id(SLACK, USER),
        "turn_id": f"turn-{number}",
        "source_message_ids": [f"m{number}", "m9"],
        "origin": "user",
        "fact": {
            "kind": "amount",
            "name": history.texts[1],
            "value": value,
            "message_id": "m1",
            "said_at": "2026-11-20T12:00:00Z",
            "origin": "user",
            "stated": number > 0,
            "superseded_by": "1" if number == 0 else None,
            "sources": [],
        },
        "said_at": _moment(number),
    }


def _handoff(history: History, session: str, sequence: int) -> dict[str, object]:
    """A handoff of a chain; the middle one says least."""
    is_rich = sequence != 2
    document = {**a_document("My order"), "odd": [history.score, history.texts[3]]}
    return {
        "id": f"handoff-{sequence}",
        "trace_id": "trace-1",
        "sequence": sequence,
        "person_id": person_id(SLACK, USER),
        "user_id": USER,
        "platform": SLACK,
        "provider": "slack",
        "session_id": session,
        "agent_id": f"agent-{sequence}",
        "agent_type": "chat",
        "agent_version": sequence,
        "project_id": "atlas" if is_rich else None,
        "workflow_type": history.texts[0] if is_rich else None,
        "task_status": "open" if is_rich else None,
        "termination_reason": "forced_rotation",
        "total_tokens": history.figures[1],
        "context_window_limit": 200_000,
        "completion_percentage": history.score * 100 if is_rich else None,
        "probe_score": history.score if is_rich else None,
        "predecessor_handoff_id": f"handoff-{sequence - 1}" if sequence > 1 else None,
        "successor_handoff_id": f"handoff-{sequence + 1}" if sequence < 3 else None,
        "active": sequence == 3,
        "created_at": _moment(sequence),
        "summary": history.texts[0],
        "document": json.loads(json.dumps(document, default=str)),
        "briefing": history.texts[2] if is_rich else None,
    }


def _call(history: History, session: str, number: int) -> dict[str, object]:
    outcome = ("answered", "started", "busy", "cancelled")[number]
    tokens = history.figures if outcome == "answered" else (None, None)
    return {
        "call_id": f"call-{number}",
        "person_id": person_id(SLACK, USER),
        "session_id": session,
        "agent_id": "agent-1",
        "turn_id": "turn-1",
        "purpose": "notes" if number % 2 else "reply",
        "model": "claude",
        "outcome": outcome,
        "input_tokens": tokens[0],
        "cache_read_tokens": tokens[1],
        "cache_write_tokens": tokens[0],
        "output_tokens": tokens[1],
        "started_at": NOON,
        "ended_at": None if outcome == "started" else _moment(number),
    }


def _moment(number: int) -> datetime:
    """A moment to the microsecond, as Postgres keeps it."""
    return NOON + timedelta(minutes=number, microseconds=123_456)
