"""The window fills: a warning, a critical notice, and a fresh agent that goes on."""

from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.emulator.servers.model_delivery import Latency
from bot.watch import Watch
from storage.chores import Chores
from storage.day_totals import DayTotals
from tests.bot.cleaning import a_cleaning
from tests.journeys.town import BEN, FILLER, Person, Town, town, until

LIMIT = 4_000
ORDER = "My order number is BX-48213-A."


@pytest.fixture(params=["whatsapp", "slack"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def begun(here: Town, platform: str = "whatsapp") -> Person:
    """Somebody who has given their order number."""
    person = here.person(platform)
    await person.say(ORDER)
    return person


async def versions(person: Person) -> list[int]:
    """The agents of the person's only trace, as the admin API tells them."""
    (trace_id,) = {one["trace_id"] for one in await person.told("/handoffs")}
    trace = await person.town.admin(f"/traces/{trace_id}")
    return [agent["agent_version"] for agent in trace["agents"]]


async def test_an_order_number_survives_the_handoff(database_url: str, platform: str) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = await begun(here, platform)
        warned = await person.fill(0.77)
        full = await person.fill(0.91)
        answer = await person.say("What is my order number?")

        assert warned[1].startswith("⚠️")
        assert full[1].startswith("🔴")
        assert "/4,000" in full[1]
        assert "BX-48213-A" in answer[0]


async def test_each_notice_is_sent_once_per_crossing(database_url: str) -> None:
    settings = {"compaction_threshold": "off"}
    async with town(database_url, limit_tokens=LIMIT, settings=settings) as here:
        person = await begun(here)
        await person.fill(0.76)
        await person.say("And on")
        await person.say("And on")

        assert sum(text.startswith("⚠️") for text in person.heard) == 1
        assert not any(text.startswith("🔴") for text in person.heard)


async def test_a_handoff_is_one_row_and_the_next_agent(
    database_url: str, platform: str
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = await begun(here, platform)
        await person.fill(0.91)
        await person.say("Go on")

        (handoff,) = await person.told("/handoffs")
        assert (handoff["user_id"], handoff["platform"]) == (person.user_id, platform)
        assert (handoff["sequence"], handoff["agent_version"]) == (1, 1)
        assert await versions(person) == [1, 2]


async def test_a_jump_past_both_sends_only_the_critical_and_rotates(
    database_url: str, platform: str
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = await begun(here, platform)
        said = await person.fill(0.96)
        answer = await person.say("What is my order number?")

        assert [text[0] for text in said if text[0] in "⚠🧹🔴"] == ["🔴"]
        (handoff,) = await person.told("/handoffs")
        (rotation,) = await person.told("/rotations")
        assert handoff["termination_reason"] == "forced_rotation"
        for name in ("handoff_id", "trace_id", "user_id", "platform", "session_id"):
            assert rotation[name] == handoff[name]
        assert rotation["old_agent_id"] == handoff["agent_id"]
        assert rotation["occupied_tokens"] == handoff["total_tokens"] >= 0.95 * LIMIT
        assert rotation["trigger"] == "rotation_threshold"
        assert await versions(person) == [1, 2]
        assert "BX-48213-A" in answer[0]
        assert await here.fates() == {"answered": 3}


async def test_a_message_that_does_not_fit_goes_to_a_fresh_agent_at_once(
    database_url: str, platform: str
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = await begun(here, platform)
        await person.fill(0.7)
        notice, _ = await person.say(f"{FILLER * (LIMIT * 7 // 4 // len(FILLER))} Note N-002.")
        answer = await person.say("What is my order number?")

        assert notice.startswith("🔴")
        (rotation,) = await person.told("/rotations")
        assert rotation["trigger"] == "prompt_too_long"
        assert await versions(person) == [1, 2]
        assert "BX-48213-A" in answer[0]
        assert await here.fates() == {"answered": 4}


async def test_an_answer_is_heard_though_its_turn_rotated_and_was_taken_again(
    database_url: str,
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = await begun(here, "slack")
        await person.fill(0.7)
        here.model.latency = Latency(first_token_s=5)
        asked = len(here.replies)
        said = here.slackers.say(BEN, FILLER * (LIMIT * 2 // len(FILLER)))
        await here.slack_hooks.deliver(said.webhook)
        await until(lambda: len(here.replies) > asked)
        here.model.latency = Latency()
        await here.slack_hooks.deliver(here.slackers.edit(said.message, "My order is BX-2"))
        await until(lambda: len(person.heard) == 5)

        assert person.heard[3].startswith("🔴")
        assert "BX-2" in person.heard[4]


async def test_a_message_larger_than_the_window_gets_one_clear_sentence(
    database_url: str,
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        person = here.person("whatsapp")
        (told,) = await person.say(FILLER * 1_000)

        assert "too long" in told
        assert len(await person.say("Hello")) == 2


async def test_an_idle_agent_hands_over_unheard_and_the_next_knows_all(
    database_url: str,
) -> None:
    async with town(database_url) as here:
        person = await begun(here)
        heard = person.heard
        watch = Watch(
            chores=Chores(here.database),
            totals=DayTotals(here.database),
            cleaning=a_cleaning(here.database),
            clock=SystemClock(),
            idle_timeout=timedelta(0),
        )

        await watch.look()
        await until(here.is_quiet)
        silent = person.heard == heard
        answer = await person.say("What is my order number?")

        assert silent
        assert "BX-48213-A" in answer[0]
        (handoff,) = await person.told("/handoffs")
        assert handoff["termination_reason"] == "idle_timeout"
