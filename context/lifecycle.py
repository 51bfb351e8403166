"""The states an agent goes through, why it ends, and which steps between are legal.

`initializing` has answered nothing yet. `warning` and `critical` say how full a window is; who
is at `critical` gives way at once, so that it stays there only where nothing is handed over.
`compacting` was asked to make room and has not begun a turn from less yet. `handoff_pending` is
passed through inside the commit that ends it. `terminated` made room for another conversation,
or an undo; `failed` could not go on, and another went on for it.
"""

from enum import StrEnum

from context.errors import IllegalTransition


class AgentState(StrEnum):
    """Where an agent is in its life."""

    INITIALIZING = "initializing"
    ACTIVE = "active"
    WARNING = "warning"
    COMPACTING = "compacting"
    CRITICAL = "critical"
    HANDOFF_PENDING = "handoff_pending"
    HANDOFF_COMPLETE = "handoff_complete"
    TERMINATED = "terminated"
    FAILED = "failed"

    @property
    def can_accept_tasks(self) -> bool:
        """Whether a new turn may start with this agent, where agents are managed at all."""
        return self in _ACCEPTING

    @property
    def is_operational(self) -> bool:
        """Whether the agent has not ended."""
        return self not in _ENDED

    @property
    def requires_attention(self) -> bool:
        """Whether an operator should look."""
        return self in _NEEDY


class TerminationReason(StrEnum):
    """Why an agent ended."""

    CONTEXT_WINDOW_EXHAUSTED = "context_window_exhausted"
    FORCED_ROTATION = "forced_rotation"
    USER_REQUEST = "user_request"
    TASK_COMPLETED = "task_completed"
    IDLE_TIMEOUT = "idle_timeout"
    BUDGET_EXHAUSTED = "budget_exhausted"
    ERROR = "error"
    ADMIN_REQUEST = "admin_request"


def after(state: AgentState, following: AgentState) -> AgentState:
    """Take a step; an agent that has not ended may also stay where it is.

    Raises:
        IllegalTransition: The table knows no such step.
    """
    stays = state is following and state.is_operational
    if not stays and following not in _STEPS[state]:
        raise IllegalTransition(state, following)
    return following


_ENDED = frozenset({AgentState.HANDOFF_COMPLETE, AgentState.TERMINATED, AgentState.FAILED})
_ACCEPTING = frozenset(
    {AgentState.INITIALIZING, AgentState.ACTIVE, AgentState.WARNING, AgentState.COMPACTING}
)
_NEEDY = frozenset({AgentState.CRITICAL, AgentState.HANDOFF_PENDING, AgentState.FAILED})

_BREAKING_OFF = frozenset(
    {AgentState.HANDOFF_PENDING, AgentState.TERMINATED, AgentState.FAILED}
)
"""Open to every agent that is at work: a handoff may be forced or asked for at any time."""

_STEPS = {
    # Its first turn may fill its window as far as any later one.
    AgentState.INITIALIZING: _BREAKING_OFF
    | {AgentState.ACTIVE, AgentState.WARNING, AgentState.COMPACTING, AgentState.CRITICAL},
    AgentState.ACTIVE: _BREAKING_OFF
    | {AgentState.WARNING, AgentState.COMPACTING, AgentState.CRITICAL},
    AgentState.WARNING: _BREAKING_OFF
    | {AgentState.ACTIVE, AgentState.COMPACTING, AgentState.CRITICAL},
    AgentState.COMPACTING: _BREAKING_OFF
    | {AgentState.ACTIVE, AgentState.WARNING, AgentState.CRITICAL},
    # Back only where occupancy fell, e.g. because the limit was raised.
    AgentState.CRITICAL: _BREAKING_OFF | {AgentState.ACTIVE, AgentState.WARNING},
    AgentState.HANDOFF_PENDING: frozenset(
        {AgentState.HANDOFF_COMPLETE, AgentState.TERMINATED, AgentState.FAILED}
    ),
    AgentState.HANDOFF_COMPLETE: frozenset[AgentState](),
    AgentState.TERMINATED: frozenset[AgentState](),
    AgentState.FAILED: frozenset[AgentState](),
}
"""Every step between states that is legal; what has ended stays ended."""
