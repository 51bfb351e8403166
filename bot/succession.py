"""How one agent follows another: the document, what is replayed, and who goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.limits import Limits
from context.briefing import briefing, fitted, seed, supplemented
from context.categories import Trigger
from context.facts import Fact
from context.guard import SEED_SHARE, Verdict, digest, guarded
from context.handoff import HandoffDocument, completion_percentage, document, summary_line
from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId, TurnId
from context.notes import Notes
from context.probes import probed
from context.prompt import Item
from context.redaction import placeholders, redacted_items
from context.replay import REPLAY_SHARE
from context.session import Agent, Level
from context.usage import estimated_block_tokens, estimated_tokens
from storage.handing_over import Handoff

_REPLAYED_OF_SEED = REPLAY_SHARE / SEED_SHARE

_REASONS = {
    Trigger.CRITICAL_THRESHOLD: TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
    Trigger.COMMAND: TerminationReason.USER_REQUEST,
    Trigger.IDLE: TerminationReason.IDLE_TIMEOUT,
    Trigger.ADMIN: TerminationReason.ADMIN_REQUEST,
    Trigger.PROMPT_REFUSED: TerminationReason.ERROR,
}
"""Why an agent ends, by what made it end; everything else forces a rotation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legacy:
    """Everything that an agent leaves behind, as it is known at its end.

    Attributes:
        agent: As it stands.
        items: Its transcript, oldest first.
        previous: The document it began from.
        notes: What the model noted of it in the background, if it did.
        facts: The fact ledger of its trace.
        name: What the person calls themselves, where that is known.
    """

    agent: Agent
    items: tuple[Item, ...] = field(repr=False)
    previous: HandoffDocument | None = field(repr=False)
    notes: Notes | None = field(default=None, repr=False)
    facts: tuple[Fact, ...] = field(default=(), repr=False)
    name: str | None = field(default=None, repr=False)


def succession(
    legacy: Legacy,
    *,
    trigger: Trigger,
    limit_tokens: int,
    seed_tokens: int,
    limits: Limits,
    turn_id: TurnId,
    now: datetime,
) -> Handoff:
    """End an agent with a document, and let the next one begin from it.

    Needs no model call: the notes were made before, and where they were not, the document
    does without.

    Args:
        legacy: What the agent leaves.
        trigger: What made it end.
        limit_tokens: What one agent may hold.
        seed_tokens: What the next one may begin with: notes and replayed turns.
        limits: What else operators set.
        turn_id: The turn, or the chore, in which this happens.
        now: The time.
    """
    agent = legacy.agent
    reason = _REASONS.get(trigger, TerminationReason.FORCED_ROTATION)
    whole = document(
        agent=agent,
        items=redacted_items(
            legacy.items, scope=limits.redact, known=placeholders(legacy.previous)
        ),
        previous=legacy.previous,
        reason=reason,
        limit_tokens=limit_tokens,
        now=now,
        trigger=trigger,
        name=legacy.name,
        notes=legacy.notes,
        facts=legacy.facts,
        project_id=limits.project_id,
    )
    replay_from = seed(legacy.items, max_tokens=int(seed_tokens * _REPLAYED_OF_SEED))
    replayed = tuple(item for item in legacy.items if item.position >= replay_from)
    kept, score = _probed(whole, replayed, legacy.facts, seed_tokens=seed_tokens)
    return Handoff(
        handoff_id=_handoff_id(agent, turn_id),
        sequence=agent.version,
        document=kept,
        summary=summary_line(kept),
        briefing=_told(kept),
        reason=reason,
        trigger=trigger,
        limit_tokens=limit_tokens,
        probe_score=score,
        completion_percentage=completion_percentage(kept),
        ended=agent.entering(AgentState.HANDOFF_PENDING, _ended_as(reason)),
        successor=_successor(agent, turn_id, history_from=replay_from, now=now),
        forced=reason is TerminationReason.FORCED_ROTATION,
    )


def judged_by_guard(legacy: Legacy, handoff: Handoff, *, limit_tokens: int) -> Verdict:
    """Have the loop guard judge a handoff that is about to be made."""
    told = _told(handoff.document)
    first = handoff.successor.history_from
    replayed = [item for item in legacy.items if item.position >= first]
    tail_tokens = sum(estimated_block_tokens(item.blocks) for item in replayed)
    earlier = briefed(legacy.previous)
    return guarded(
        seed_tokens=estimated_tokens(told) + tail_tokens,
        limit_tokens=limit_tokens,
        handoffs_in_a_row=handoff.successor.handoffs_in_a_row,
        seed_digest=digest(told, str(first)),
        earlier_seed_digest=(
            digest(earlier, str(legacy.agent.history_from)) if earlier is not None else None
        ),
    )


def _probed(
    whole: HandoffDocument,
    replayed: Sequence[Item],
    facts: Sequence[Fact],
    *,
    seed_tokens: int,
) -> tuple[HandoffDocument, float]:
    """Trim the document to its room, ask it for every fact, and put in what it lacks."""
    tail_tokens = sum(estimated_block_tokens(item.blocks) for item in replayed)
    kept = fitted(whole, max_tokens=int(seed_tokens * (1 - _REPLAYED_OF_SEED)))
    tail = "\n".join(
        str(block["text"])
        for item in replayed
        for block in item.blocks
        if block["type"] == "text"
    )
    missing = probed(facts, told=f"{_told(kept)}\n{tail}").missing
    if missing:
        kept = supplemented(kept, missing, max_tokens=seed_tokens - tail_tokens)
    return kept, probed(facts, told=f"{_told(kept)}\n{tail}").score


def _told(document: HandoffDocument) -> str:
    return briefing(document, sequence=document.agent_info.version)


def _ended_as(reason: TerminationReason) -> AgentState:
    is_fault = reason is TerminationReason.ERROR
    return AgentState.FAILED if is_fault else AgentState.HANDOFF_COMPLETE


def _handoff_id(agent: Agent, turn_id: TurnId) -> str:
    """The same whenever the turn is taken again."""
    return f"{turn_id}-{agent.version}"


def _successor(agent: Agent, turn_id: TurnId, *, history_from: int, now: datetime) -> Agent:
    return Agent(
        agent_id=AgentId(f"{turn_id}-{agent.version + 1}"),
        trace_id=agent.trace_id,
        session_id=agent.session_id,
        person_id=agent.person_id,
        user_id=agent.user_id,
        platform=agent.platform,
        provider=agent.provider,
        agent_type=agent.agent_type,
        version=agent.version + 1,
        state=AgentState.INITIALIZING,
        parent_id=agent.agent_id,
        began_from=_handoff_id(agent, turn_id),
        history_from=history_from,
        told=Level.NONE,
        handoffs_in_a_row=agent.handoffs_in_a_row + 1 if agent.turns == 0 else 0,
        pace_tokens=agent.pace_tokens,
        bytes_per_token=agent.bytes_per_token,
        started_at=now,
    )


def briefed(stored: HandoffDocument | None) -> str | None:
    """Write what an agent is told of its predecessor; None for the first of a trace."""
    return _told(stored) if stored is not None else None
