"""What happened on a trace, put in order: agents, notices, compactions, rotations, handoffs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.admin.pages import reasons
from storage.compaction_history import CompactionRecord, RotationRecord
from storage.compactions import CompactionState
from storage.handoffs import HandoffSummary
from storage.trace_notices import TraceNotice
from storage.traces import Trace, TraceAgent

Kind = Literal["began", "notice", "compaction", "skipped", "rotation", "handoff", "ended"]

# Where several things happen in one transaction they have one time; this is their order.
_ORDER: tuple[Kind, ...] = (
    "notice",
    "compaction",
    "skipped",
    "rotation",
    "handoff",
    "ended",
    "began",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened.

    Attributes:
        agent_version: To which agent; None where that is not known.
        title: What, in a few words.
        detail: More about it, in a sentence.
        handoff_id: The handoff it is about.
    """

    at: datetime
    kind: Kind
    agent_version: int | None
    title: str
    detail: str = ""
    handoff_id: str | None = None


def timeline(
    trace: Trace,
    *,
    notices: Sequence[TraceNotice],
    compactions: Sequence[CompactionRecord],
    rotations: Sequence[RotationRecord],
) -> tuple[Happening, ...]:
    """Put everything that happened on a trace in order, oldest first."""
    happened = [
        *(_began(agent) for agent in trace.agents),
        *(_told(notice) for notice in notices),
        *(_compaction(one) for one in compactions),
        *(_rotation(one, trace) for one in rotations),
        *(_handoff(one) for one in trace.handoffs),
        *_ended(trace),
    ]
    return tuple(sorted(happened, key=lambda one: (one.at, _ORDER.index(one.kind))))


def _began(agent: TraceAgent) -> Happening:
    began_from = "from a handoff" if agent.began_from else "with nothing behind it"
    return Happening(
        at=agent.started_at,
        kind="began",
        agent_version=agent.agent_version,
        title=f"Agent {agent.agent_version} began",
        detail=f"A {agent.agent_type} agent, {began_from}.",
        handoff_id=agent.began_from,
    )


def _told(notice: TraceNotice) -> Happening:
    return Happening(
        at=notice.told_at,
        kind="notice",
        agent_version=notice.agent_version,
        title=f"Notice: {notice.notice}",
        detail="" if notice.state == "sent" else f"Its delivery is {notice.state}.",
    )


def _compaction(one: CompactionRecord) -> Happening:
    if one.state is CompactionState.SKIPPED:
        return Happening(
            at=one.created_at,
            kind="skipped",
            agent_version=one.agent_version,
            title="Compaction skipped",
            detail=f"It was due at {one.before_tokens:,} tokens, but {reasons.skipped(one.reason)}.",
        )
    freed = (
        f"{one.before_tokens:,} → {one.after_tokens:,} tokens, {one.reduction_percent:g} % freed"
        if one.after_tokens is not None and one.reduction_percent is not None
        else f"at {one.before_tokens:,} tokens"
    )
    why = f" ({one.reason.replace('_', ' ')})" if one.reason else ""
    return Happening(
        at=one.applied_at or one.created_at,
        kind="compaction",
        agent_version=one.agent_version,
        title=f"Compaction {reasons.compacted(one.state)}{why}",
        detail=f"{freed}; asked for by {one.trigger}, took {one.seconds:.1f} s.",
    )


def _rotation(one: RotationRecord, trace: Trace) -> Happening:
    versions = {agent.agent_id: agent.agent_version for agent in trace.agents}
    trigger = reasons.triggered(one.trigger)
    return Happening(
        at=one.created_at,
        kind="rotation",
        agent_version=versions.get(one.old_agent_id),
        title="Forced rotation",
        detail=(
            f"The window held {one.occupied_tokens:,} of {one.context_window_limit:,} tokens"
            + (f"; {trigger}." if trigger else ".")
        ),
        handoff_id=one.handoff_id,
    )


def _handoff(one: HandoffSummary) -> Happening:
    probe = "" if one.probe_score is None else f" Probe score {one.probe_score:.2f}."
    return Happening(
        at=one.created_at,
        kind="handoff",
        agent_version=one.agent_version,
        title=f"Handoff {one.sequence}",
        detail=f"Because {reasons.ended(one.termination_reason)}.{probe}",
        handoff_id=one.handoff_id,
    )


def _ended(trace: Trace) -> Iterator[Happening]:
    """The agents that ended without leaving a document; of the others the handoff tells."""
    handed_over = {one.agent_id for one in trace.handoffs}
    for agent in trace.agents:
        if agent.ended_at is not None and agent.agent_id not in handed_over:
            yield Happening(
                at=agent.ended_at,
                kind="ended",
                agent_version=agent.agent_version,
                title=f"Agent {agent.agent_version} ended without a handoff",
                detail=f"Because {reasons.ended(agent.termination_reason)}.",
            )
