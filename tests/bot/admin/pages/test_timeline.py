from dataclasses import replace
from datetime import timedelta

from bot.admin.pages.timeline import timeline
from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId, OutboxId, Platform, SessionId, TraceId, UserId
from context.operations import Operations
from storage.compaction_history import CompactionRecord, RotationRecord
from storage.compactions import CompactionState
from storage.trace_notices import TraceNotice
from storage.traces import Trace, TraceAgent
from tests.builders import NOON, USER
from tests.storage.rows import SESSION, TRACE

FIRST = TraceAgent(
    agent_id=AgentId("agent-1"),
    session_id=SessionId(SESSION),
    agent_type="chat",
    agent_version=1,
    state=AgentState.ACTIVE,
    parent_id=None,
    began_from=None,
    occupied_tokens=1_250,
    peak_tokens=1_250,
    turns=3,
    termination_reason=None,
    started_at=NOON,
    ended_at=None,
    operations=Operations(),
)
COMPACTION = CompactionRecord(
    compaction_id="compaction-1",
    trace_id=TraceId(TRACE),
    user_id=UserId(USER),
    platform=Platform("slack"),
    session_id=SessionId(SESSION),
    agent_id=AgentId("agent-1"),
    agent_version=1,
    trigger="threshold",
    focus=None,
    state=CompactionState.APPLIED,
    reason=None,
    before_tokens=160_000,
    after_tokens=80_000,
    reduction_percent=50.0,
    context_window_limit=200_000,
    seconds=1.5,
    created_at=NOON,
    applied_at=NOON + timedelta(minutes=2),
)
ROTATION = RotationRecord(
    rotation_id="rotation-1",
    trace_id=TraceId(TRACE),
    user_id=UserId(USER),
    platform=Platform("slack"),
    session_id=SessionId(SESSION),
    handoff_id="handoff-1",
    trigger=None,
    old_agent_id=AgentId("agent-1"),
    new_agent_id=AgentId("agent-2"),
    occupied_tokens=190_001,
    context_window_limit=200_000,
    occupancy=0.95,
    created_at=NOON,
)


def a_trace(*agents: TraceAgent) -> Trace:
    return Trace(trace_id=TraceId(TRACE), handoffs=(), sessions=(), agents=agents or (FIRST,))


def a_notice(state: str) -> TraceNotice:
    return TraceNotice(
        outbox_id=OutboxId("outbox-1"),
        notice="warning",
        state=state,
        told_at=NOON + timedelta(minutes=1),
        agent_version=1,
    )


def test_what_happened_is_told_oldest_first() -> None:
    happened = timeline(
        a_trace(), notices=[a_notice("sent")], compactions=[COMPACTION], rotations=[]
    )

    assert [(one.kind, one.title) for one in happened] == [
        ("began", "Agent 1 began"),
        ("notice", "Notice: warning"),
        ("compaction", "Compaction swapped in"),
    ]
    assert happened[2].detail == (
        "160,000 → 80,000 tokens, 50 % freed; asked for by threshold, took 1.5 s."
    )


def test_at_one_moment_the_old_agent_ends_before_the_new_one_begins() -> None:
    ended = replace(
        FIRST,
        state=AgentState.TERMINATED,
        termination_reason=TerminationReason.USER_REQUEST,
        started_at=NOON - timedelta(minutes=1),
        ended_at=NOON,
    )
    second = replace(FIRST, agent_id=AgentId("agent-2"), agent_version=2)

    happened = timeline(
        a_trace(ended, second), notices=[], compactions=[], rotations=[ROTATION]
    )

    assert [one.title for one in happened] == [
        "Agent 1 began",
        "Forced rotation",
        "Agent 1 ended without a handoff",
        "Agent 2 began",
    ]
    assert happened[2].detail == "Because the person asked for it."


def test_what_did_not_come_to_pass_is_told_with_its_reason() -> None:
    skipped = replace(COMPACTION, state=CompactionState.SKIPPED, reason="weak")
    failed = replace(
        COMPACTION,
        state=CompactionState.FAILED,
        reason="model_fault",
        after_tokens=None,
        reduction_percent=None,
    )

    skip, notice, failure = timeline(
        replace(a_trace(), agents=()),
        notices=[a_notice("failed")],
        compactions=[skipped, failed],
        rotations=[],
    )

    assert skip.detail == "It was due at 160,000 tokens, but the last ones freed too little."
    assert notice.detail == "Its delivery is failed."
    assert failure.title == "Compaction failed (model fault)"
