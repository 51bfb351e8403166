"""One agent follows another: what ends, what begins, and what is handed on."""

from dataclasses import replace

import pytest

from bot.limits import Limits
from bot.succession import Legacy, briefed, succession
from context import trackers
from context.categories import Trigger
from context.guard import SEED_SHARE
from context.lifecycle import AgentState, TerminationReason
from context.messages import TurnId
from context.prompt import Item
from context.session import Agent, Level
from storage.handing_over import Handoff
from tests.builders import NOON, a_conversation, an_agent

TALK = a_conversation("My order is BX-48213-A.", "Noted.", "And now?", "On its way.")


def handed_over(
    agent: Agent | None = None,
    items: tuple[Item, ...] = TALK,
    *,
    trigger: Trigger = Trigger.CRITICAL_THRESHOLD,
    limit_tokens: int = 10_000,
) -> Handoff:
    return succession(
        Legacy(
            agent=agent or an_agent(),
            items=items,
            previous=None,
            facts=tuple(trackers.facts(items)),
            name="Ada",
        ),
        trigger=trigger,
        limit_tokens=limit_tokens,
        seed_tokens=int(limit_tokens * SEED_SHARE),
        limits=Limits(tokens=limit_tokens),
        turn_id=TurnId("turn-9"),
        now=NOON,
    )


@pytest.mark.parametrize("trigger", list(Trigger))
def test_only_a_window_that_is_too_full_forces_a_rotation(trigger: Trigger) -> None:
    handoff = handed_over(trigger=trigger)

    assert handoff.forced == (
        trigger
        in {Trigger.ROTATION_THRESHOLD, Trigger.PROMPT_TOO_LONG, Trigger.WINDOW_EXCEEDED}
    )
    assert handoff.forced == (handoff.reason is TerminationReason.FORCED_ROTATION)


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        (Trigger.CRITICAL_THRESHOLD, TerminationReason.CONTEXT_WINDOW_EXHAUSTED),
        (Trigger.COMMAND, TerminationReason.USER_REQUEST),
        (Trigger.IDLE, TerminationReason.IDLE_TIMEOUT),
        (Trigger.ADMIN, TerminationReason.ADMIN_REQUEST),
    ],
)
def test_what_made_it_end_is_why_it_ended(trigger: Trigger, reason: TerminationReason) -> None:
    assert handed_over(trigger=trigger).reason is reason


def test_every_fact_is_in_what_the_next_agent_is_told() -> None:
    assert handed_over().probe_score == 1.0


def test_the_agent_ends_and_the_next_one_begins_with_an_empty_window() -> None:
    agent = replace(an_agent(version=2, occupied_tokens=9_100), told=Level.CRITICAL)

    handoff = handed_over(agent)

    assert handoff.ended == replace(agent, state=AgentState.HANDOFF_COMPLETE)
    assert handoff.sequence == 2
    following = handoff.successor
    assert (following.version, following.trace_id) == (3, agent.trace_id)
    assert (following.parent_id, following.began_from) == (agent.agent_id, handoff.handoff_id)
    assert (following.state, following.told) == (AgentState.INITIALIZING, Level.NONE)
    assert (following.occupied_tokens, following.peak_tokens, following.turns) == (0, 0, 0)


def test_the_same_turn_makes_the_same_handoff() -> None:
    assert handed_over() == handed_over()


def test_the_newest_turns_are_replayed_as_far_as_they_fit() -> None:
    long = a_conversation("word " * 2_000, "Noted.", "And now?", "On its way.")

    assert handed_over(items=TALK).successor.history_from == 0
    assert handed_over(items=long).successor.history_from == 2


def test_what_an_agent_is_told_of_its_predecessor_carries_the_facts() -> None:
    handoff = handed_over()

    told = briefed(handoff.document)

    assert told is not None
    assert told.startswith('<handoff sequence="1"')
    assert "BX-48213-A" in told


def test_the_first_of_a_trace_is_told_nothing() -> None:
    assert briefed(None) is None
