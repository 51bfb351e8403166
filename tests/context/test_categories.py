from dataclasses import replace
from datetime import timedelta

import pytest

from context.categories import (
    AgentInfo,
    OriginalRequest,
    Termination,
    TokenUsage,
    ToolState,
    Trigger,
    UserProfile,
)
from context.entries import PendingCall, Preference
from context.lifecycle import TerminationReason
from context.usage import Usage
from tests.builders import NOON, an_agent


@pytest.mark.parametrize(
    ("category", "lines"),
    [
        (OriginalRequest(), ()),
        (OriginalRequest(text="Where is it?"), ("Where is it?",)),
        (
            OriginalRequest(
                text="Where?", restated_goal="find it", standing_instructions=("be brief",)
            ),
            ("Where?", "goal: find it", "always: be brief"),
        ),
        (
            Termination(code=TerminationReason.FORCED_ROTATION, percent=95),
            ("forced_rotation at 95 %",),
        ),
        (
            Termination(
                code=TerminationReason.FORCED_ROTATION,
                percent=96.5,
                trigger=Trigger.PROMPT_TOO_LONG,
            ),
            ("forced_rotation at 96.5 %, prompt_too_long",),
        ),
        (
            TokenUsage(limit_tokens=4_000, occupied_tokens=3_700, peak_tokens=3_800, turns=9),
            ("3,700/4,000 tokens, at most 3,800, in 9 turns",),
        ),
        (
            TokenUsage(
                limit_tokens=4_000,
                occupied_tokens=3_700,
                peak_tokens=3_800,
                turns=9,
                compactions=2,
                spent=Usage(input_tokens=1_000, cache_read_tokens=9_000, output_tokens=70),
            ),
            (
                "3,700/4,000 tokens, at most 3,800, in 9 turns; compactions: 2",
                "spent 1,000 tokens in, 0 into the cache, 9,000 from it, 70 out",
            ),
        ),
        (UserProfile(), ()),
        (
            UserProfile(
                name="Ada",
                timezone="Europe/London",
                preferences=(Preference(text="tea"),),
                constraints=(Preference(text="no nuts"),),
            ),
            ("name: Ada", "timezone: Europe/London", "prefers: tea", "must have: no nuts"),
        ),
        (ToolState(), ()),
        (
            ToolState(pending_calls=(PendingCall(call_id="c1", name="refund"),)),
            ("pending: refund (c1)",),
        ),
    ],
)
def test_every_category_says_itself(category: ToolState, lines: tuple[str, ...]) -> None:
    assert category.lines == lines


def test_an_agent_is_known_by_version_trace_place_and_time() -> None:
    agent = an_agent(version=2)

    info = AgentInfo.of(agent, ended_at=NOON + timedelta(hours=1))

    assert info.lines[0] == f"chat agent 2 of trace {agent.trace_id} (agent-2)"
    assert info.lines[2] == "from 2026-11-20 12:00 to 2026-11-20 13:00 UTC"


def test_what_an_agent_held_is_told_with_its_compactions() -> None:
    agent = replace(an_agent(occupied_tokens=900), compactions=1)

    usage = TokenUsage.of(agent, limit_tokens=4_000, spent=None)

    assert usage.lines == ("900/4,000 tokens, at most 900, in 3 turns; compactions: 1",)
