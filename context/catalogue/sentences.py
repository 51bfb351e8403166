"""The sentences that every language must have; what stands in braces is filled in.

A language is one value of `Sentences`, so that mypy proves that none lacks a sentence, and a
test that each names what it is given: figures, and commands as they are written on the
platform.
"""

from dataclasses import dataclass
from typing import Literal, assert_never

from context.lifecycle import TerminationReason

Pressable = Literal["compact", "handoff", "new", "handoff show", "handoff undo"]
"""The commands that a button can give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A sentence about one thing, and about several; `{count}` says how many.

    A language with more forms than two words `other` so that none of them shows.
    """

    one: str
    other: str

    def of(self, count: int) -> str:
        """Choose the form, and fill the number in."""
        return self.one if count == 1 else self.other.format(count=f"{count:,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summaries:
    """What each command does, in a few words; without a full stop."""

    help: str
    context: str
    new: str
    compact: str
    handoff: str
    history: str
    why: str
    notices: str
    stop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What stands on the buttons; Slack cuts them at 75 characters."""

    compact: str
    handoff: str
    new: str
    handoff_show: str
    handoff_undo: str

    def of(self, command: Pressable) -> str:
        """Read the words of a command's button."""
        match command:
            case "compact":
                return self.compact
            case "handoff":
                return self.handoff
            case "new":
                return self.new
            case "handoff show":
                return self.handoff_show
            case "handoff undo":
                return self.handoff_undo
            case never:
                assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why an agent ended, in a few words that may stand alone (`TerminationReason`)."""

    context_window_exhausted: str
    forced_rotation: str
    user_request: str
    task_completed: str
    idle_timeout: str
    budget_exhausted: str
    error: str
    admin_request: str

    def of(self, reason: TerminationReason) -> str:
        """Read the words of a reason; a test proves that each has some."""
        words: str = getattr(self, reason.value)
        return words


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """Everything the bot says about itself, in one language.

    Attributes:
        space: Stands between two sentences.
        first_contact: Who it is and what is kept; `{help}`.
        help_intro: Stands above the list of commands.
        unknown_command: The same where there is no such command; `{command}`.
        summaries: The lines of that list.
        warning: The window fills; begins with ⚠️; `{in_use}`.
        turns_left: How long it lasts; `{count}`.
        compaction_ahead: What happens before it is full; `{share}`.
        handoff_ahead: What happens then; `{share}`.
        handoff_when_full: The same where no share is known.
        choices: What the person can do; `{compact}`, `{handoff}`, `{new}`.
        critical: The window is full, a fresh agent goes on; begins with 🔴; `{in_use}`,
            `{new}`.
        started_small: The fresh agent could take over only the essentials.
        compaction_at: End of the usage line; `{share}`; so are the next two.
        handoff_at: Likewise.
        rotation_at: Likewise.
        context: How full the window is; `{in_use}`, `{left}`.
        context_agent: Whose it is; `{version}`, `{turns}`.
        turns: How many turns; `{count}`.
        context_unused: Nothing was said yet; `{in_use}`.
        new_started: A new conversation begins.
        stopped: Work was stopped, so many messages stay unanswered; `{count}`.
        nothing_to_stop: No work was under way.
        still_working: It takes longer than usual.
        failed: A turn failed for good.
        too_long: A message is larger than any window.
        refused: The model declined.
        cut_off: An answer ends only because of its length.
        nothing_to_say: The model gave an empty answer.
        in_latest_thread: A command acted on the latest conversation there; `{text}`.
        compaction_started: Tidying up began, by wish.
        compacted: It is done; `{before}`, `{in_use}`.
        nothing_to_compact: There was nothing to tidy up.
        compaction_failed: It failed; `{handoff}`.
        handoff_started: A handoff began, by wish.
        handed_over: It is done; `{show}`, `{undo}`.
        nothing_to_hand_off: Nothing was said yet.
        switched_off: Neither is done here.
        handoff_shown: Stands above a handoff's document; `{before}`, `{after}`.
        no_handoff: There was none to show.
        undone: The earlier agent goes on; `{version}`.
        nothing_to_undo: There was none to undo.
        history_intro: Stands above what happened to the window.
        history_handoff: A line of it; `{at}`, `{before}`, `{after}`, `{reason}`, `{in_use}`.
        history_compaction: A line of it; `{at}`, `{version}`, `{before}`, `{after}`.
        no_history: Nothing happened to it yet.
        reasons: Why an agent ended.
        why_handoff: Why this agent answers; `{before}`, `{after}`, `{reason}`, `{in_use}`.
        why_checked: How much the notes held by themselves; `{percent}`.
        why_compaction: Why older turns are a summary; `{before}`, `{after}`.
        why_nothing: The agent sees everything as it was said.
        notices_all: All notices will come.
        notices_critical: Only critical ones will.
        notices_off: None will.
        notices_choices: How to change that; `{all}`, `{critical}`, `{off}`.
        labels: What stands on buttons.
    """

    space: str = " "
    first_contact: str
    help_intro: str
    unknown_command: str
    summaries: Summaries
    warning: str
    turns_left: Counted
    compaction_ahead: str
    handoff_ahead: str
    handoff_when_full: str
    choices: str
    critical: str
    started_small: str
    compaction_at: str
    handoff_at: str
    rotation_at: str
    context: str
    context_agent: str
    turns: Counted
    context_unused: str
    new_started: str
    stopped: Counted
    nothing_to_stop: str
    still_working: str
    failed: str
    too_long: str
    refused: str
    cut_off: str
    nothing_to_say: str
    in_latest_thread: str
    compaction_started: str
    compacted: str
    nothing_to_compact: str
    compaction_failed: str
    handoff_started: str
    handed_over: str
    nothing_to_hand_off: str
    switched_off: str
    handoff_shown: str
    no_handoff: str
    undone: str
    nothing_to_undo: str
    history_intro: str
    history_handoff: str
    history_compaction: str
    no_history: str
    reasons: Reasons
    why_handoff: str
    why_checked: str
    why_compaction: str
    why_nothing: str
    notices_all: str
    notices_critical: str
    notices_off: str
    notices_choices: str
    labels: Labels
