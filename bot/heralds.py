"""Telling whoever wants to know what happened to an agent, once it is committed."""

from collections.abc import Sequence
from typing import Protocol, assert_never

import structlog

from context.lifecycle import TerminationReason
from context.lifecycle_events import (
    Critical,
    HandedOff,
    LifecycleEvent,
    Subject,
    Terminated,
    Warned,
    ended,
)
from context.session import Agent

log = structlog.get_logger()


class Herald(Protocol):
    """Wants to know of agents: warned, critical, handed over, ended."""

    async def tell(self, event: LifecycleEvent) -> None:
        """Take note of an event; it is told once it is committed, and at most once."""
        ...


class LogHerald:
    """Writes every event to the log."""

    async def tell(self, event: LifecycleEvent) -> None:
        """Log one event with the figures it has."""
        match event:
            case Warned(subject=subject):
                log.info("agent.warned", **_figures(subject))
            case Critical(subject=subject):
                log.info("agent.critical", **_figures(subject))
            case HandedOff(subject=subject, handoff_id=handoff_id):
                log.info("agent.handed_off", handoff_id=handoff_id, **_figures(subject))
            case Terminated(subject=subject, state=state, reason=reason):
                log.info("agent.ended", state=state, reason=reason, **_figures(subject))
            case never:
                assert_never(never)


async def tell_all(heralds: Sequence[Herald], events: Sequence[LifecycleEvent]) -> None:
    """Tell every herald of every event, in order."""
    for event in events:
        for herald in heralds:
            await herald.tell(event)


async def tell_ended(
    heralds: Sequence[Herald], agent: Agent | None, *, limit_tokens: int
) -> None:
    """Tell every herald of an agent that its person ended; of nothing where there was none."""
    reason = TerminationReason.USER_REQUEST
    await tell_all(heralds, ended(agent, limit_tokens=limit_tokens, reason=reason))


def _figures(subject: Subject) -> dict[str, object]:
    return {
        "user_id": subject.user_id,
        "platform": subject.platform,
        "trace_id": subject.trace_id,
        "agent_id": subject.agent_id,
        "version": subject.version,
        "turns": subject.turns,
        "occupied_tokens": subject.occupied_tokens,
        "limit_tokens": subject.limit_tokens,
    }
