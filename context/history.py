"""What became of a conversation's context window, told to its person.

It answers `history`, `why` and `handoff show`. What happened comes as values, latest first;
the words are in `context/catalogue/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from context import figures
from context.catalogue.languages import SENTENCES
from context.catalogue.sentences import Sentences
from context.language import Language
from context.lifecycle import TerminationReason

_ENGLISH = Language.ENGLISH


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """An agent gave way to the next.

    Attributes:
        at: When.
        version: The agent that gave way.
        successor: The agent that goes on.
        reason: Why it gave way.
        occupied_tokens: What its window held then.
        limit_tokens: What it could hold.
        probe_score: Share of what must not get lost that the notes held by themselves, from
            0 to 1; None where it was not checked.
    """

    at: datetime
    version: int
    successor: int
    reason: TerminationReason
    occupied_tokens: int
    limit_tokens: int
    probe_score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TidiedUp:
    """An agent's older turns became a summary.

    Attributes:
        at: When.
        version: Whose.
        before_tokens: What its window held before.
        after_tokens: What it held afterwards.
    """

    at: datetime
    version: int
    before_tokens: int
    after_tokens: int


Event = HandedOver | TidiedUp


def history_text(events: Sequence[Event], *, language: Language = _ENGLISH) -> str:
    """Answer `history`: a line for each event, in the order they are handed in."""
    words = SENTENCES[language]
    if not events:
        return words.no_history
    lines = (f"- {_line(event, words, language=language)}" for event in events)
    return "\n".join([words.history_intro, *lines])


def why_text(events: Sequence[Event], *, language: Language = _ENGLISH) -> str:
    """Answer `why`: what made the agent see what it sees, and nothing else.

    Args:
        events: What happened to the conversation, latest first.
        language: What it is said in.
    """
    words = SENTENCES[language]
    handoff = next((one for one in events if isinstance(one, HandedOver)), None)
    tidied = next((one for one in events if isinstance(one, TidiedUp)), None)
    said: list[str] = []
    if handoff is not None:
        said.append(_why_handoff(handoff, words, language=language))
    # What an earlier agent tidied up is not what this one sees.
    if tidied is not None and (handoff is None or tidied.version == handoff.successor):
        said.append(
            words.why_compaction.format(
                before=f"{tidied.before_tokens:,}", after=f"{tidied.after_tokens:,}"
            )
        )
    return "\n".join(said) or words.why_nothing


def handoff_shown(
    notes: str, *, version: int, successor: int, language: Language = _ENGLISH
) -> str:
    """Answer `handoff show`: what one agent left for the next."""
    intro = SENTENCES[language].handoff_shown.format(before=version, after=successor)
    return f"{intro}\n\n{notes}"


def no_handoff(*, language: Language = _ENGLISH) -> str:
    """Answer `handoff show` where no agent was before this one."""
    return SENTENCES[language].no_handoff


def _line(event: Event, words: Sentences, *, language: Language) -> str:
    at = figures.instant(event.at, language=language)
    match event:
        case HandedOver():
            return words.history_handoff.format(
                at=at,
                before=event.version,
                after=event.successor,
                reason=words.reasons.of(event.reason),
                in_use=_held(event, language=language),
            )
        case TidiedUp():
            return words.history_compaction.format(
                at=at,
                version=event.version,
                before=f"{event.before_tokens:,}",
                after=f"{event.after_tokens:,}",
            )
        case never:
            assert_never(never)


def _why_handoff(event: HandedOver, words: Sentences, *, language: Language) -> str:
    why = words.why_handoff.format(
        before=event.version,
        after=event.successor,
        reason=words.reasons.of(event.reason),
        in_use=_held(event, language=language),
    )
    if event.probe_score is None:
        return why
    percent = figures.whole_percent(event.probe_score, language=language)
    return words.space.join([why, words.why_checked.format(percent=percent)])


def _held(event: HandedOver, *, language: Language) -> str:
    return figures.in_use(event.occupied_tokens, event.limit_tokens, language=language)
