"""Why things happened to agents and windows, in sentences for operators."""

from collections.abc import Mapping
from typing import Final

from context.categories import Trigger
from context.lifecycle import TerminationReason
from context.tidying import SkipReason
from storage.compactions import CompactionState

_UNKNOWN = "for a reason that was not kept"

_ENDED: Final[Mapping[TerminationReason, str]] = {
    TerminationReason.CONTEXT_WINDOW_EXHAUSTED: "its context window was full",
    TerminationReason.FORCED_ROTATION: "its context window was about to overflow, so it was rotated by force",
    TerminationReason.USER_REQUEST: "the person asked for it",
    TerminationReason.TASK_COMPLETED: "its task was completed",
    TerminationReason.IDLE_TIMEOUT: "the person had been silent for long",
    TerminationReason.BUDGET_EXHAUSTED: "its budget was spent",
    TerminationReason.ERROR: "it could not go on after an error",
    TerminationReason.ADMIN_REQUEST: "an operator asked for it",
}

_TRIGGERED: Final[Mapping[Trigger, str]] = {
    Trigger.CRITICAL_THRESHOLD: "the window passed the critical threshold",
    Trigger.ROTATION_THRESHOLD: "the window passed the rotation threshold",
    Trigger.PROMPT_TOO_LONG: "the model refused the prompt as too long",
    Trigger.WINDOW_EXCEEDED: "the model ran out of window while it answered",
    Trigger.COMMAND: "a command in chat",
    Trigger.IDLE: "the idle timeout",
    Trigger.ADMIN: "an operator",
}

_SKIPPED: Final[Mapping[str, str]] = {
    SkipReason.OFF: "compaction is off",
    SkipReason.ALREADY_RUNNING: "one was already under way",
    SkipReason.MOST_COMPACTIONS: "the agent has had as many as it may have",
    SkipReason.WEAK: "the last ones freed too little",
    SkipReason.COOLING_DOWN: "one failed shortly before",
    SkipReason.TOO_SOON: "too little was said since the last one",
    "nothing_to_free": "there was nothing to free",
}

_COMPACTED: Final[Mapping[CompactionState, str]] = {
    CompactionState.READY: "made, and waiting for the next turn",
    CompactionState.APPLIED: "swapped in",
    CompactionState.WEAK: "freed too little, so it was left out",
    CompactionState.STALE: "came too late",
    CompactionState.SKIPPED: "skipped",
    CompactionState.FAILED: "failed",
}


def ended(reason: TerminationReason | None) -> str:
    """Say why an agent ended, after “because”."""
    return _UNKNOWN if reason is None else _ENDED[reason]


def triggered(trigger: str | None) -> str | None:
    """Say what made an agent hand over; None where that was not kept."""
    if trigger is None:
        return None
    known = {str(one): sentence for one, sentence in _TRIGGERED.items()}
    return known.get(trigger, trigger.replace("_", " "))


def skipped(reason: str | None) -> str:
    """Say why a compaction that was due was not made."""
    if reason is None:
        return _UNKNOWN
    return _SKIPPED.get(reason, reason.replace("_", " "))


def compacted(state: CompactionState) -> str:
    """Say what became of a compaction."""
    return _COMPACTED[state]
