"""Everything the bot itself says to a person, one function for each thing it says.

Only to people: none of it ever enters a model's prompt, because a model that is told that
its window fills gives up early. The words are in `context/catalogue/`, a file per language.
Commands are written as they are given on the platform: `prefix` is what stands before their
names there (`/`, or `/baton ` in Slack).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Literal, assert_never

from context import figures
from context.catalogue.languages import SENTENCES
from context.catalogue.sentences import Pressable
from context.language import Language
from context.messages import Button
from context.policy import Thresholds
from context.text import one_line

Topic = Literal["warning", "critical", "compaction", "handoff", "usage"]
"""What a notice about the window is of; the same words as in `outbox.notice`."""

Preference = Literal["all", "critical", "off"]
"""Which of them a person wants."""

_SHOWN_NAME_CHARS = 32
_ARGUMENTS = {"handoff": " [show|undo]", "notices": " [all|critical|off]"}
_ENGLISH = Language.ENGLISH


def wanted(topic: Topic | None, preference: Preference) -> bool:
    """Tell whether a person wants to hear of it; None, which is all else, is always said."""
    match preference:
        case "all":
            return True
        case "critical":
            return topic is None or topic == "critical"
        case "off":
            return topic is None
        case never:
            assert_never(never)


def first_contact(*, prefix: str, language: Language = _ENGLISH) -> str:
    """Introduce the bot, once: who it is, what is kept, where help is."""
    return SENTENCES[language].first_contact.format(
        help=figures.command("help", prefix=prefix, language=language)
    )


def help_text(commands: Iterable[str], *, prefix: str, language: Language = _ENGLISH) -> str:
    """List the commands that can be given, in the order they are handed in."""
    intro = SENTENCES[language].help_intro
    return "\n".join([intro, *_listed(commands, prefix=prefix, language=language)])


def unknown_command(
    name: str,
    commands: Iterable[str],
    *,
    prefix: str,
    language: Language = _ENGLISH,
) -> str:
    """Say that there is no such command, and which there are."""
    shown = one_line(name, max_chars=_SHOWN_NAME_CHARS)
    intro = SENTENCES[language].unknown_command.format(
        command=figures.command(shown, prefix=prefix, language=language)
    )
    return "\n".join([intro, *_listed(commands, prefix=prefix, language=language)])


def warning(
    *,
    occupied_tokens: int,
    limit_tokens: int,
    compaction_at: float | None = None,
    handoff_at: float | None = None,
    turns_left: int | None = None,
    prefix: str,
    language: Language = _ENGLISH,
) -> str:
    """Tell that the window fills, what will happen, and what the person can do.

    Args:
        occupied_tokens: Tokens in use.
        limit_tokens: Tokens there are.
        compaction_at: Share of the limit at which older turns become a summary, if they do.
        handoff_at: Share of the limit at which a fresh agent goes on, where it is known.
        turns_left: How many turns there is room for at this person's pace, where it is known.
        prefix: What stands before a command's name.
        language: What it is said in.
    """
    words = SENTENCES[language]
    used = figures.in_use(occupied_tokens, limit_tokens, language=language)
    said = [words.warning.format(in_use=used)]
    if turns_left is not None:
        said.append(words.turns_left.of(turns_left))
    if compaction_at is not None:
        share = figures.share(compaction_at, language=language)
        said.append(words.compaction_ahead.format(share=share))
    if handoff_at is not None:
        share = figures.share(handoff_at, language=language)
        said.append(words.handoff_ahead.format(share=share))
    else:
        said.append(words.handoff_when_full)
    said.append(_filled(words.choices, prefix=prefix, language=language))
    return words.space.join(said)


def critical(
    *,
    occupied_tokens: int,
    limit_tokens: int,
    prefix: str,
    language: Language = _ENGLISH,
) -> str:
    """Tell that the window is full and a fresh agent goes on."""
    used = figures.in_use(occupied_tokens, limit_tokens, language=language)
    return SENTENCES[language].critical.format(
        in_use=used, new=figures.command("new", prefix=prefix, language=language)
    )


def usage_line(
    occupied_tokens: int,
    limit_tokens: int,
    thresholds: Thresholds,
    *,
    language: Language = _ENGLISH,
) -> str:
    """Give the figures on one line: `1,250/200,000 tokens (0.6 %) · compaction at 80 %`.

    The end names the next step that is on: compaction, else handoff, else rotation.
    """
    used = figures.usage(occupied_tokens, limit_tokens, language=language)
    step = _next_step(thresholds, language=language)
    return f"{used} · {step}" if step else used


def context_text(
    *,
    occupied_tokens: int,
    limit_tokens: int,
    version: int,
    turns: int,
    turns_left: int | None = None,
    language: Language = _ENGLISH,
) -> str:
    """Answer `context`: how full the window is, whose it is, and how long it lasts."""
    words = SENTENCES[language]
    left = max(limit_tokens - occupied_tokens, 0)
    used = figures.in_use(occupied_tokens, limit_tokens, language=language)
    lines = [
        words.context.format(in_use=used, left=f"{left:,}"),
        words.context_agent.format(version=version, turns=words.turns.of(turns)),
    ]
    if turns_left is not None:
        lines.append(words.turns_left.of(turns_left))
    return "\n".join(lines)


def context_unused(*, limit_tokens: int, language: Language = _ENGLISH) -> str:
    """Answer `context` where nothing has been said yet."""
    used = figures.in_use(0, limit_tokens, language=language)
    return SENTENCES[language].context_unused.format(in_use=used)


def new_started(*, language: Language = _ENGLISH) -> str:
    """Confirm that the next message begins a new conversation."""
    return SENTENCES[language].new_started


def stopped(count: int, *, language: Language = _ENGLISH) -> str:
    """Confirm that work was stopped, and say how many messages stay unanswered."""
    return SENTENCES[language].stopped.of(count)


def nothing_to_stop(*, language: Language = _ENGLISH) -> str:
    """Say that no work was under way."""
    return SENTENCES[language].nothing_to_stop


def still_working(*, language: Language = _ENGLISH) -> str:
    """Say that an answer takes longer than usual."""
    return SENTENCES[language].still_working


def failed(*, language: Language = _ENGLISH) -> str:
    """Say that a turn failed for good, and what to do."""
    return SENTENCES[language].failed


def too_long(*, language: Language = _ENGLISH) -> str:
    """Say that a message alone is larger than any window."""
    return SENTENCES[language].too_long


def refused(*, language: Language = _ENGLISH) -> str:
    """Say that the model declined to answer."""
    return SENTENCES[language].refused


def cut_off(*, language: Language = _ENGLISH) -> str:
    """Say that an answer ends where it does only because of its length."""
    return SENTENCES[language].cut_off


def nothing_to_say(*, language: Language = _ENGLISH) -> str:
    """Say that the model gave an empty answer."""
    return SENTENCES[language].nothing_to_say


def in_latest_thread(text: str, *, language: Language = _ENGLISH) -> str:
    """Say that a command acted on the person's latest conversation in that place."""
    return SENTENCES[language].in_latest_thread.format(text=text)


