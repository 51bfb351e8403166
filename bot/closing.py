"""How a finished turn ends: what is stored, what is said, and whether the agent hands over."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.agents.loop import Finished
from bot.standing import Standing, Turn
from bot.succession import succession
from bot.voice import Voice
from context import notices
from context.categories import Trigger
from context.lifecycle import AgentState
from context.policy import HandOff, Notify, Proceed, Rotate, Thresholds, decide
from context.prompt import StopReason
from context.session import Agent, Level
from storage.handing_over import Handoff
from storage.ledger import Closing
from storage.outbox import Kind, Spoken


def close_turn(
    turn: Turn,
    standing: Standing,
    finished: Finished,
    *,
    thresholds: Thresholds,
    now: datetime,
) -> Closing:
    """Lay down everything that a finished turn leaves behind."""
    agent = _answered(standing.agent, finished)
    agent, spoken, trigger = _decided(turn, agent, finished, thresholds=thresholds)
    greeting = (
        ()
        if standing.is_greeted
        else turn.voice.say(Kind.NOTICE, notices.first_contact(prefix=turn.voice.prefix))
    )
    handoff: Handoff | None = None
    if trigger is not None:
        handoff = succession(
            agent,
            finished.items,
            standing.document,
            trigger=trigger,
            limit_tokens=turn.limit_tokens,
            turn_id=turn.turn_id,
            name=turn.mail.messages[-1].speaker,
            now=now,
        )
    *merged, answered = (message.message_id for message in turn.mail.messages)
    return Closing(
        turn_id=turn.turn_id,
        agent=agent,
        step=finished.step,
        answered=answered,
        merged=tuple(merged),
        spoken=(*greeting, *spoken),
        greeted=not standing.is_greeted,
        handoff=handoff,
    )


def critical(turn: Turn, *, occupied_tokens: int) -> tuple[Spoken, ...]:
    """Tell the person that the window is full and a fresh agent goes on."""
    text = notices.critical(
        occupied_tokens=occupied_tokens,
        limit_tokens=turn.limit_tokens,
        prefix=turn.voice.prefix,
    )
    return turn.voice.say(Kind.NOTICE, text, notice="critical")


def _answered(agent: Agent, finished: Finished) -> Agent:
    occupied_tokens = finished.answer.usage.occupied_tokens
    return replace(
        agent,
        occupied_tokens=occupied_tokens,
        peak_tokens=max(agent.peak_tokens, occupied_tokens),
        turns=agent.turns + 1,
    )


def _decided(
    turn: Turn, agent: Agent, finished: Finished, *, thresholds: Thresholds
) -> tuple[Agent, tuple[Spoken, ...], Trigger | None]:
    """Say the reply and what follows from the occupancy; a trigger means a handoff."""
    spoken = _reply(turn.voice, finished)
    decision = decide(
        occupied_tokens=agent.occupied_tokens,
        limit_tokens=turn.limit_tokens,
        told=agent.told,
        thresholds=thresholds,
    )
    if finished.answer.stop is StopReason.WINDOW_EXCEEDED:
        decision = Rotate()
    match decision:
        case Proceed(told=told):
            state = AgentState.WARNING if told is Level.WARNING else AgentState.ACTIVE
            return replace(agent, told=told, state=state), spoken, None
        case Notify(level=level):
            text = notices.warning(
                occupied_tokens=agent.occupied_tokens,
                limit_tokens=turn.limit_tokens,
                handoff_at=thresholds.critical or thresholds.rotation,
                prefix=turn.voice.prefix,
            )
            spoken += turn.voice.say(Kind.NOTICE, text, notice="warning")
            return replace(agent, told=level, state=AgentState.WARNING), spoken, None
        case HandOff():
            trigger = Trigger.CRITICAL_THRESHOLD
        case Rotate():
            trigger = Trigger.ROTATION_THRESHOLD
        case never:
            assert_never(never)
    spoken += critical(turn, occupied_tokens=agent.occupied_tokens)
    return replace(agent, told=Level.CRITICAL, state=AgentState.CRITICAL), spoken, trigger


def _reply(voice: Voice, finished: Finished) -> tuple[Spoken, ...]:
    """Say what the model answered, or in one sentence why there is nothing more."""
    answer = finished.answer
    spoken = voice.say(Kind.REPLY, answer.text)
    match answer.stop:
        case StopReason.REFUSAL:
            return voice.say(Kind.REPLY, notices.refused())
        case StopReason.MAX_TOKENS | StopReason.WINDOW_EXCEEDED:
            return spoken + voice.say(Kind.NOTICE, notices.cut_off())
        case _:
            return spoken or voice.say(Kind.REPLY, notices.nothing_to_say())
