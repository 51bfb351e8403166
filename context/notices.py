"""Everything the bot itself says to a person, one function for each thing it says.

Only to people: none of it ever enters a model's prompt, because a model that is told that
its window fills gives up early. Commands are written as they are given on the platform:
`prefix` is what stands before their names there (`/`, or `/baton ` in Slack).
"""

from collections.abc import Iterable

from context.policy import Thresholds, occupancy
from context.text import one_line

_SUMMARIES = {
    "help": "this list",
    "context": "how full this conversation's context window is",
    "new": "start a new conversation; I no longer see this one then",
    "stop": "stop what I am working on",
}
_SHOWN_NAME_CHARS = 32
_TEN_PERCENT = 100
"""In tenths of a percent, which are shown only below it."""


def first_contact(*, prefix: str = "/") -> str:
    """Introduce the bot, once: who it is, what is kept, where help is."""
    return (
        "👋 I am Baton, an AI assistant: a program, not a person. What you write here is stored, "
        f"so that we can go on where we left off. Write {prefix}help to see what I can do."
    )


def help_text(commands: Iterable[str], *, prefix: str = "/") -> str:
    """List the commands that can be given, in the order they are handed in."""
    return "\n".join(
        [
            "Just write to me, in any language. I also understand:",
            *(_listed(name, prefix=prefix) for name in commands),
        ]
    )


def unknown_command(name: str, commands: Iterable[str], *, prefix: str = "/") -> str:
    """Say that there is no such command, and which there are."""
    shown = one_line(name, max_chars=_SHOWN_NAME_CHARS)
    return "\n".join(
        [
            f"I do not know {prefix}{shown}. What I understand:",
            *(_listed(known, prefix=prefix) for known in commands),
        ]
    )


def warning(
    *,
    occupied_tokens: int,
    limit_tokens: int,
    handoff_at: float | None = None,
    prefix: str = "/",
) -> str:
    """Tell that the window fills.

    Args:
        occupied_tokens: Tokens in use.
        limit_tokens: Tokens there are.
        handoff_at: Share of the limit at which a fresh agent goes on, where it is known.
        prefix: What stands before a command's name.
    """
    when = f"At {_share(handoff_at)}" if handoff_at is not None else "When it is full"
    return (
        "⚠️ My context window, the memory I have for this conversation, is filling up: "
        f"{_in_use(occupied_tokens, limit_tokens)}. {when}, a fresh agent takes over with my "
        "notes and goes on right where we are; you need not do anything. "
        f"{prefix}context shows the figures, {prefix}new starts over."
    )


def critical(*, occupied_tokens: int, limit_tokens: int, prefix: str = "/") -> str:
    """Tell that the window is all but full and a fresh agent goes on."""
    return (
        "🔴 My context window, the memory I have for this conversation, is almost full: "
        f"{_in_use(occupied_tokens, limit_tokens)}. A fresh agent now takes over with my notes "
        "and our latest messages. Just keep writing; if it misses something, say it again. "
        f"{prefix}context shows the figures, {prefix}new starts over."
    )


def usage_line(occupied_tokens: int, limit_tokens: int, thresholds: Thresholds) -> str:
    """Give the figures on one line: `1,250/200,000 tokens (0.6 %) · compaction at 80 %`.

    The end names the next step that is on: compaction, else handoff, else rotation.
    """
    percent = 100 * occupancy(occupied_tokens, limit_tokens)
    line = f"{occupied_tokens:,}/{limit_tokens:,} tokens ({percent:.1f} %)"
    for step, share in (
        ("compaction", thresholds.compaction),
        ("handoff", thresholds.critical),
        ("rotation", thresholds.rotation),
    ):
        if share is not None:
            return f"{line} · {step} at {_share(share)}"
    return line


def context_text(*, occupied_tokens: int, limit_tokens: int, version: int, turns: int) -> str:
    """Answer `context`: how full the window is, and whose it is."""
    left = max(limit_tokens - occupied_tokens, 0)
    answered = "1 turn" if turns == 1 else f"{turns:,} turns"
    return (
        f"Context window: {_in_use(occupied_tokens, limit_tokens)}, {left:,} tokens left.\n"
        f"Agent {version} of this conversation, {answered} so far."
    )


def context_unused(*, limit_tokens: int) -> str:
    """Answer `context` where nothing has been said yet."""
    return f"Nothing is in use yet: {_in_use(0, limit_tokens)}."


def new_started() -> str:
    """Confirm that the next message begins a new conversation."""
    return "✨ A new conversation begins. I no longer see what we said before."


def stopped(count: int) -> str:
    """Confirm that work was stopped, and say how many messages stay unanswered."""
    what = "that message" if count == 1 else f"those {count:,} messages"
    return f"⏹️ Stopped. I will not answer {what}; write again whenever you like."


def nothing_to_stop() -> str:
    """Say that no work was under way."""
    return "There is nothing to stop: I am not working on anything."


def still_working() -> str:
    """Say that an answer takes longer than usual."""
    return "⏳ Still working on it; this one takes a little longer."


def failed() -> str:
    """Say that a turn failed for good, and what to do."""
    return "I could not answer that because of a fault on our side; please send it once more."


def too_long() -> str:
    """Say that a message alone is larger than any window."""
    return "That message is too long for me to read at once; please send it in smaller pieces."


def refused() -> str:
    """Say that the model declined to answer."""
    return "I cannot help with that one. Please put it another way, or ask me something else."


def cut_off() -> str:
    """Say that an answer ends where it does only because of its length."""
    return "✂️ That answer was cut off at its longest. Write “go on” for the rest."


def nothing_to_say() -> str:
    """Say that the model gave an empty answer."""
    return "I have nothing to add to that."


def in_latest_thread(text: str) -> str:
    """Say that a command acted on the person's latest conversation in that place."""
    return f"In your latest conversation here: {text}"


def _listed(name: str, *, prefix: str) -> str:
    summary = _SUMMARIES.get(name)
    return f"- {prefix}{name}: {summary}" if summary else f"- {prefix}{name}"


def _in_use(occupied_tokens: int, limit_tokens: int) -> str:
    # Rounded down, so that no threshold seems to be reached that is not.
    tenths = 1_000 * occupied_tokens // limit_tokens
    percent = f"{tenths / 10:g}" if tenths < _TEN_PERCENT else f"{tenths // 10}"
    return f"{occupied_tokens:,}/{limit_tokens:,} tokens ({percent} %)"


def _share(share: float) -> str:
    return f"{100 * share:.4g} %"
