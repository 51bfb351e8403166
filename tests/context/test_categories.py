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

    info = AgentInfo(
        agent_id=agent.agent_id,
        agent_type=agent.agent_type,
        version=agent.version,
        parent_id=None,
        trace_id=agent.trace_id,
        session_id=agent.session_id,
        platform=agent.platform,
        provider=agent.provider,
        started_at=NOON,
        ended_at=NOON + timedelta(hours=1),
    )

    assert info.lines[0] == f"chat agent 2 of trace {agent.trace_id} (agent-2)"
    assert info.lines[2] == "from 2026-11-20 12:00 to 2026-11-20 13:00 UTC"