def compaction_started(*, language: Language = _ENGLISH) -> str:
    """Confirm that tidying up begins, by wish."""
    return SENTENCES[language].compaction_started


def compacted(
    *,
    before_tokens: int,
    after_tokens: int,
    limit_tokens: int,
    language: Language = _ENGLISH,
) -> str:
    """Tell that older turns are a summary now, and what that freed."""
    used = figures.in_use(after_tokens, limit_tokens, language=language)
    return SENTENCES[language].compacted.format(before=f"{before_tokens:,}", in_use=used)


def nothing_to_compact(*, language: Language = _ENGLISH) -> str:
    """Say that there was nothing to tidy up."""
    return SENTENCES[language].nothing_to_compact


def compaction_failed(*, prefix: str, language: Language = _ENGLISH) -> str:
    """Say that tidying up failed, and what else there is."""
    words = SENTENCES[language].compaction_failed
    return _filled(words, prefix=prefix, language=language)


def handoff_started(*, language: Language = _ENGLISH) -> str:
    """Confirm that a handoff begins, by wish."""
    return SENTENCES[language].handoff_started


def handed_over_by_wish(*, prefix: str, language: Language = _ENGLISH) -> str:
    """Tell that a fresh agent has taken over, as the person wished."""
    return SENTENCES[language].handed_over.format(
        show=figures.command("handoff show", prefix=prefix, language=language),
        undo=figures.command("handoff undo", prefix=prefix, language=language),
    )


def nothing_to_hand_off(*, language: Language = _ENGLISH) -> str:
    """Say that nothing was said yet that could be handed over."""
    return SENTENCES[language].nothing_to_hand_off


def switched_off(*, language: Language = _ENGLISH) -> str:
    """Say that nothing is tidied up or handed over for this person."""
    return SENTENCES[language].switched_off


def started_small(*, language: Language = _ENGLISH) -> str:
    """Tell that the fresh agent could take over only the essentials."""
    return SENTENCES[language].started_small


def undone(*, version: int, language: Language = _ENGLISH) -> str:
    """Confirm that the earlier agent, of this version, goes on."""
    return SENTENCES[language].undone.format(version=version)


def nothing_to_undo(*, language: Language = _ENGLISH) -> str:
    """Say that there was no handoff to take back."""
    return SENTENCES[language].nothing_to_undo


def notices_set(preference: Preference, *, prefix: str, language: Language = _ENGLISH) -> str:
    """Say which notices the person gets, and how to change that."""
    words = SENTENCES[language]
    match preference:
        case "all":
            said = words.notices_all
        case "critical":
            said = words.notices_critical
        case "off":
            said = words.notices_off
        case never:
            assert_never(never)
    choices = {
        choice: figures.command(f"notices {choice}", prefix=prefix, language=language)
        for choice in ("all", "critical", "off")
    }
    return f"{said}\n{words.notices_choices.format(**choices)}"


def buttons(*commands: Pressable, language: Language = _ENGLISH) -> tuple[Button, ...]:
    """Make buttons that give these commands, where the platform has buttons."""
    labels = SENTENCES[language].labels
    return tuple(Button(command=one, label=labels.of(one)) for one in commands)


def _listed(commands: Iterable[str], *, prefix: str, language: Language) -> list[str]:
    """Write a line for each command: how it is given, and what it does."""
    summaries: Mapping[str, str] = asdict(SENTENCES[language].summaries)
    lines = []
    for name in commands:
        given = figures.command(
            f"{name}{_ARGUMENTS.get(name, '')}", prefix=prefix, language=language
        )
        lines.append(f"- {given}: {summaries[name]}" if name in summaries else f"- {given}")
    return lines


def _filled(words: str, *, prefix: str, language: Language) -> str:
    """Put the commands that a sentence may name into it."""
    return words.format(
        **{
            name: figures.command(name, prefix=prefix, language=language)
            for name in ("compact", "handoff", "new")
        }
    )


def _next_step(thresholds: Thresholds, *, language: Language) -> str | None:
    words = SENTENCES[language]
    for step, share in (
        (words.compaction_at, thresholds.compaction),
        (words.handoff_at, thresholds.critical),
        (words.rotation_at, thresholds.rotation),
    ):
        if share is not None:
            return step.format(share=figures.share(share, language=language))
    return None
