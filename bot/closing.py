"""How a finished turn ends: what is said, what is asked for, and whether the agent hands over."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from bot.agents.loop import Finished
from bot.standing import Before, Standing, Turn
from bot.voice import Voice
from context import notices, trackers
from context.categories import Trigger
from context.facts import Fact
from context.lifecycle import AgentState
from context.notices import wanted
from context.pace import added_tokens, paced, turns_left
from context.policy import HandOff, Notify, Proceed, Rotate, Thresholds, decide, reached
from context.prompt import StopReason
from context.redaction import placeholders, redacted_items
from context.session import Agent, Level
from context.tidying import Compact, Draft, Task, Upkeep, Wait, tidying
from context.usage import calibrated, measurable_bytes
from storage.chores import Request
from storage.compactions import failures_in_a_row, weak_in_a_row
from storage.handing_over import Handoff
from storage.ledger import Closing, Skipped
from storage.outbox import Kind, Spoken

_STATES = {
    Level.NONE: AgentState.ACTIVE,
    Level.WARNING: AgentState.WARNING,
    Level.CRITICAL: AgentState.CRITICAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from a finished turn.

    Attributes:
        agent: As it stands after the turn.
        spoken: The reply and the bot's own words after it.
        trigger: What makes the agent hand over; None if it goes on.
        tasks: Housekeeping to be done in the background, or why it is not asked for.
    """

    agent: Agent
    spoken: tuple[Spoken, ...] = field(repr=False)
    trigger: Trigger | None = None
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What a verdict leaves to be stored, as far as it takes time to work out."""

    facts: tuple[Fact, ...] = field(default=(), repr=False)
    handoff: Handoff | None = None
    spoken: tuple[Spoken, ...] = field(default=(), repr=False)


def judged(turn: Turn, standing: Standing, finished: Finished, *, now: datetime) -> Verdict:
    """Decide what follows, and put it into words."""
    agent = _answered(standing, finished)
    decision = decide(
        occupied_tokens=agent.occupied_tokens,
        limit_tokens=turn.limit_tokens,
        told=agent.told,
        thresholds=turn.thresholds,
    )
    spoken = _greeting(turn.voice, standing) + _reply(turn.voice, standing, finished)
    if finished.answer.stop is StopReason.WINDOW_EXCEEDED and turn.is_managed:
        return _given_way(turn, standing, agent, spoken=spoken, trigger=Trigger.WINDOW_EXCEEDED)
    match decision:
        case Proceed(told=told):
            pass
        case Notify(level=told):
            spoken += _warned(turn, standing, agent)
        case HandOff():
            return _given_way(
                turn, standing, agent, spoken=spoken, trigger=Trigger.CRITICAL_THRESHOLD
            )
        case Rotate():
            return _given_way(
                turn, standing, agent, spoken=spoken, trigger=Trigger.ROTATION_THRESHOLD
            )
        case never:
            assert_never(never)
    if not isinstance(decision, Notify):
        spoken += _usage_line(turn, standing, replace(agent, told=told))
    tasks = _tasks(turn, standing, agent, now=now)
    agent = replace(agent, told=told).entering(_state(turn, agent, told=told, tasks=tasks))
    return Verdict(agent=agent, spoken=spoken, tasks=tasks)


def facts_said(turn: Turn, finished: Finished, before: Before) -> tuple[Fact, ...]:
    """What the fact ledger keeps of a turn.

    Args:
        turn: The turn.
        finished: How it ended.
        before: What was said before; heeded where `numbers_placeholders`.
    """
    own = tuple(item for item in finished.items if item.turn_id == turn.turn_id)
    earlier = before.items if numbers_placeholders(turn) else ()
    known = placeholders(before.document)
    told = redacted_items((*earlier, *own), turn.limits.redact, known=known)
    return tuple(trackers.facts(told[len(earlier) :]))


def numbers_placeholders(turn: Turn) -> bool:
    """Whether what stands for redacted words depends on all that was said before."""
    return turn.limits.redact == "all"


def closing(
    turn: Turn, standing: Standing, *, finished: Finished, verdict: Verdict, ending: Ending
) -> Closing:
    """Lay down everything that a finished turn leaves behind."""
    *merged, answered = (message.message_id for message in turn.mail.messages)
    return Closing(
        turn_id=turn.turn_id,
        agent=verdict.agent,
        step=finished.step,
        answered=answered,
        merged=tuple(merged),
        spoken=(*verdict.spoken, *ending.spoken),
        greeted=not standing.is_greeted,
        handoff=ending.handoff,
        facts=ending.facts,
        chores=tuple(_requests(turn, verdict)),
        skipped=_newly_skipped(turn, standing, verdict),
        language=turn.language,
    )


def critical(turn: Turn, standing: Standing, *, occupied_tokens: int) -> tuple[Spoken, ...]:
    """Tell the person that the window is full and a fresh agent goes on."""
    if not wanted("critical", standing.notices):
        return ()
    text = notices.critical(
        occupied_tokens=occupied_tokens,
        limit_tokens=turn.limit_tokens,
        prefix=turn.voice.prefix,
        language=standing.language,
    )
    return turn.voice.say(Kind.NOTICE, text, notice="critical")


def _answered(standing: Standing, finished: Finished) -> Agent:
    """The agent with what the provider counted for its last call."""
    before, occupied_tokens = standing.agent, finished.answer.usage.occupied_tokens
    added = added_tokens(before, occupied_tokens=occupied_tokens)
    own = (item for item in finished.items if item.turn_id == finished.step.turn_id)
    return replace(
        before,
        occupied_tokens=occupied_tokens,
        peak_tokens=max(before.peak_tokens, occupied_tokens),
        turns=before.turns + 1,
        weak_compactions=weak_in_a_row(standing.past),
        pace_tokens=paced(before, added),
        bytes_per_token=calibrated(
            before.bytes_per_token,
            measured_bytes=measurable_bytes(block for item in own for block in item.blocks),
            counted_tokens=added,
        ),
    )


def _tasks(turn: Turn, standing: Standing, agent: Agent, *, now: datetime) -> tuple[Task, ...]:
    failed = failures_in_a_row(standing.past)
    undrafted = standing.undrafted_tokens
    if undrafted is not None:
        undrafted += max(0, agent.occupied_tokens - standing.agent.occupied_tokens)
    return tidying(
        agent,
        limit_tokens=turn.limit_tokens,
        thresholds=turn.thresholds,
        shaping=turn.limits.shaping,
        upkeep=Upkeep(
            failures=len(failed),
            failed_at=failed[0].created_at if failed else None,
            undrafted_tokens=undrafted,
        ),
        now=now,
    )


def _requests(turn: Turn, verdict: Verdict) -> Iterator[Request]:
    """What is asked for, with where to say what came of it."""
    agent_id, to = verdict.agent.agent_id, turn.mail.messages[-1].reply_to
    for task in verdict.tasks:
        match task:
            case Compact(trigger=trigger):
                yield Request(agent_id=agent_id, kind="compaction", trigger=trigger, to=to)
            case Draft():
                yield Request(agent_id=agent_id, kind="draft", trigger="threshold")
            case Wait():
                pass
            case never:
                assert_never(never)


def _newly_skipped(turn: Turn, standing: Standing, verdict: Verdict) -> Skipped | None:
    """Why a compaction that is due is skipped, once for each reason."""
    latest = standing.past[0].reason if standing.past else None
    reasons = (task.reason for task in verdict.tasks if isinstance(task, Wait))
    new = next((reason for reason in reasons if reason != latest), None)
    return Skipped(reason=new, limit_tokens=turn.limit_tokens) if new is not None else None


def _given_way(
    turn: Turn,
    standing: Standing,
    agent: Agent,
    *,
    spoken: tuple[Spoken, ...],
    trigger: Trigger,
) -> Verdict:
    spoken += critical(turn, standing, occupied_tokens=agent.occupied_tokens)
    agent = replace(agent, told=Level.CRITICAL).entering(AgentState.CRITICAL)
    return Verdict(agent=agent, spoken=spoken, trigger=trigger)


def _state(turn: Turn, agent: Agent, *, told: Level, tasks: tuple[Task, ...]) -> AgentState:
    if any(isinstance(task, Compact) for task in tasks):
        return AgentState.COMPACTING
    if not turn.is_managed:  # nobody is told and nothing follows, but operators can see it
        told = reached(
            occupied_tokens=agent.occupied_tokens,
            limit_tokens=turn.limit_tokens,
            thresholds=turn.limits.thresholds,
        )
    return _STATES[told]


def _greeting(voice: Voice, standing: Standing) -> tuple[Spoken, ...]:
    if standing.is_greeted:
        return ()
    text = notices.first_contact(prefix=voice.prefix, language=standing.language)
    return voice.say(Kind.NOTICE, text)


def _warned(turn: Turn, standing: Standing, agent: Agent) -> tuple[Spoken, ...]:
    if not wanted("warning", standing.notices):
        return ()
    thresholds = _ahead(turn, agent)
    text = notices.warning(
        occupied_tokens=agent.occupied_tokens,
        limit_tokens=turn.limit_tokens,
        compaction_at=thresholds.compaction,
        handoff_at=thresholds.critical or thresholds.rotation,
        turns_left=_turns_left(turn, agent),
        prefix=turn.voice.prefix,
        language=standing.language,
    )
    buttons = notices.buttons("compact", "handoff", language=standing.language)
    return turn.voice.say(Kind.NOTICE, text, notice="warning", buttons=buttons)


def _usage_line(turn: Turn, standing: Standing, agent: Agent) -> tuple[Spoken, ...]:
    """The figures after a turn, where operators want them and the person did not refuse."""
    wish = turn.limits.usage_line
    due = wish == "every" or (wish == "threshold" and agent.told >= Level.WARNING)
    if not due or not wanted("usage", standing.notices):
        return ()
    text = notices.usage_line(
        agent.occupied_tokens,
        turn.limit_tokens,
        _ahead(turn, agent),
        language=standing.language,
    )
    return turn.voice.say(Kind.NOTICE, text, notice="usage")


def _ahead(turn: Turn, agent: Agent) -> Thresholds:
    """The steps that are still ahead of an agent; it is compacted only so often."""
    if agent.compactions < turn.limits.shaping.max_compactions:
        return turn.thresholds
    return replace(turn.thresholds, compaction=None)


def _turns_left(turn: Turn, agent: Agent) -> int | None:
    threshold = turn.thresholds.critical or turn.thresholds.rotation
    return turns_left(
        occupied_tokens=agent.occupied_tokens,
        limit_tokens=turn.limit_tokens,
        threshold=threshold if threshold is not None else 1.0,
        pace_tokens=agent.pace_tokens,
    )


def _reply(voice: Voice, standing: Standing, finished: Finished) -> tuple[Spoken, ...]:
    """Say what the model answered, or in one sentence why there is nothing more."""
    answer, language = finished.answer, standing.language
    spoken = voice.say(Kind.REPLY, answer.text)
    match answer.stop:
        case StopReason.REFUSAL:
            return voice.say(Kind.REPLY, notices.refused(language=language))
        case StopReason.MAX_TOKENS | StopReason.WINDOW_EXCEEDED:
            return spoken + voice.say(Kind.NOTICE, notices.cut_off(language=language))
        case _:
            return spoken or voice.say(Kind.REPLY, notices.nothing_to_say(language=language))
