"""How one agent follows another: the document, what is replayed, and who goes on."""

from dataclasses import replace
from datetime import datetime

from context.briefing import briefing, fitted, seed
from context.categories import Trigger
from context.handoff import HandoffDocument, document, summary_line
from context.lifecycle import AgentState, TerminationReason
from context.messages import AgentId, TurnId
from context.prompt import Item
from context.replay import REPLAY_SHARE
from context.session import Agent, Level
from storage.handing_over import Handoff

_SEED_SHARE = 0.30


def succession(
    agent: Agent,
    items: tuple[Item, ...],
    previous: HandoffDocument | None,
    *,
    trigger: Trigger,
    limit_tokens: int,
    turn_id: TurnId,
    name: str | None,
    now: datetime,
) -> Handoff:
    """End an agent with a document, and let the next one begin from it.

    Needs no model call: everything comes from the transcript and the earlier document.

    Args:
        agent: The one that ends.
        items: Its transcript, this turn's included where it is finished.
        previous: The document it began from.
        trigger: What made it end; all but the critical threshold make this a rotation.
        limit_tokens: What one agent may hold.
        turn_id: The turn at whose end, or in which, this happens.
        name: What the person calls themselves, where that is known.
        now: The time.
    """
    forced = trigger is not Trigger.CRITICAL_THRESHOLD
    reason = (
        TerminationReason.FORCED_ROTATION
        if forced
        else TerminationReason.CONTEXT_WINDOW_EXHAUSTED
    )
    whole = document(
        agent=agent,
        items=items,
        previous=previous,
        reason=reason,
        limit_tokens=limit_tokens,
        now=now,
        trigger=trigger,
        name=name,
    )
    kept = fitted(whole, max_tokens=int(limit_tokens * (_SEED_SHARE - REPLAY_SHARE)))
    replay_from = seed(items, max_tokens=int(limit_tokens * REPLAY_SHARE))
    return Handoff(
        handoff_id=_handoff_id(agent, turn_id),
        sequence=agent.version,
        document=kept,
        summary=summary_line(kept),
        reason=reason,
        limit_tokens=limit_tokens,
        ended=replace(agent, state=AgentState.HANDOFF_COMPLETE),
        successor=_successor(agent, turn_id, history_from=replay_from, now=now),
        forced=forced,
    )


def _handoff_id(agent: Agent, turn_id: TurnId) -> str:
    """The same whenever the turn is taken again."""
    return f"{turn_id}-{agent.version}"


def _successor(agent: Agent, turn_id: TurnId, *, history_from: int, now: datetime) -> Agent:
    return replace(
        agent,
        agent_id=AgentId(f"{turn_id}-{agent.version + 1}"),
        version=agent.version + 1,
        state=AgentState.INITIALIZING,
        parent_id=agent.agent_id,
        began_from=_handoff_id(agent, turn_id),
        history_from=history_from,
        occupied_tokens=0,
        peak_tokens=0,
        turns=0,
        told=Level.NONE,
        started_at=now,
    )


def briefed(agent: Agent, stored: HandoffDocument | None) -> str | None:
    """Write what an agent is told of its predecessor; None for the first of a trace."""
    return briefing(stored, sequence=agent.version - 1) if stored is not None else None
