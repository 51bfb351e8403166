"""What a person asks about their context window, over the platform and back."""

from functools import partial

from bot.emulator.servers.slack_messages import direct_channel
from tests.journeys.test_handoff import ANA, BEN, FILLER, admin, say
from tests.journeys.town import Town, town, until

LIMIT = 20_000


async def talked(here: Town) -> None:
    """Say something to be remembered, and a good deal more."""
    await say(here, "My order number is BX-48213-A.", answers=2)
    for number in range(14):
        await say(here, f"Line {number}. {FILLER * 60}")


async def test_a_handoff_by_wish_is_shown_and_taken_back(database_url: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        await say(here, "My order number is BX-48213-A.", answers=2)
        begun, done = await say(here, "/handoff", answers=2)
        (shown,) = await say(here, "/handoff show")
        await say(here, "The lamp is for my aunt Ada.")
        (undone,) = await say(here, "/handoff undo")
        (order,) = await say(here, "What is my order number?")
        (aunt,) = await say(here, "Who is the lamp for?")
        (nothing,) = await say(here, "/handoff undo")

        assert begun.startswith("🤝")
        assert "/handoff undo" in done
        assert "BX-48213-A" in shown
        assert undone.startswith("↩️")
        assert "BX-48213-A" in order
        assert "Ada" in aunt
        assert "no handoff to take back" in nothing
        (handoff,) = (await admin(here, "/handoffs"))["items"]
        trace = await admin(here, f"/traces/{handoff['trace_id']}")
        assert not handoff["active"]
        assert handoff["termination_reason"] == "user_request"
        assert [(one["agent_version"], one["state"]) for one in trace["agents"]] == [
            (1, "handoff_complete"),
            (2, "terminated"),
            (3, "active"),
        ]


async def test_history_and_why_tell_what_happened(database_url: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        await say(here, "My order number is BX-48213-A.", answers=2)
        (before,) = await say(here, "/why")
        await say(here, "/handoff", answers=2)
        (history,) = await say(here, "/history")
        (why,) = await say(here, "/why")

        assert "every word as it was said" in before
        assert "agent 2 took over from agent 1: you asked for it" in history
        assert "Agent 2 answers you because agent 1 handed over" in why


async def test_tidying_up_by_wish_frees_room_and_loses_nothing(database_url: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        await talked(here)
        begun, done = await say(here, "/compact keep the order number", answers=2)
        (order,) = await say(here, "What is my order number?")
        (history,) = await say(here, "/history")

        assert begun.startswith("🧹")
        assert done.startswith("🧹 Tidied up")
        assert "BX-48213-A" in order
        assert "agent 1 tidied up" in history
        (compaction,) = (await admin(here, "/compactions"))["items"]
        assert compaction["state"] == "applied"
        assert compaction["focus"] == "keep the order number"
        assert compaction["after_tokens"] < compaction["before_tokens"]


async def test_an_agent_that_was_full_has_room_again_when_it_is_brought_back(
    database_url: str,
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        await talked(here)
        await say(here, FILLER * 1_450, answers=2)
        (undone,) = await say(here, "/handoff undo")
        await until(partial(made_room, here))
        (order,) = await say(here, "What is my order number?")

        assert undone.startswith("↩️")
        assert "BX-48213-A" in order
        (handoff,) = (await admin(here, "/handoffs"))["items"]
        trace = await admin(here, f"/traces/{handoff['trace_id']}")
        assert handoff["termination_reason"] == "context_window_exhausted"
        assert [one["state"] for one in trace["agents"]][-1] == "active"
        assert trace["sessions"][0]["occupancy"] < 0.8


async def made_room(here: Town) -> bool:
    """Whether a compaction waits for the next turn."""
    return any(one["state"] == "ready" for one in (await admin(here, "/compactions"))["items"])


async def test_whoever_wants_no_notices_gets_none(database_url: str) -> None:
    async with town(database_url, limit_tokens=4_000) as here:
        await say(here, "Hello", answers=2)
        await say(here, "/notices off")
        await say(here, FILLER * 400)
        (handoffs,) = await say(here, "/history")

        assert "took over" in handoffs
        assert not any(text[0] in "⚠🔴" for text in here.heard_on_whatsapp(ANA))


async def test_a_command_in_slack_is_obeyed_there(database_url: str) -> None:
    async with town(database_url) as here:

        def heard() -> list[str]:
            return here.heard_in_slack(direct_channel(BEN))

        await here.slack_message(BEN, "My order number is BX-48213-A.")
        await until(lambda: len(heard()) == 2)
        await here.slack_hooks.deliver(here.slackers.command(BEN, "handoff"))
        await until(lambda: len(heard()) == 4)
        await here.slack_hooks.deliver(here.slackers.command(BEN, "handoff show"))
        await until(lambda: len(heard()) == 5)

        assert "/baton handoff undo" in heard()[3]
        assert "BX-48213-A" in heard()[4]
