"""What a person asks about their context window, over the platform and back."""

import pytest

from tests.journeys.town import FILLER, Person, town

LIMIT = 20_000
ORDER = "My order number is BX-48213-A."


@pytest.fixture(params=["whatsapp", "slack"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def talked(person: Person) -> None:
    """Say something to be remembered, and a good deal more."""
    await person.say(ORDER)
    for number in range(14):
        await person.say(f"Line {number}. {FILLER * 60}")


async def agents(person: Person) -> list[tuple[int, str]]:
    """The versions and states of the agents of the person's only trace."""
    (trace_id,) = {one["trace_id"] for one in await person.told("/handoffs")}
    trace = await person.town.admin(f"/traces/{trace_id}")
    return [(one["agent_version"], one["state"]) for one in trace["agents"]]


async def test_a_handoff_by_wish_is_shown_and_taken_back(
    database_url: str, platform: str
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = here.person(platform)
        await person.say(ORDER)
        begun, done = await person.command("handoff")
        (shown,) = await person.command("handoff show")
        await person.say("The lamp is for my aunt Ada.")
        (undone,) = await person.command("handoff undo")
        (order,) = await person.say("What is my order number?")
        (aunt,) = await person.say("Who is the lamp for?")
        (nothing,) = await person.command("handoff undo")

        assert begun.startswith("🤝")
        assert "handoff undo" in done
        assert "BX-48213-A" in shown
        assert undone.startswith("↩️")
        assert "BX-48213-A" in order
        assert "Ada" in aunt
        assert "no handoff to take back" in nothing
        (handoff,) = await person.told("/handoffs")
        assert not handoff["active"]
        assert handoff["termination_reason"] == "user_request"
        assert await agents(person) == [
            (1, "handoff_complete"),
            (2, "terminated"),
            (3, "active"),
        ]


async def test_history_and_why_tell_what_happened(database_url: str, platform: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = here.person(platform)
        await person.say(ORDER)
        (before,) = await person.command("why")
        await person.command("handoff")
        (history,) = await person.command("history")
        (why,) = await person.command("why")

        assert "every word as it was said" in before
        assert "agent 2 took over from agent 1: you asked for it" in history
        assert "Agent 2 answers you because agent 1 handed over" in why


async def test_tidying_up_by_wish_frees_room_and_loses_nothing(
    database_url: str, platform: str
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = here.person(platform)
        await talked(person)
        begun, done = await person.command("compact keep the order number")
        (order,) = await person.say("What is my order number?")
        (history,) = await person.command("history")

        assert begun.startswith("🧹")
        assert done.startswith("🧹 Tidied up")
        assert "BX-48213-A" in order
        assert "agent 1 tidied up" in history
        (compaction,) = await person.told("/compactions")
        assert compaction["state"] == "applied"
        assert compaction["focus"] == "keep the order number"
        assert compaction["after_tokens"] < compaction["before_tokens"]


async def test_an_agent_that_was_full_has_room_again_when_it_is_brought_back(
    database_url: str, platform: str
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = here.person(platform)
        await talked(person)
        await person.fill(0.92)
        (undone,) = await person.command("handoff undo")
        (order,) = await person.say("What is my order number?")

        assert undone.startswith("↩️")
        assert "BX-48213-A" in order
        (handoff,) = await person.told("/handoffs")
        trace = await here.admin(f"/traces/{handoff['trace_id']}")
        assert handoff["termination_reason"] == "context_window_exhausted"
        assert (await agents(person))[-1] == (3, "active")
        assert trace["sessions"][0]["occupancy"] < 0.8


async def test_whoever_wants_no_notices_gets_none(database_url: str, platform: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = here.person(platform)
        await person.say(ORDER)
        (off,) = await person.command("notices off")
        await person.fill(0.78)
        await person.fill(0.92)
        (history,) = await person.command("history")

        assert off.startswith("🔕")
        assert "took over" in history
        assert not any(text[0] in "⚠🔴🧹" for text in person.heard)
